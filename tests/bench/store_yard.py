"""The yard of `scripts/bench staging`: a private object store, folders in memory, and the tools that fetch and store."""
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = SOURCE / "build"
PROGRAMS = BUILD / "tests/bench"
AGENT = BUILD / "daemon/agent/trainyard-agent"
SANDBOX = SOURCE / "scripts/sandbox"
BUCKET = "bench"
MIB = 1 << 20

# What a process used. The peak of its memory cannot read lower than that of the Python that started it, 30 MB or so.
Used = collections.namedtuple("Used", "seconds cpu_seconds peak_mb")


def tools_variables(endpoint, access, secret):
    """The environment in which the peers and Trainyard's agent find a store and its keys; rclone calls it "yard:"."""
    return {"AWS_ACCESS_KEY_ID": access, "AWS_SECRET_ACCESS_KEY": secret, "AWS_ENDPOINT_URL": endpoint,
            "AWS_DEFAULT_REGION": "us-east-1", "RCLONE_CONFIG": "/dev/null", "RCLONE_CONFIG_YARD_TYPE": "s3",
            "RCLONE_CONFIG_YARD_PROVIDER": "Ceph", "RCLONE_CONFIG_YARD_ENV_AUTH": "true",
            "RCLONE_CONFIG_YARD_ENDPOINT": endpoint}


