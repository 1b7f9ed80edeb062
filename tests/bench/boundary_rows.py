"""The rows of `scripts/bench boundary`, each a function that yields what it measured: the cost of the
boundary between users and the daemon, and how long a user can make the daemon wait."""
import contextlib
import pathlib
import shutil
import subprocess
import tempfile

import attacks
import manifests
import readings
from slurm_rows import SBATCH_LOOP, Sides, peers_scripts, percentile, results_of
from slurm_yard import PROGRAMS, SETTINGS, USER
from table import AT_LEAST, AT_MOST, Measured, Target

import yard as yards  # tests/e2e/yard.py; slurm_yard adds its folder to sys.path

USERS = (USER, *(f"yard_user{n:02}" for n in range(1, 20)))
UNITS = yards.REPOSITORY / "build/scripts"
MEMORY = pathlib.Path("/dev/shm")  # a file system in memory, so that making a million files takes seconds


def measured(row, unit, target, ours, against="", peer=()):
    return Measured("boundary", row, unit, target and Target(*target), tuple(ours), against, tuple(peer))


# ---- figures that are read from files

def units(yard, sizes):
    for unit, most in readings.MOST_EXPOSURE.items():
        exposure, _ = readings.exposure(UNITS / unit)
        yield measured(f"systemd-analyze security of {unit}", "", ("ours", AT_MOST, most), [exposure])
    yield measured("the broker, with all of ours that it links", "lines", ("ours", AT_MOST, readings.MOST_BROKER_LINES),
                   [readings.broker_lines()])


# ---- deputies

def deputy(yard, sizes):
    """Measures calls to deputies. The program deputy_calls makes them, with the daemon's own classes."""
    yard.stop_daemon()
    yard.start_broker()
    slowest, starts = [], []
    for _ in range(sizes.rounds):
        slowest.append(percentile(deputy_calls(yard, "running", sizes.calls), 99))
        starts += deputy_calls(yard, "starting", sizes.starts)
    yield measured(f"a call to a running deputy, p99 of {sizes.calls}", "ms", ("ours", AT_MOST, 1), slowest)
    yield measured("a deputy from nothing, until its first answer", "ms", ("ours", AT_MOST, 50), starts)
    yield measured(f"a deputy from nothing, p99 of {len(starts)}", "ms", None, [percentile(starts, 99)])


def deputy_calls(yard, what, count):
    """Returns the milliseconds that each call took."""
    told = yard.execute(*yard.as_the_daemon(), PROGRAMS / "deputy_calls", what, yard.broker_socket, yard.uid,
                        yard.scratch / USER / "bench", count, timeout=300).stdout
    return [float(line) for line in told.splitlines()]


# ---- many users at once

SUBMIT = "trainyard submit --json separate-$USER-*.toml >/dev/null"
SUBMIT_EACH = 'for file in separate-$USER-*.toml; do trainyard submit --json "$file"; done >/dev/null'


def crowd(yard, sizes):
    """Measures the same as the row `separate` of `bench slurm`, with many users at the same time."""
    each = sizes.runs // sizes.users
    runs = each * sizes.users
    for user in yard.users:
        for n in range(each):
            yard.file(f"separate-{user}-{n}.toml", manifests.command(results_of(yard), f"exit {n}"))
    peers_scripts(yard)
    sides = Sides()

    def ours(side, script):
        with yard.fresh_daemon():
            sides.seconds[side].append(yard.submission(2 * runs, lambda: yard.shell_of_everybody(script)).released)
        yard.empty_queue()

    with yard.closed_partition():
        for _ in range(sizes.rounds):
            ours("ours", SUBMIT)
            loop = SBATCH_LOOP.format(runs=each)
            sides.seconds["loop"].append(yard.submission(2 * runs, lambda: yard.shell_of_everybody(loop)).queued)
            yard.empty_queue()
            ours("each", SUBMIT_EACH)
    row = f"{runs} separate submissions by {sizes.users} users at once"
    peer = "as many sbatch loops", sides.per_second("loop", runs)
    yield measured(row, "runs/s", ("ratio", AT_LEAST, 2), sides.per_second("ours", runs), *peer)
    yield measured(f"{row}, a process for each", "runs/s", None, sides.per_second("each", runs), *peer)


