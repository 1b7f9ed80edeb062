"""A yard wide enough to be measured: 256 make-believe GPUs, a plan that admits everything."""
import collections
import contextlib
import json
import os
import pathlib
import pwd
import sqlite3
import subprocess
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import yard  # noqa: E402  (beside the end-to-end tests)

USER = "yard_eve"
PROGRAMS = yard.REPOSITORY / "build/tests/bench"
SETTINGS = {"slurm": {"max_jobs": 45000}, "plans.wide": {"gpus": 1_000_000, "default": True}}


Submission = collections.namedtuple("Submission", "queued released")  # seconds from its beginning


class SlurmYard(yard.Yard):
    """Its users are no others' that may come and go beside it, such as those of the end-to-end tests."""

    def __init__(self, root, users=(USER,)):
        super().__init__(root, users=users, daemon_user="yard_bench",
                         cluster=("--gpus", "64", "--cpus", "256", "--memory", "262144", "--forget", "30"))
        self.folder = self.root / "bench"  # manifests, scripts, what jobs write

    def up(self):
        super().up()
        self.folder.mkdir(exist_ok=True)
        self.folder.chmod(0o1777)

    @property
    def uid(self):
        return pwd.getpwnam(USER).pw_uid

    @property
    def gid(self):
        return pwd.getpwnam(USER).pw_gid

    # ---- one measurement does not see the one before

    @contextlib.contextmanager
    def fresh_daemon(self, prepare=None, under=()):
        """A daemon with an empty ledger on an empty queue; `prepare` may put another ledger there. `under` is a command that
        runs the daemon."""
        self.stop_daemon()
        self.empty_queue()
        # Set aside, not removed: a file system is slow to give inodes out again that it has just got back.
        for folder in (self.state, self.scratch):
            folder.rename(folder.with_name(f"{folder.name}-{time.monotonic_ns()}"))
        self.make_places()
        if prepare:
            prepare()
        self.start_daemon(SETTINGS, seconds=120, under=under)
        try:
            yield self
        finally:
            self.stop_daemon()

    def empty_queue(self):
        for user in self.users:
            self.execute("scancel", "--user", user, timeout=600)
        self.wait_until(lambda: not self.execute("squeue", "--noheader").stdout, 300, "an empty queue")

    @contextlib.contextmanager
    def closed_partition(self):
        """Jobs are taken and wait: what is measured is the way into the queue."""
        self._partition("DOWN")
        try:
            yield
        finally:
            self._partition("UP")

    def _partition(self, state):
        self.execute("scontrol", "update", "PartitionName=gpu", f"State={state}")

    # ---- doing

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o644)
        return path

    def shell(self, script, timeout=900):
        """What a script of the user's prints; on the head node."""
        path = self.file("script.sh", f"set -euo pipefail\nexport TRAINYARD_SOCKET={self.socket}\n"
                                      f"PATH={self.prefix}/bin:$PATH\ncd {self.folder}\n{script}\n")
        return self.execute("bash", path, user=USER, timeout=timeout).stdout

    def shell_of_everybody(self, script, timeout=900):
        """A script that all users run at once; $USER tells them apart."""
        self.file("everybody.sh", f"set -euo pipefail\nexport TRAINYARD_SOCKET={self.socket}\n"
                                  f"PATH={self.prefix}/bin:$PATH\ncd {self.folder}\n{script}\n")
        self.execute("xargs", "-a", self.file("users", "\n".join(self.users)), "-P", len(self.users), "-I{}", "runuser",
                     "-u", "{}", "--", "env", "USER={}", "bash", self.folder / "everybody.sh", timeout=timeout)

    def submission(self, jobs, act):
        """How long it takes, from the beginning of act(), until so many of the users' jobs are in the queue, and until none
        of them is held."""
        uids = ",".join(str(pwd.getpwnam(user).pw_uid) for user in self.users)
        awaited = subprocess.Popen([yard.SANDBOX, "--dir", self.sandbox, "exec", "--user", "root", "--",
                                    PROGRAMS / "slurm_calls", "await", uids, str(jobs), "900"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        awaited.stdout.readline()
        begun = time.monotonic()
        act()
        told, _ = awaited.communicate()
        if awaited.returncode != 0:
            raise AssertionError(f"not all jobs came into the queue:\n{yard.tail(self.daemon_log)}")
        return Submission(*(float(at) - begun for at in told.split()))

    def submit(self, *manifests):
        """The runs that a user's manifests become."""
        answers = self.trainyard("submit", "--json", *manifests, user=USER, timeout=900).stdout
        return [run for line in answers.splitlines() for run in json.loads(line)["runs"]]

    # ---- looking

    def status(self):
        return json.loads(self.trainyard("admin", "status", "--json").stdout)

    def events(self, *names):
        """(run, event, at, body) from the ledger, in the order in which they were recorded."""
        places = ",".join("?" * len(names))
        with contextlib.closing(sqlite3.connect(f"file:{self.state}/ledger.db?mode=ro", uri=True)) as ledger:
            rows = ledger.execute(f"select run_id, event, at, body from run_events where event in ({places}) "
                                  "order by seq", names).fetchall()
        return [(run, event, at, json.loads(body)) for run, event, at, body in rows]

    def daemon_cpu_seconds(self):
        """User and system time of the daemon so far, all threads."""
        fields = pathlib.Path(f"/proc/{self.daemon.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def daemon_peak_mb(self):
        return self._daemon_memory_mb("VmHWM")

    def daemon_resident_mb(self):
        """As it is now; the peak is counted from here."""
        pathlib.Path(f"/proc/{self.daemon.pid}/clear_refs").write_text("5")
        return self._daemon_memory_mb("VmRSS")

    def _daemon_memory_mb(self, field):
        for line in pathlib.Path(f"/proc/{self.daemon.pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) / 1000
        raise AssertionError("the daemon is gone")

    def longest_stall_ms(self):
        """Of the daemon's loop, since the daemon was started."""
        return self.status()["longest_stall"]["ms"]
