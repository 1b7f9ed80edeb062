"""The yard of the end-to-end tests: a private Slurm, the installed programs, two more users, and a daemon to kill.

The daemon runs as a user of its own without capabilities, the broker as root, as in their systemd units.

Everything lies under one directory. `python3 yard.py down ROOT` takes down a yard, even if its tests crashed.
"""
import collections
import contextlib
import json
import os
import pathlib
import pwd
import re
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

from object_store import ObjectStore

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SANDBOX = REPOSITORY / "scripts" / "sandbox"
USERS = ("yard_ada", "yard_ben")
DAEMON_USER = "yard_daemon"  # the user as whom the daemon runs
NO_RIGHTS = ("--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all")
RIGHTS_OF_THE_BROKER = ("--no-new-privs", "--bounding-set=-all,+setuid,+setgid,+kill", "--inh-caps=-all")
PRIORITY = ("nice", "-n", "-5")  # of the daemon, as in its systemd unit (Nice=)

Deputy = collections.namedtuple("Deputy", "pid user kind")  # kind: files or slurm
Result = collections.namedtuple("Result", "code stdout stderr")
Interval = collections.namedtuple("Interval", "start end")  # unix seconds, [start, end)


class Yard:
    """One Slurm for a whole suite. Every wait has a deadline; a test that waits in vain fails with what it saw.

    `users` and `daemon_user`, as whom the daemon runs, are added to the machine if they do not exist.
    `cluster`: options of `scripts/sandbox up`."""

    def __init__(self, root, users=USERS, cluster=(), daemon_user=DAEMON_USER):
        self.root = pathlib.Path(root)
        self.users = users
        self.cluster = cluster
        self.daemon_user = daemon_user
        self.sandbox = self.root / "sandbox"
        self.scratch = self.root / "scratch"
        self.buckets = self.root / "buckets"
        self.state = self.root / "state"
        self.run_dir = self.root / "run"  # belongs to the daemon; in place of /run/trainyard
        self.socket = self.run_dir / "trainyard.sock"
        self.broker_dir = self.root / "broker"  # owner root, the daemon's group; for /run/trainyard-broker
        self.config_file = self.root / "trainyard.toml"
        self.daemon_log = self.root / "daemon.log"
        self.broker_log = self.root / "broker.log"
        self.daemon = None  # the trainyardd that start_daemon() started, as a Popen
        self.broker = None  # the trainyard-broker that start_broker() started, as a Popen

    # ---- setting up and taking down

    def up(self):
        self.buckets.mkdir(exist_ok=True)
        self.buckets.chmod(0o1777)
        self._add_users()
        self.make_places()
        self.prefix = install(self.root / "install")
        subprocess.run([SANDBOX, "--dir", self.sandbox, "up", "--users", ",".join(self.users), *self.cluster], check=True)

    def down(self):
        self.stop_daemon()
        self.stop_broker()
        subprocess.run([SANDBOX, "--dir", self.sandbox, "down"], check=False)
        self._remove_users()

    def make_places(self):
        """Makes the directories that an admin or systemd makes before the daemon starts: the daemon's, the
        broker's, and one on scratch for each user."""
        daemon = self.daemon_user
        for folder, user, group, mode in ((self.state, daemon, daemon, 0o700),
                                          (self.run_dir, daemon, daemon, 0o755),
                                          (self.broker_dir, "root", daemon, 0o750),
                                          (self.scratch, "root", "root", 0o755)):
            make_folder(folder, user, group, mode)
        for user in ("root", *self.users):
            make_folder(self.scratch / user, user, pwd.getpwnam(user).pw_gid, 0o700)

    def give_to_daemon(self, *files):
        for file in files:
            shutil.chown(file, self.daemon_user, self.daemon_user)

    def _add_users(self):
        (self.root / "home").mkdir(exist_ok=True)
        for user in self.users:
            self._add_user(user, "--create-home", "--home-dir", self.root / "home" / user, "--shell", "/bin/bash")
        self._add_user(self.daemon_user, "--system", "--home-dir", self.state, "--shell", "/usr/sbin/nologin")

    def _add_user(self, user, *options):
        if user_exists(user):
            return
        subprocess.run(["useradd", "--user-group", *options, user], check=True)
        with open(self.root / "users", "a") as ours:
            print(user, file=ours)

    def _remove_users(self):
        """Removes the users that this yard added, and no others."""
        with contextlib.suppress(FileNotFoundError):
            for user in (self.root / "users").read_text().split():
                # --force, because a zombie process of the user might still exist.
                subprocess.run(["userdel", "--force", user], check=False, stderr=subprocess.DEVNULL)
            (self.root / "users").unlink()

    # ---- commands

    def execute(self, *command, user="root", on="head", expect=0, **options):
        """Runs a command on a host as a user. Fails unless its exit code is `expect`; None accepts any."""
        words = [SANDBOX, "--dir", self.sandbox, "exec", "--on", on, "--user", user, "--", *command]
        done = subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=options.pop("timeout", 120), cwd=options.pop("cwd", self.root), **options)
        result = Result(done.returncode, done.stdout, done.stderr)
        if expect is not None and result.code != expect:
            shown = " ".join(str(word) for word in command)
            raise AssertionError(f"{shown}: exit code {result.code}, not {expect}\n{result.stdout}{result.stderr}")
        return result

    def trainyard(self, *arguments, user="root", expect=0, **options):
        """Runs the command `trainyard` as a user on the head node."""
        environment = {**os.environ, "TRAINYARD_SOCKET": str(self.socket)}
        return self.execute(self.prefix / "bin/trainyard", *arguments, user=user, expect=expect, env=environment,
                            **options)

    def from_login_node(self, *arguments, user="yard_ada", host=None, environment=None, **options):
        """Runs the command `trainyard` on the host n1, from where it asks the daemon over the network."""
        login = {name: value for name, value in os.environ.items() if not name.startswith("TRAINYARD_")}
        login |= {"TRAINYARD_HOST": host or self.head_address, **self.munge_of_the_yard, **(environment or {})}
        return self.execute(self.prefix / "bin/trainyard", *arguments, user=user, on="n1", env=login, **options)

    @property
    def head_address(self):
        return re.search(r"^SlurmctldHost=\w+\((.+)\)$", (self.sandbox / "etc/slurm.conf").read_text(), re.M)[1]

    @property
    def munge_of_the_yard(self):
        return {"TRAINYARD_MUNGE_SOCKET": str(self.sandbox / "munge/socket"),
                "TRAINYARD_DAEMON_USER": self.daemon_user}

    def fault(self, what, action):
        subprocess.run([SANDBOX, "--dir", self.sandbox, "fault", what, action], check=True, stdin=subprocess.DEVNULL)

    def configure_slurm(self, *lines):
        """Restarts slurmctld with these lines at the end of slurm.conf, in place of the last call's lines."""
        (self.sandbox / "etc/site.conf").write_text("".join(f"{line}\n" for line in ("# A test's settings.", *lines)))
        self.fault("slurmctld", "stop")
        self.fault("slurmctld", "start")

    # ---- the object store

    @property
    def s3(self):
        """The object store of a yard whose cluster has --s3."""
        return ObjectStore(self)

    # ---- the broker and its deputies

    def start_broker(self):
        """Starts trainyard-broker, unless it runs, and returns when it listens."""
        if self.broker is not None and self.broker.poll() is None:
            return
        daemon = pwd.getpwnam(self.daemon_user)
        with open(self.broker_log, "a") as log:
            self.broker = subprocess.Popen(
                [SANDBOX, "--dir", self.sandbox, "exec", "--user", "root", "--",
                 "setpriv", f"--regid={daemon.pw_gid}", "--clear-groups", *RIGHTS_OF_THE_BROKER,
                 self.prefix / "sbin/trainyard-broker", "--daemon-uid", str(daemon.pw_uid),
                 "--socket", self.broker_socket, "--deputy", self.deputy_program, "--allow-root"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.root)
        self.wait_until(self._broker_listens, 10, "the broker to listen")

    @property
    def broker_socket(self):
        return self.broker_dir / "socket"

    @property
    def deputy_program(self):
        return self.prefix / "libexec/trainyard/trainyard-deputy"

    def _broker_listens(self):
        if self.broker.poll() is not None:
            raise AssertionError(f"trainyard-broker ended:\n{tail(self.broker_log)}")
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as mine, contextlib.suppress(OSError):
            mine.connect(str(self.broker_socket))  # the broker hangs up, because it serves only the daemon
            return True
        return False

    def kill_broker(self, sig=signal.SIGKILL):
        """Ends the broker by a signal and returns when it is gone. The kernel then ends its deputies, too."""
        broker, self.broker = self.broker, None
        broker.send_signal(sig)
        broker.wait(timeout=30)

    def stop_broker(self):
        if self.broker is not None:
            self.kill_broker(signal.SIGTERM)

    def deputies(self, user=None):
        """Returns the deputies that run now, of all users or of `user`."""
        found = []
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, KeyError, ValueError):
                program, kind, _ = (folder / "cmdline").read_text().split("\0")
                if program == str(self.deputy_program):
                    owner = pwd.getpwuid(folder.stat().st_uid).pw_name
                    found.append(Deputy(int(folder.name), owner, kind))
        return [deputy for deputy in found if user in (None, deputy.user)]

    def kill_deputies(self, chosen=lambda deputy: True):
        """Kills the deputies for which `chosen` is true. A user can do so to his own deputies."""
        for deputy in filter(chosen, self.deputies()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(deputy.pid, signal.SIGKILL)

    def restart_broker(self):
        """Kills the broker and starts it again at once, as systemd does."""
        self.kill_broker()
        self.start_broker()

    def assert_daemon_has_no_rights(self):
        """Asserts, by the kernel's /proc, that the daemon runs as its own user, without capabilities, and
        that it cannot gain any."""
        if self.daemon.poll() is not None:
            return
        status = dict(line.split(":\t", 1) for line in
                      pathlib.Path(f"/proc/{self.daemon.pid}/status").read_text().splitlines() if ":\t" in line)
        daemon = pwd.getpwnam(self.daemon_user)
        expected = {"Uid": "\t".join([str(daemon.pw_uid)] * 4), "Gid": "\t".join([str(daemon.pw_gid)] * 4),
                    **{f"Cap{name}": "0" * 16 for name in ("Inh", "Prm", "Eff", "Bnd", "Amb")}, "NoNewPrivs": "1"}
        found = {name: status[name] for name in expected}
        if found != expected:
            raise AssertionError(f"trainyardd has rights: {found}, not {expected}")

    # ---- the daemon

    def scratch_of(self, user="yard_ada"):
        """Returns the directory on scratch that the daemon uses for `user`."""
        return self.scratch / user / "trainyard"

    def attempt_folder(self, run, attempt=1, user="yard_ada"):
        """Returns the directory with the files of a run's attempt, among them the agent's evidence."""
        with contextlib.closing(sqlite3.connect(f"file:{self.state}/ledger.db?mode=ro", uri=True)) as ledger:
            (ledger_id,) = ledger.execute("select value from settings where name = 'ledger_id'").fetchone()
        return self.scratch_of(user) / ledger_id / f"runs/{run}/attempts/{attempt}"

    def config(self, overrides=None):
        """Returns the tables of the tests' configuration. Keys in `overrides` replace the tests' own."""
        tables = {
            "daemon": {"socket": str(self.socket), "state_dir": str(self.state), "allow_root": True,
                       "broker": str(self.broker_socket)},
            "network": {"munge_socket": str(self.sandbox / "munge/socket")},
            "scratch": {"path": str(self.scratch_of("{user}"))},
            "slurm": {"conf": str(self.sandbox / "etc/slurm.conf")},
        }
        if "--s3" in self.cluster:
            tables["stores.yard"] = {"endpoint": self.s3.endpoint}
        for name, table in (overrides or {}).items():
            tables[name] = {**tables.get(name, {}), **table}
        return tables

    def start_daemon(self, overrides=None, seconds=30, environment=None, under=(), may_die=False):
        """Starts trainyardd and returns true when it reports that it has recovered (READY=1, as to systemd).

        The broker is started first, unless it runs. `under`: a command that runs the daemon, such as strace.
        If the daemon ends before it is ready, returns false if it `may_die`, otherwise fails."""
        assert self.daemon is None, "a daemon runs already"
        self.start_broker()
        self.config_file.write_text(to_toml(self.config(overrides)))
        with notify_socket(self.root / "notify") as notify, open(self.daemon_log, "a") as log:
            command = [SANDBOX, "--dir", self.sandbox, "exec", "--user", "root", "--", *under, *PRIORITY, *self.as_the_daemon(),
                       self.prefix / "sbin/trainyardd", "--config", self.config_file]
            self.daemon = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.root,
                                           env={**os.environ, **(environment or {}),
                                                "NOTIFY_SOCKET": str(self.root / "notify")})
            if ready(notify, self.daemon, seconds):
                self.assert_daemon_has_no_rights()
                return True
            has_ended = self.daemon_ends_within(1)
            if has_ended and may_die:
                return False
            if not has_ended:
                self.kill_daemon()
            raise AssertionError(f"trainyardd is not ready:\n{tail(self.daemon_log)}")

    def as_the_daemon(self):
        """Returns the words before a command that run it as the daemon's user, without capabilities."""
        return ["setpriv", f"--reuid={self.daemon_user}", f"--regid={self.daemon_user}", "--init-groups", *NO_RIGHTS,
                "env", f"HOME={self.state}", f"USER={self.daemon_user}", f"LOGNAME={self.daemon_user}"]

    def daemon_ends_within(self, seconds):
        """Waits for the daemon to end by itself; returns true if it did. start_daemon() can then follow."""
        try:
            self.daemon.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return False
        self.daemon = None
        return True

    def kill_daemon(self, sig=signal.SIGKILL):
        """Ends the daemon by a signal and returns its exit code when it is gone.

        self.daemon has the daemon's own pid, because all commands before trainyardd call exec."""
        self.assert_daemon_has_no_rights()
        daemon, self.daemon = self.daemon, None
        daemon.send_signal(sig)
        try:
            return daemon.wait(timeout=60)
        except subprocess.TimeoutExpired:
            daemon.kill()
            raise AssertionError(f"trainyardd does not end by {sig}:\n{tail(self.daemon_log)}")

    def stop_daemon(self):
        if self.daemon is not None:
            self.kill_daemon(signal.SIGTERM)

    # ---- what Slurm says, independently of the ledger

    def sacct(self, *arguments):
        """Returns a dictionary per row of sacct: duplicates (-D), no steps; times are unix seconds.

        Jobs that were never released are missing."""
        fields = "JobIDRaw,JobID,JobName,User,Account,State,ExitCode,Submit,Start,End,AllocTRES,NodeList"
        told = self.execute("sacct", "--duplicates", "--parsable2", "--noheader", "--allocations", "--allusers",
                            "--starttime=1970-01-01", f"--format={fields}", *arguments,
                            env={**os.environ, "SLURM_TIME_FORMAT": "%s"})
        return [dict(zip(fields.split(","), line.split("|"))) for line in told.stdout.splitlines()]

    def wait_until(self, predicate, seconds, what="it"):
        """Calls `predicate` until its result is true, and returns that result."""
        deadline = time.monotonic() + seconds
        while not (answer := predicate()):
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {seconds} s in vain for {what}")
            time.sleep(0.05)
        return answer


