"""The yard of the benchmarks: a private Slurm with 256 simulated GPUs, and a plan that admits every run."""
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
import yard  # noqa: E402  (tests/e2e/yard.py)

USER = "yard_eve"
PROGRAMS = yard.REPOSITORY / "build/tests/bench"
SETTINGS = {"slurm": {"max_jobs": 45000}, "plans.wide": {"gpus": 1_000_000, "default": True}}


Submission = collections.namedtuple("Submission", "queued released")  # seconds since the submission began


class SlurmYard(yard.Yard):
    """A yard with users of its own, so that end-to-end tests on the same machine do not remove them."""

    def __init__(self, root, users=(USER,)):
        super().__init__(root, users=users, daemon_user="yard_bench",
                         cluster=("--gpus", "64", "--cpus", "256", "--memory", "262144", "--forget", "30"))
        self.folder = self.root / "bench"  # for manifests, scripts and files that jobs write

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

    # ---- a clean state for each measurement

    @contextlib.contextmanager
    def fresh_daemon(self, prepare=None, under=()):
        """Starts a daemon with an empty ledger and an empty queue, and stops it after the `with` block.

        `prepare` is called before the start and can put another ledger there. `under`: a command that runs
        the daemon."""
        self.stop_daemon()
        self.empty_queue()
        # Renamed instead of removed, because a file system is slow to reuse inodes that were just freed.
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
        """During the `with` block the partition is down: jobs are accepted and do not start."""
        self._partition("DOWN")
        try:
            yield
        finally:
            self._partition("UP")

    def _partition(self, state):
        self.execute("scontrol", "update", "PartitionName=gpu", f"State={state}")

    # ---- commands

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o644)
        return path

    def shell(self, script, timeout=900):
        """Runs a script as the user on the head node and returns what it prints."""
        path = self.file("script.sh", f"set -euo pipefail\nexport TRAINYARD_SOCKET={self.socket}\n"
                                      f"PATH={self.prefix}/bin:$PATH\ncd {self.folder}\n{script}\n")
        return self.execute("bash", path, user=USER, timeout=timeout).stdout

    def shell_of_everybody(self, script, timeout=900):
        """Runs a script as all users at the same time. $USER is the name of the user."""
        self.file("everybody.sh", f"set -euo pipefail\nexport TRAINYARD_SOCKET={self.socket}\n"
                                  f"PATH={self.prefix}/bin:$PATH\ncd {self.folder}\n{script}\n")
        self.execute("xargs", "-a", self.file("users", "\n".join(self.users)), "-P", len(self.users), "-I{}", "runuser",
                     "-u", "{}", "--", "env", "USER={}", "bash", self.folder / "everybody.sh", timeout=timeout)

    def submission(self, jobs, act):
        """Calls act(). Measures the seconds until `jobs` jobs of the users are in the queue, and until none
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
        """Submits manifests as the user and returns the numbers of their runs."""
        answers = self.trainyard("submit", "--json", *manifests, user=USER, timeout=900).stdout
        return [run for line in answers.splitlines() for run in json.loads(line)["runs"]]

    # ---- the daemon's state

    def status(self):
        return json.loads(self.trainyard("admin", "status", "--json").stdout)

    def events(self, *names):
        """Returns the ledger's events of these names as (run, event, at, body), in the order of recording."""
        places = ",".join("?" * len(names))
        with contextlib.closing(sqlite3.connect(f"file:{self.state}/ledger.db?mode=ro", uri=True)) as ledger:
            rows = ledger.execute(f"select run_id, event, at, body from run_events where event in ({places}) "
                                  "order by seq", names).fetchall()
        return [(run, event, at, json.loads(body)) for run, event, at, body in rows]

    def daemon_cpu_seconds(self):
        """Returns user and system time of all threads of the daemon since its start."""
        fields = pathlib.Path(f"/proc/{self.daemon.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def daemon_peak_mb(self):
        return self._daemon_memory_mb("VmHWM")

    def daemon_resident_mb(self):
        """Returns the current resident size in MB, and resets the peak that daemon_peak_mb() returns."""
        pathlib.Path(f"/proc/{self.daemon.pid}/clear_refs").write_text("5")
        return self._daemon_memory_mb("VmRSS")

    def _daemon_memory_mb(self, field):
        for line in pathlib.Path(f"/proc/{self.daemon.pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) / 1000
        raise AssertionError("the daemon is gone")

    def longest_stall_ms(self):
        """Returns the longest stall of the daemon's loop since the daemon's start, in milliseconds."""
        return self.status()["longest_stall"]["ms"]