# ---- many objects

def objects(yard, sizes):
    """Measures a run with a large data set: its objects are listed, the run is accepted, its jobs are in the
    queue.

    The ledger lies in memory, to exclude the disk's sync time, which does not depend on the objects."""
    growth, stalls = {1: [], sizes.objects: []}, {1: [], sizes.objects: []}
    with yard.closed_partition(), state_in_memory(yard):
        for count in growth:
            with files_in_memory(count) as folder:
                for n in range(sizes.rounds):
                    text = manifests.command(results_of(yard), "true", data=f"file://{folder}/")
                    manifest = yard.file("objects.toml", text)
                    with yard.fresh_daemon():
                        before = yard.daemon_resident_mb()
                        yard.submission(2, lambda: yard.submit(manifest))
                        growth[count].append(yard.daemon_peak_mb() - before)
                        stalls[count].append(yard.longest_stall_ms())
        yard.empty_queue()
    row = f"a data set of {sizes.objects} objects"
    yield measured(f"{row}: the daemon grows by", "MB", ("ours", AT_MOST, 10), growth[sizes.objects], "one object",
                   growth[1])
    yield measured(f"{row}: longest step on the loop", "ms", ("ours", AT_MOST, 1), stalls[sizes.objects], "one object",
                   stalls[1])


@contextlib.contextmanager
def state_in_memory(yard):
    """During the `with` block, the daemon's state directory lies in memory."""
    on_disk = yard.state
    with tempfile.TemporaryDirectory(prefix="trainyard-bench.", dir=MEMORY) as folder:
        pathlib.Path(folder).chmod(0o755)
        yard.stop_daemon()
        yard.state = pathlib.Path(folder) / "state"
        yard.make_places()
        try:
            yield
        finally:
            yard.stop_daemon()
            yard.state = on_disk


@contextlib.contextmanager
def files_in_memory(count):
    """During the `with` block: a folder with `count` empty files, a thousand in each subfolder."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="trainyard-bench.", dir=MEMORY))
    try:
        folder.chmod(0o755)
        for first in range(0, count, 1000):
            inner = folder / f"{first:07}"
            inner.mkdir()
            for n in range(first, min(first + 1000, count)):
                (inner / f"{n:07}").touch()
        yield folder
    finally:
        shutil.rmtree(folder)


# ---- how long one user can stall the loop

def stalls(yard, sizes):
    """Measures the loop's longest stall during each attack, with a fresh daemon for each."""
    program = yard.file("attacks.py", pathlib.Path(attacks.__file__).read_text())
    with yard.closed_partition():
        for name, (words, _) in attacks.ATTACKS.items():
            longest = []
            for _ in range(sizes.rounds):
                with yard.fresh_daemon(ledger_of(yard, sizes) if name == "lists" else None):
                    yard.execute("/usr/bin/python3", program, yard.socket, results_of(yard), name, user=USER, timeout=600)
                    yard.wait_until(lambda: "queued" not in yard.status()["runs"], 120, "the admission of all that was taken")
                    longest.append(yard.longest_stall_ms())
            yield measured(f"longest stall of the loop: {words}", "ms", ("ours", AT_MOST, 20), longest)
        yard.empty_queue()


def ledger_of(yard, sizes):
    """Returns a function that makes a ledger with `ended_runs` runs of the user that are over."""
    def fill():
        text = manifests.command(results_of(yard), "exit {n}", sweep={"n": list(range(1000))})
        subprocess.run([PROGRAMS / "fill_ledger", yard.state / "ledger.db", USER, str(sizes.ended_runs), "0",
                        str(sizes.ended_runs), "0"], input=text, text=True, check=True)
        yard.give_to_daemon(*yard.state.glob("ledger.db*"))
    return fill


# The names that --rows accepts, in the order in which the rows run.
ROWS = {"units": units, "deputy": deputy, "crowd": crowd, "objects": objects, "stalls": stalls}
