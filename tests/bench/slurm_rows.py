"""The rows of `scripts/bench slurm`, each a function that yields what it measured. The two sides of a row
take turns, so that other load on the machine slows both."""
import collections
import math
import pathlib
import subprocess
import time

import manifests
from slurm_yard import PROGRAMS, SETTINGS, USER
from table import AT_LEAST, AT_MOST, Measured, Target

USERS = (USER,)


def measured(row, unit, target, ours, against="", peer=()):
    return Measured("slurm", row, unit, target and Target(*target), tuple(ours), against, tuple(peer))


class Sides:
    """The seconds that each side of a row took in each round."""

    def __init__(self):
        self.seconds = collections.defaultdict(list)

    def per_second(self, side, runs):
        return [runs / seconds for seconds in self.seconds[side]]


# ---- from submission until the jobs are in the queue

SBATCH_LOOP = """
for ((i = 0; i < {runs}; i++)); do
  train=$(sbatch --parsable --job-name=train-$i train.sh)
  sbatch --parsable --job-name=store-$i --dependency=afterany:$train store.sh
done >/dev/null
"""
SBATCH_ARRAY = """
train=$(sbatch --parsable --array=0-{last} train.sh)
sbatch --parsable --array=0-{last} --dependency=aftercorr:$train store.sh >/dev/null
"""


def peers_scripts(yard):
    return (yard.file("train.sh", manifests.batch_script("true")), yard.file("store.sh", manifests.store_script("true")))


def results_of(yard):
    return f"file://{yard.buckets}/results/"


def bare_libslurm(yard, runs):
    train, store = peers_scripts(yard)
    yard.execute(PROGRAMS / "slurm_calls", "submit", runs, yard.uid, yard.gid, yard.folder, train, store, timeout=900)


def by_hand(yard, script, runs):
    """Returns the seconds until all jobs that the user's own script submits are in the queue."""
    peers_scripts(yard)
    yard.empty_queue()
    submission = yard.submission(2 * runs, lambda: yard.shell(script.format(runs=runs, last=runs - 1)))
    return submission.queued


def sweep(yard, sizes):
    runs = sizes.runs
    text = manifests.command(results_of(yard), "exit {n}", sweep={"n": list(range(runs))})
    manifest = yard.file("sweep.toml", text)
    sides = Sides()
    with yard.closed_partition():
        for _ in range(sizes.rounds):
            with yard.fresh_daemon():
                ours = yard.submission(2 * runs, lambda: yard.submit(manifest))
            sides.seconds["ours"].append(ours.queued)
            sides.seconds["released"].append(ours.released)
            sides.seconds["loop"].append(by_hand(yard, SBATCH_LOOP, runs))
            sides.seconds["array"].append(by_hand(yard, SBATCH_ARRAY, runs))
        yard.empty_queue()  # its jobs would run as soon as the partition is up
    row = f"sweep of {runs} runs, from submit to all in the queue"
    yield measured(row, "runs/s", ("ratio", AT_LEAST, 10), sides.per_second("ours", runs), "sbatch loop",
                   sides.per_second("loop", runs))
    yield measured(row, "s", ("ratio", AT_MOST, 2), sides.seconds["ours"], "sbatch --array", sides.seconds["array"])
    yield measured(f"sweep of {runs} runs, from submit until all may start", "runs/s", None,
                   sides.per_second("released", runs), "sbatch loop", sides.per_second("loop", runs))


def separate(yard, sizes):
    """Measures one `trainyard submit` of many manifests, and one `trainyard submit` for each manifest."""
    runs = sizes.runs
    files = [yard.file(f"separate-{n}.toml", manifests.command(results_of(yard), f"exit {n}")) for n in range(runs)]
    one_by_one = "for ((i = 0; i < {runs}; i++)); do trainyard submit --json separate-$i.toml; done >/dev/null"
    sides = Sides()

    def take(side, act):
        sides.seconds[side].append(yard.submission(2 * runs, act).released)

    with yard.closed_partition():
        for _ in range(sizes.rounds):
            with yard.fresh_daemon():
                take("ours", lambda: yard.submit(*files))
            yard.empty_queue()
            take("bare", lambda: bare_libslurm(yard, runs))
            sides.seconds["loop"].append(by_hand(yard, SBATCH_LOOP, runs))
            with yard.fresh_daemon():
                take("each", lambda: yard.shell(one_by_one.format(runs=runs)))
        yard.empty_queue()
    row = f"{runs} separate submissions"
    loop = sides.per_second("loop", runs)
    yield measured(row, "runs/s", ("ratio", AT_LEAST, 2), sides.per_second("ours", runs), "sbatch loop", loop)
    yield measured(row, "runs/s", ("ratio", AT_LEAST, 0.8), sides.per_second("ours", runs), "bare libslurm",
                   sides.per_second("bare", runs))
    yield measured(f"{row}, a process for each", "runs/s", ("ratio", AT_LEAST, 1), sides.per_second("each", runs),
                   "sbatch loop", loop)