def gpus(row):
    """Returns the number of GPUs, of all types, that the job of a row of sacct was allocated."""
    given = dict(part.split("=") for part in row["AllocTRES"].split(",") if "=" in part)
    return int(given.get("gres/gpu", 0))


def interval(row):
    """Returns the interval from the row's start to its end; None if the row lacks one of them."""
    if row["Start"].isdigit() and row["End"].isdigit():
        return Interval(int(row["Start"]), int(row["End"]))
    return None


def overlaps(intervals):
    """The greatest number of intervals that share a second; 1 when none overlap."""
    changes = sorted([(i.start, 1) for i in intervals if i.end > i.start] + [(i.end, -1) for i in intervals if i.end > i.start])
    running = most = 0
    for _, change in changes:  # at equal times ends come first: [start, end)
        running += change
        most = max(most, running)
    return most


def install(destination):
    """Installs the built programs under `destination` and returns the path of the prefix there."""
    options = json.loads(subprocess.check_output(["meson", "introspect", "--buildoptions", REPOSITORY / "build"]))
    prefix = next(option["value"] for option in options if option["name"] == "prefix")
    subprocess.run(["meson", "install", "-C", REPOSITORY / "build", "--no-rebuild", "--quiet", "--destdir", destination],
                   check=True, stdout=subprocess.DEVNULL)
    return destination / prefix.lstrip("/")


