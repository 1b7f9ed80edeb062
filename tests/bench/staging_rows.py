"""The rows of `scripts/bench staging`: data from an object store to scratch and results back, against the tools that
users would call instead. The store is a Ceph RADOS Gateway on the same machine; files are on a file system in memory,
so that no disk is measured. Trainyard hashes every byte (SHA-256) and converts it; the peers do neither."""
import json
import os
import pathlib
import re
import resource
import shutil
import struct
import subprocess
import time

from table import AT_LEAST, AT_MOST, Measured, Target

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = SOURCE / "build"
SANDBOX = SOURCE / "scripts/sandbox"
BUCKET = "bench"
MIB = 1 << 20


class Store:
    """A private object store, and folders in memory for what is fetched."""

    def __init__(self, root):
        self.folder = pathlib.Path("/dev/shm") / root.name
        self.sandbox = root / "sandbox"

    def up(self):
        self.folder.mkdir()
        subprocess.run([SANDBOX, "--dir", self.sandbox, "up", "--only-s3"], check=True)
        told = subprocess.run([SANDBOX, "--dir", self.sandbox, "env"], check=True, capture_output=True, text=True).stdout
        self.environment = dict(re.findall(r'^export (AWS_\w+)="(.*)"$', told, re.M))
        self.endpoint = self.environment["AWS_ENDPOINT_URL"]
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
        """The environment with which all tools find the store and the keys."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "RCLONE_"))}
        return {**inherited, "PATH": "/usr/bin:/bin", "AWS_ACCESS_KEY_ID": self.access, "AWS_SECRET_ACCESS_KEY": self.secret,
                "AWS_ENDPOINT_URL": self.endpoint, "AWS_DEFAULT_REGION": "us-east-1",
                "RCLONE_CONFIG": "/dev/null", "RCLONE_CONFIG_YARD_TYPE": "s3", "RCLONE_CONFIG_YARD_PROVIDER": "Ceph",
                "RCLONE_CONFIG_YARD_ENV_AUTH": "true", "RCLONE_CONFIG_YARD_ENDPOINT": self.endpoint,
                "TRAINYARD_PLUGINDIR": str(self.folder / "modules")}

    def run(self, *words, **options):
        """Runs a command and returns its seconds and its CPU seconds."""
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run([str(word) for word in words], env=self.variables, capture_output=True, text=True,
                              check=False, **options)
        seconds, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != 0:
            raise AssertionError(f"{words}: {done.stdout}{done.stderr}")
        return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def rclone(self, *words):
        return self.run("rclone", *words)

    def put(self, key, file):
        self.rclone("copyto", file, f"yard:{BUCKET}/{key}")

    def put_folder(self, key, folder):
        self.rclone("copy", "--transfers", "16", folder, f"yard:{BUCKET}/{key}")

    @property
    def how(self):
        """How Trainyard reaches the store, as its daemon tells agents."""
        return json.dumps({"name": "bench", "endpoint": self.endpoint, "region": "us-east-1", "style": "path", "ca_file": "",
                           "proxy": "", "connections": 16, "credentials_file": str(self.sandbox / "s3/credentials"),
                           "credential": "default"})

    def new_folder(self, name):
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    # ---- Trainyard

    def prepare(self, data_format, key, labels="", options="{}"):
        """Prepares a stage job and returns its folder."""
        folder = self.new_folder("ours")
        self.run(BUILD / "tests/bench/stage_request", folder, data_format, f"s3://{BUCKET}/{key}",
                 labels and f"s3://{BUCKET}/{labels}", options, self.how)
        return folder

    def stage(self, *data):
        folder = self.prepare(*data)
        measured = self.run(BUILD / "daemon/agent/trainyard-agent", "stage", folder / "stage.json")
        return measured

    # ---- the peers, to plain files

    def peers(self, key, is_folder):
        """Returns the commands that fetch an object or a folder: name → function that returns its seconds."""
        def curl():
            return self.run("curl", "--silent", "--fail", "--aws-sigv4", "aws:amz:us-east-1:s3",
                            "--user", f"{self.access}:{self.secret}", "--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD",
                            "--output", self.new_folder("peer") / "file", f"{self.endpoint}/{BUCKET}/{key}")

        def rclone():
            command = "copy" if is_folder else "copyto"
            target = self.new_folder("peer") / ("folder" if is_folder else "file")
            return self.rclone(command, "--transfers", "16", f"yard:{BUCKET}/{key}", target)

        def s3cmd():
            host = self.endpoint.removeprefix("http://")
            common = ["s3cmd", f"--host={host}", f"--host-bucket={host}", "--no-ssl", f"--access_key={self.access}",
                      f"--secret_key={self.secret}", "--quiet", "--no-progress"]
            target = self.new_folder("peer")
            if is_folder:
                return self.run(*common, "sync", f"s3://{BUCKET}/{key}", f"{target}/")
            return self.run(*common, "get", f"s3://{BUCKET}/{key}", target / "file")

        def awscli():
            recursive = ["--recursive"] if is_folder else []
            return self.run("aws", "--endpoint-url", self.endpoint, "s3", "cp", "--only-show-errors", *recursive,
                            f"s3://{BUCKET}/{key}", self.new_folder("peer") / ("" if is_folder else "file"))

        found = {"rclone": rclone, "s3cmd": s3cmd, "awscli": awscli}
        if not is_folder:
            found["curl"] = curl
        tools = {"awscli": "aws"}
        return {name: fetch for name, fetch in found.items() if shutil.which(tools.get(name, name), path="/usr/bin")}


def fastest(peers):
    """Tries each peer once and returns the name of the fastest."""
    return min(peers, key=lambda name: peers[name]()[0])


def paired(ours, peer, rounds):
    """Returns the pairs of seconds, and the CPU seconds of ours."""
    seconds, peers, cpu = [], [], []
    for _ in range(rounds):
        our_seconds, our_cpu = ours()
        seconds.append(our_seconds)
        cpu.append(our_cpu)
        peers.append(peer()[0])
    return seconds, peers, cpu


def measured(row, unit, target, ours, against="", peer=()):
    return Measured("staging", row, unit, target and Target(*target), tuple(ours), against, tuple(peer))


def rates(mib, seconds):
    return [mib / each for each in seconds]


def one_object(store, sizes):
    """One object of samples, converted to HDF5 while it arrives, against a plain file."""
    mib = max(16, 1024 * sizes.runs // 1000)
    rows = mib * MIB // 784
    file = store.new_folder("source") / "samples"
    with open(file, "wb") as samples:
        samples.write(struct.pack(">HBBIII", 0, 8, 3, rows, 28, 28))
        piece = os.urandom(784 * 1024)
        for at in range(0, rows * 784, len(piece)):
            samples.write(piece[:min(len(piece), rows * 784 - at)])
    (file.parent / "labels").write_bytes(struct.pack(">HBBI", 0, 8, 1, rows) + bytes(row % 10 for row in range(rows)))
    store.put("one/samples", file)
    store.put("one/labels", file.parent / "labels")
    shutil.rmtree(file.parent)
    peers = store.peers("one/samples", is_folder=False)
    best = fastest(peers)
    ours, theirs, cpu = paired(lambda: store.stage("idx", "one/samples", "one/labels"), peers[best], sizes.rounds)
    yield measured(f"one object of {mib} MiB to HDF5", "MiB/s", ("ratio", AT_LEAST, 0.85), rates(mib, ours), f"{best}, to a file",
                   rates(mib, theirs))
    yield measured(f"CPU seconds for {mib} MiB to HDF5", "s", ("ours", AT_MOST, 1.6), cpu)


def many_objects(store, sizes):
    """Many small objects as files."""
    count = max(20, 2 * sizes.runs)
    folder = store.new_folder("source")
    for number in range(count):
        (folder / f"{number:06}").write_bytes(os.urandom(100 << 10))
    store.put_folder("many", folder)
    shutil.rmtree(folder)
    peers = store.peers("many/", is_folder=True)
    best = fastest(peers)
    ours, theirs, _ = paired(lambda: store.stage("raw", "many/"), peers[best], sizes.rounds)
    mib = count * 100 / 1024
    yield measured(f"{count} objects of 100 KiB as files", "MiB/s", ("ratio", AT_LEAST, 1.2), rates(mib, ours), best,
                   rates(mib, theirs))


# The names that --rows accepts, in the order in which the rows run.
ROWS = {"one": one_object, "many": many_objects}