# ---- one small run

def begun_at(yard, stamp, seconds=60):
    """Waits until a job has written a time into the file `stamp`, and returns it (unix seconds)."""
    yard.wait_until(lambda: stamp.exists() and stamp.read_text().endswith("\n"), seconds, f"the job to write {stamp}")
    return float(stamp.read_text())


def start(yard, sizes):
    data = yard.buckets / "data"
    data.mkdir(exist_ok=True)
    (data / "numbers").write_text("1 2 3\n")
    ours, peer = [], []
    with yard.fresh_daemon():
        for n in range(sizes.pairs + 1):
            stamp = yard.folder / f"ours-{n}"
            text = manifests.command(results_of(yard), f"date +%s.%N >{stamp}", data=f"file://{data}/")
            manifest = yard.file("start.toml", text)
            told = float(yard.shell(f"echo $EPOCHREALTIME; trainyard submit --json {manifest} >/dev/null"))
            ours.append(begun_at(yard, stamp) - told)
            quiet(yard)
            stamp = yard.folder / f"peer-{n}"
            yard.file("start.sh", manifests.batch_script(f"date +%s.%N >{stamp}"))
            told = float(yard.shell("echo $EPOCHREALTIME; sbatch --parsable start.sh >/dev/null"))
            peer.append(begun_at(yard, stamp) - told)
            quiet(yard)
    # Without the first pair: its run had to wait until the data were staged.
    yield measured("submit → running, one small run on an idle cluster, data ready", "s", ("difference", AT_MOST, 0.2),
                   ours[1:], "sbatch", peer[1:])


def quiet(yard):
    """Waits until the user has no job in the queue, and the daemon, if it runs, no live run."""
    yard.wait_until(lambda: not yard.execute("squeue", "--noheader", "--user", USER).stdout and
                    not (yard.daemon and yard.status()["runs"]), 60, "an idle cluster")


def results(yard, sizes):
    """Measures from the last command of the program until its result is in the object store. The peer copies
    the result by a second job."""
    target = yard.buckets / "results"
    by_hand = yard.folder / "by-hand"
    ours, peer = [], []
    with yard.fresh_daemon():
        for n in range(sizes.pairs):
            stamp = yard.folder / f"ended-{n}"
            text = manifests.command(f"file://{target}/", f"echo answer >$RESULT_DIR/answer; date +%s.%N >{stamp}")
            run, = yard.submit(yard.file("results.toml", text))
            ended = begun_at(yard, stamp)
            quiet(yard)
            answer, = (target / f"training-{run}").rglob("answer")
            ours.append(appeared_at(answer) - ended)
            stamp = yard.folder / f"peer-ended-{n}"
            yard.file("train.sh", manifests.batch_script(f"echo answer >{by_hand}.scratch; date +%s.%N >{stamp}"))
            yard.file("store.sh", manifests.store_script(f"cp {by_hand}.scratch {by_hand}.part\n"
                                                         f"mv {by_hand}.part {by_hand}-{n}"))
            yard.shell(SBATCH_LOOP.format(runs=1))
            ended = begun_at(yard, stamp)
            quiet(yard)
            peer.append(appeared_at(pathlib.Path(f"{by_hand}-{n}")) - ended)
    yield measured("train's end → results in the bucket, one small file", "s", ("ours", AT_MOST, 3), ours,
                   "a second sbatch job that copies", peer)


def appeared_at(path):
    """Returns when a file got its name (unix seconds): renaming a file sets its ctime and no other time."""
    return path.stat().st_ctime


# ---- many runs

LIST_AND_SQUEUE = """
for ((n = 0; n < {pairs}; n++)); do
  a=$EPOCHREALTIME; trainyard list --live --limit {runs} >list.txt
  b=$EPOCHREALTIME; {squeue} --user {user} >squeue.txt
  c=$EPOCHREALTIME; echo $a $b $c $(wc -l <list.txt) $(wc -l <squeue.txt)
done
"""