class Store:
    """A private object store, and folders in memory for what is fetched and stored."""

    def __init__(self, root):
        self.root = root  # on a disk
        self.folder = pathlib.Path("/dev/shm") / root.name
        self.sandbox = root / "sandbox"

    def up(self):
        self.folder.mkdir(mode=0o755)
        subprocess.run([SANDBOX, "--dir", self.sandbox, "up", "--only-s3"], check=True)
        told = subprocess.run([SANDBOX, "--dir", self.sandbox, "env"], check=True, capture_output=True, text=True).stdout
        self.endpoint = re.search(r'^export AWS_ENDPOINT_URL="(.*)"$', told, re.M)[1]
        self.access, self.secret = re.findall(r"= (\S+)", (self.sandbox / "s3/credentials").read_text())
        modules = self.folder / "modules"
        modules.mkdir()
        for kind in ("file", "s3", "formats"):
            for module in (BUILD / "plugins" / kind).glob("*.so"):
                (modules / module.name).symlink_to(module)
        self.rclone("mkdir", f"yard:{BUCKET}")

    def down(self):
        subprocess.run([SANDBOX, "--dir", self.sandbox, "down"], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def variables(self):
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "RCLONE_"))}
        return {**inherited, "PATH": "/usr/bin:/bin", "TRAINYARD_PLUGINDIR": str(self.folder / "modules"),
                **tools_variables(self.endpoint, self.access, self.secret)}

    def run(self, *words, **options):
        """Runs a command and returns what it used. Fails unless the command succeeds."""
        with tempfile.TemporaryFile() as told:
            begun = time.monotonic()
            process = subprocess.Popen([str(word) for word in words], env=self.variables, stdin=subprocess.DEVNULL,
                                       stdout=told, stderr=told, **options)
            _, status, used = os.wait4(process.pid, 0)
            seconds = time.monotonic() - begun
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                told.seek(0)
                raise AssertionError(f"{words}: {told.read().decode(errors='replace')}")
        return Used(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6)

    def output(self, *words):
        """Returns what a command prints."""
        return subprocess.run([str(word) for word in words], env=self.variables, check=True, stdout=subprocess.PIPE,
                              text=True).stdout

    def new_folder(self, name):
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    # ---- objects

    def rclone(self, *words):
        return self.run("rclone", *words)

    def put(self, key, file):
        self.rclone("copyto", file, f"yard:{BUCKET}/{key}")

    def put_folder(self, key, folder):
        self.rclone("copy", "--transfers", "16", folder, f"yard:{BUCKET}/{key}")

    def remove(self, folder):
        """Removes all objects below a folder. The store needs memory for each object."""
        self.rclone("purge", f"yard:{BUCKET}/{folder}")

    # ---- Trainyard

    def access_to(self, endpoint):
        """How Trainyard reaches a store with this endpoint, as its daemon tells agents."""
        return {"name": "bench", "endpoint": endpoint, "region": "us-east-1", "style": "path", "ca_file": "", "proxy": "",
                "connections": 16, "credentials_file": str(self.sandbox / "s3/credentials"), "credential": "default"}

    @property
    def how(self):
        return json.dumps(self.access_to(self.endpoint))

    def stage(self, data_format, key, labels="", options="{}"):
        """Stages a data set into the folder "ours", and returns what the stage job used."""
        return self.stage_from(f"s3://{BUCKET}/{key}", data_format, labels and f"s3://{BUCKET}/{labels}", options)

    def stage_from(self, url, data_format, labels_url="", options="{}"):
        folder = self.new_folder("ours")
        self.run(PROGRAMS / "stage_request", folder, data_format, url, labels_url, options, self.how)
        return self.run(AGENT, "stage", folder / "stage.json")

    def upload(self, path, folder):
        """Stores a file or the files of a folder as `trainyard upload` does, and returns what that used."""
        return self.run(AGENT, "send", "--store", self.how, path, f"s3://{BUCKET}/{folder}/")

    def store_job(self, attempt, folder):
        """Stores the files in `attempt`/results as the store job of a run does, and returns what that used."""
        self.run(PROGRAMS / "store_request", attempt, f"s3://{BUCKET}/{folder}/", self.how)
        return self.run(AGENT, "store", attempt / "launch.json")

    # ---- the peers

    def peers(self, key, is_folder):
        """Returns the peers that fetch an object or a folder into plain files: name → function that returns what it used."""
        def rclone():
            command = "copy" if is_folder else "copyto"
            target = self.new_folder("peer") / ("folder" if is_folder else "file")
            return self.rclone(command, "--transfers", "16", f"yard:{BUCKET}/{key}", target)

        def s3cmd():
            target = self.new_folder("peer")
            if is_folder:
                return self._s3cmd("sync", f"s3://{BUCKET}/{key}", f"{target}/")
            return self._s3cmd("get", f"s3://{BUCKET}/{key}", target / "file")

        def awscli():
            recursive = ["--recursive"] if is_folder else []
            return self._awscli(*recursive, f"s3://{BUCKET}/{key}", self.new_folder("peer") / ("" if is_folder else "file"))

        def curl():
            return self._curl("--output", self.new_folder("peer") / "file", key)

        many = {"rclone": rclone, "s3cmd": s3cmd, "awscli": awscli}
        return many if is_folder else {**many, "curl": curl}

    def peers_that_store(self, file, key):
        """Returns the peers that store a file as an object: name → function that returns what it used."""
        return {"rclone": lambda: self.rclone("copyto", file, f"yard:{BUCKET}/{key}"),
                "s3cmd": lambda: self._s3cmd("put", file, f"s3://{BUCKET}/{key}"),
                "awscli": lambda: self._awscli(file, f"s3://{BUCKET}/{key}"),
                "curl": lambda: self._curl("--upload-file", file, key)}

    def _s3cmd(self, *words):
        host = self.endpoint.removeprefix("http://")
        return self.run("s3cmd", f"--host={host}", f"--host-bucket={host}", "--no-ssl", f"--access_key={self.access}",
                        f"--secret_key={self.secret}", "--quiet", "--no-progress", *words)

    def _awscli(self, *words):
        return self.run("aws", "--endpoint-url", self.endpoint, "s3", "cp", "--only-show-errors", *words)

    def _curl(self, *words):
        *options, key = words
        return self.run("curl", "--silent", "--fail", "--aws-sigv4", "aws:amz:us-east-1:s3", "--user",
                        f"{self.access}:{self.secret}", "--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD", *options,
                        f"{self.endpoint}/{BUCKET}/{key}")
