"""The rows of `scripts/bench loop`: how long requests wait for the daemon's loop while it has much to do."""
import datetime
import http.client
import json
import socket
import subprocess
import threading
import time

from slurm_rows import fill_with_arrays, percentile, restarts
from slurm_yard import PROGRAMS, SETTINGS, USER
from table import AT_MOST, Measured, Target

USERS = (USER,)
SYNC_MS = 5  # how long the simulated disk takes for fsync() or fdatasync()
SLOW_DISK = ("strace", "-D", "-f", "-qq", "-o", "/dev/null", "--seccomp-bpf", "-e", "trace=fsync,fdatasync", "-e",
             f"inject=fsync,fdatasync:delay_exit={SYNC_MS * 1000}")


def measured(row, unit, target, ours):
    return Measured("loop", row, unit, target and Target(*target), tuple(ours))


class Connection(http.client.HTTPConnection):
    """An HTTP connection to the daemon's Unix socket."""

    def __init__(self, path):
        super().__init__("localhost")
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def ask(socket_path, target):
    """Sends a GET request. Returns the milliseconds until the answer, and the answer."""
    begun = time.monotonic()
    connection = Connection(socket_path)
    connection.request("GET", target)
    answer = json.load(connection.getresponse())
    connection.close()
    return 1000 * (time.monotonic() - begun), answer


class Client(threading.Thread):
    """A thread that asks for the daemon's status repeatedly. `answers`: the milliseconds of each answer."""

    def __init__(self, path):
        super().__init__()
        self.path, self.answers, self.over = path, [], threading.Event()

    def run(self):
        while not self.over.is_set():
            self.answers.append(ask(self.path, "/v1/status")[0])
            time.sleep(0.01)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


def fill(yard, runs):
    """Submits runs and waits until the jobs of all of them are pending in Slurm."""
    fill_with_arrays(yard, runs)
    yard.wait_until(lambda: yard.status()["runs"] == {"pending": runs}, 300, "runs that wait in Slurm")


def end_all_jobs(yard):
    yard.execute("scancel", "--user", USER, timeout=600)


def ends(yard, sizes):
    """Measures API answers while all tasks of an array, and their store jobs, end at once."""
    runs = sizes.runs
    with yard.closed_partition(), yard.fresh_daemon(under=SLOW_DISK):
        fill(yard, runs)
        with Client(yard.socket) as client:
            begun = time.monotonic()
            end_all_jobs(yard)
            yard.wait_until(lambda: not yard.status()["runs"], 300, "the end of all runs")
            seconds = time.monotonic() - begun
    row = f"{runs} array tasks end at once, {SYNC_MS} ms to sync a transaction"
    yield measured(f"{row}: an API answer meanwhile, p99 of {len(client.answers)}", "ms", ("ours", AT_MOST, 100),
                   [percentile(client.answers, 99)])
    yield measured(f"{row}: until all runs are over", "s", None, [seconds])


def away(yard, sizes):
    """Measures the recovery of a daemon that was down until slurmctld had forgotten all its ended jobs."""
    jobs = 5 * sizes.runs
    with yard.closed_partition(), yard.fresh_daemon():
        fill(yard, jobs // 2)
        yard.kill_daemon()
        end_all_jobs(yard)
        yard.wait_until(lambda: not yard.execute("squeue", "--noheader", "--states=all", "--user", USER).stdout, 300,
                        "a slurmctld that has forgotten all jobs")
        begun = time.monotonic()
        yard.start_daemon(SETTINGS, seconds=120)
        yard.wait_until(lambda: not yard.status()["runs"], 900, "the end of all runs")
        seconds = time.monotonic() - begun
    yield measured(f"daemon back after {jobs} jobs have ended and slurmctld has forgotten them: all runs are over", "s",
                   ("ours", AT_MOST, 60), [seconds])


def report(yard, sizes):
    """Measures reports of usage from a large ledger: of twelve months, and of the current month."""
    users = 50
    reports = {"the year by user and month": f"by=user,month&since={first_of_twelve_months(datetime.date.today())}",
               "this month so far": "by=user"}

    def prepare():
        subprocess.run([PROGRAMS / "fill_account", yard.state / "ledger.db", str(sizes.segments), str(users)], check=True)
        yard.give_to_daemon(*yard.state.glob("ledger.db*"))

    row = f"report of usage from {sizes.segments} segments"
    with yard.fresh_daemon(prepare):
        for words, query in reports.items():
            taken = []
            for _ in range(sizes.pairs):
                milliseconds, answer = ask(yard.socket, f"/v1/report/usage?{query}")
                if not answer["total"]["jobs"]:
                    raise AssertionError(f"nothing was used: {answer}")
                taken.append(milliseconds)
            yield measured(f"{row}, {words}", "ms", ("ours", AT_MOST, 200), taken)
        yield measured(f"{row}: longest stall of the loop", "ms", ("ours", AT_MOST, 20), [yard.longest_stall_ms()])


def first_of_twelve_months(today):
    """Returns the first of the twelve months that end with the current one: "2025-12" for November 2026."""
    months = 12 * today.year + today.month - 1 - 11
    return f"{months // 12}-{months % 12 + 1:02}"


def restart(yard, sizes):
    """Measures the start of a daemon with a large ledger: runs that wait, and data sets."""
    seconds, peaks = restarts(yard, sizes, sizes.data_sets)
    row = f"restart with {sizes.live_runs} live runs, each of which waits, and {sizes.data_sets} data sets"
    yield measured(f"{row}: ready", "s", ("ours", AT_MOST, 1), seconds)
    yield measured(f"{row}: largest resident size", "MB", ("ours", AT_MOST, 250), peaks)


# The names that --rows accepts, in the order in which the rows run.
ROWS = {"ends": ends, "away": away, "report": report, "restart": restart}