def fill_with_arrays(yard, runs):
    """Submits `runs` runs, in sweeps of at most a thousand, and waits until all are in the queue."""
    for first in range(0, runs, 1000):
        last = min(first + 1000, runs)
        text = manifests.command(results_of(yard), "exit {n}", sweep={"n": list(range(first, last))})
        yard.submission(2 * last, lambda: yard.submit(yard.file("fill.toml", text)))


def fill_with_jobs(yard, runs):
    """Submits `runs` runs and waits until all are in the queue. Each has jobs of its own instead of tasks of
    an array, since each asks for another time limit. When the runs run, about one ends every two seconds."""
    files = [yard.file(f"fill-{n}.toml", manifests.command(results_of(yard), f"sleep {40 + n % 360}", seconds=600 + n))
             for n in range(runs)]
    yard.submission(2 * runs, lambda: yard.submit(*files))


def listed(yard, sizes, squeue):
    """Returns the seconds of `trainyard list` and of `squeue`, run by turns. Fails unless both list all."""
    runs = sizes.many_runs
    told = yard.shell(LIST_AND_SQUEUE.format(pairs=sizes.pairs, runs=runs, user=USER, squeue=squeue))
    times = [line.split() for line in told.splitlines()]
    for *_, runs_shown, jobs_shown in times:
        if (int(runs_shown), int(jobs_shown)) != (runs + 1, 2 * runs + 1):
            raise AssertionError(f"{runs_shown} lines of list and {jobs_shown} of squeue for {runs} runs")
    return [float(b) - float(a) for a, b, *_ in times], [float(c) - float(b) for _, b, c, *_ in times]


def listing(yard, sizes):
    """Measures listing runs in job arrays: a few records for slurmctld, but one per run for the daemon."""
    row = f"trainyard list with {sizes.many_runs} live runs"
    with yard.closed_partition(), yard.fresh_daemon():
        fill_with_arrays(yard, sizes.many_runs)
        ours, peer = listed(yard, sizes, "squeue --array")
        yard.empty_queue()
    yield measured(f"{row}, in job arrays", "s", None, ours, "squeue --array for the same tasks", peer)


def many(yard, sizes):
    """Measures listing a long queue, then the daemon's CPU time and delay while hundreds of runs run."""
    row = f"trainyard list with {sizes.many_runs} live runs"
    with yard.fresh_daemon():
        with yard.closed_partition():
            fill_with_jobs(yard, sizes.many_runs)
            ours, peer = listed(yard, sizes, "squeue")
            yield measured(row, "s", ("ratio", AT_MOST, 1), ours, "squeue for the same jobs", peer)
        yield from watched(yard, sizes)


def watched(yard, sizes):
    yard.wait_until(lambda: running(yard) >= sizes.running, 300, f"{sizes.running} runs that run")
    yard.wait_until(lambda: yard.events("stored"), 300, "the first run's end")
    begun, cpu = time.time(), yard.daemon_cpu_seconds()
    samples = watch(yard, sizes.watched_seconds)
    seconds, cpu = time.time() - begun, yard.daemon_cpu_seconds() - cpu
    late = lags(yard, begun, time.time())
    fewest = min(sample.running for sample in samples)
    if fewest < sizes.running:
        raise AssertionError(f"only {fewest} runs ran at a time")
    row = f"daemon with {sizes.many_runs} runs in Slurm, at least {fewest} of them running"
    yield measured(f"{row}: CPU", "% of a core", ("ours", AT_MOST, 2.5), [100 * cpu / seconds])
    yield measured(f"{row}: load_jobs per poll", "calls", ("ours", AT_MOST, 1), calls_per_poll(samples))
    yield measured(f"{row}: state lag, p99 of {len(late)}", "s", ("ours", AT_MOST, 10), [percentile(late, 99)])


def running(yard):
    return yard.status()["runs"].get("running", 0)


Sample = collections.namedtuple("Sample", "at running polled_at load_jobs")  # load_jobs: in the last minute


def watch(yard, seconds):
    """Returns samples of the daemon's status, one every two seconds."""
    samples = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        status = yard.status()
        scheduler = status["scheduler"]
        samples.append(Sample(time.time(), status["runs"].get("running", 0), scheduler["polled_at"],
                              scheduler["calls_last_minute"]["load_jobs"]))
        time.sleep(2)
    return samples