@contextlib.contextmanager
def notify_socket(path):
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(path))
        path.chmod(0o666)  # the daemon is another user
        yield notify


def ready(notify, process, seconds):
    """Waits until the process sends READY=1 and returns true; false if it ends before, or after `seconds`."""
    deadline = time.monotonic() + seconds
    ended = os.pidfd_open(process.pid)
    try:
        while (left := deadline - time.monotonic()) > 0:
            readable, _, _ = select.select([notify, ended], [], [], left)
            if notify in readable and b"READY=1" in notify.recv(65536).split(b"\n"):
                return True
            if readable == [ended]:
                return False
        return False
    finally:
        os.close(ended)


def make_folder(path, user, group, mode):
    path.mkdir(exist_ok=True)
    shutil.chown(path, user, group)
    path.chmod(mode)


def to_toml(tables):
    """Returns the tables as TOML. Values are scalars and lists, written as JSON, which is the same in TOML.

    A name with dots is a nested table."""
    lines = []
    for name, table in tables.items():
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items()), ""]
    return "\n".join(lines)


def tail(path, lines=30):
    with contextlib.suppress(FileNotFoundError):
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    return ""


def user_exists(name):
    with contextlib.suppress(KeyError):
        return bool(pwd.getpwnam(name))
    return False


_shared = None


def shared():
    """Returns the yard of this process. The first call brings it up."""
    global _shared
    if _shared is None:
        root = pathlib.Path(os.environ.get("TRAINYARD_TEST_ROOT") or tempfile.mkdtemp(prefix="trainyard-test."))
        root.chmod(0o755)
        _shared = Yard(root, cluster=("--s3",))  # set before up(), so that a yard that fails half-way is taken down, too
        _shared.up()
    return _shared


def take_down_shared():
    if _shared is not None:
        _shared.down()
        if "TRAINYARD_TEST_ROOT" not in os.environ:
            shutil.rmtree(_shared.root)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "down":
        sys.exit("usage: yard.py down ROOT")
    Yard(sys.argv[2]).down()