def calls_per_poll(samples):
    """Returns, for each minute before a poll, the number of load_jobs calls per poll. The daemon counts its
    calls when a poll is answered. Leaves out minutes that began before the first sample."""
    polls = {sample.polled_at for sample in samples}
    whole = [sample for sample in samples if sample.polled_at > samples[0].polled_at + 62]
    return [sample.load_jobs / sum(sample.polled_at - 60 < at <= sample.polled_at for at in polls) for sample in whole]


def lags(yard, since, until):
    """Returns the seconds from each start and end of a job, by Slurm's clock, to its event in the ledger."""
    found = []
    for _, event, at, body in yard.events("started", "ended"):
        happened = body["started_at"] if event == "started" else body["job"]["ended_at"]
        if since <= at <= until and happened:
            found.append(at - happened)
    return found


def percentile(values, percent):
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]


def few(yard, sizes):
    """Measures the delay of the daemon's events while few runs live."""
    with yard.fresh_daemon():
        begun = time.time()
        text = manifests.command(results_of(yard), "sleep $(({n} % 20))", sweep={"n": list(range(sizes.few_runs))})
        yard.submit(yard.file("few.toml", text))
        yard.wait_until(lambda: not yard.status()["runs"], 300, "the end of all runs")
        late = lags(yard, begun, time.time())
    yield measured(f"state lag with {sizes.few_runs} live runs, p99 of {len(late)}", "s", ("ours", AT_MOST, 3),
                   [percentile(late, 99)])


# ---- the ledger


def restart(yard, sizes):
    """Measures the start of a daemon with a large ledger."""
    runs, in_slurm = sizes.live_runs, sizes.live_runs // 10
    seconds, peaks = restarts(yard, sizes, data_sets=0)
    row = f"restart with {runs} live runs, {in_slurm} of them in Slurm"
    yield measured(f"{row}: ready", "s", ("ours", AT_MOST, 2), seconds)
    yield measured(f"{row}: largest resident size", "MB", ("ours", AT_MOST, 300), peaks)


def restarts(yard, sizes, data_sets):
    """Starts a daemon whose ledger has `live_runs` runs, a tenth of them in Slurm, and `data_sets` data sets.

    Returns, for each round, the seconds until it is ready and its largest resident size in MB. The daemon
    submits nothing, because its limit max_jobs is reached."""
    runs, in_slurm = sizes.live_runs, sizes.live_runs // 10
    rates = [round(0.001 * n, 3) for n in range(1, 1001)]
    text = manifests.training(results_of(yard), rates)
    seconds, peaks = [], []
    for _ in range(sizes.rounds):
        yard.stop_daemon()
        for file in yard.state.glob("ledger.db*"):
            file.unlink()
        subprocess.run([PROGRAMS / "fill_ledger", yard.state / "ledger.db", USER, str(runs), str(in_slurm), "0",
                        str(data_sets)], input=text, text=True, check=True)
        yard.give_to_daemon(*yard.state.glob("ledger.db*"))
        begun = time.monotonic()
        yard.start_daemon({**SETTINGS, "slurm": {"max_jobs": 2 * in_slurm}}, seconds=120)
        seconds.append(time.monotonic() - begun)
        yard.wait_until(lambda: yard.status()["scheduler"]["polled_at"], 60, "the first poll")
        peaks.append(yard.daemon_peak_mb())
        yard.kill_daemon()
    return seconds, peaks


def append(yard, sizes):
    """Measures appending events that charge a segment, a hundred or one in a transaction."""
    ours, peer = [], []
    for n in range(sizes.pairs):
        for side, batch in ((ours, 100), (peer, 1)):
            ledger = yard.root / f"append-{n}-{batch}.db"
            told = subprocess.run([PROGRAMS / "durable_appends", ledger, str(sizes.appends), str(batch)], check=True,
                                  capture_output=True, text=True).stdout
            side.append(float(told))
    yield measured("append of events with their segments, durable, 100 at a time", "/s", ("ours", AT_LEAST, 2000), ours,
                   "one at a time", peer)


# The names that --rows accepts, in the order in which the rows run. Emptying the queue of `many` takes
# minutes, so it is last.
ROWS = {"append": append, "restart": restart, "start": start, "results": results, "few": few, "sweep": sweep,
        "separate": separate, "list": listing, "many": many}
