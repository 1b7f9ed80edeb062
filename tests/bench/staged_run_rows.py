"""The rows of `scripts/bench staging` that need runs: a daemon, a private Slurm with an object store, all in memory."""
import contextlib
import json
import os
import re
import subprocess

from manifests import batch_script
from slurm_rows import begun_at, quiet
from slurm_yard import SlurmYard
from store_yard import MIB, tools_variables
from table import AT_MOST, Measured, Target

BATCH_BYTES = 128 * 784  # what the first training step reads


class StagingYard(SlurmYard):
    """A yard with an object store, in which the user has keys."""

    def __init__(self, root):
        super().__init__(root)
        self.cluster = (*self.cluster, "--s3")

    def up(self):
        super().up()
        for bucket in ("data", "results"):
            self.s3.make_bucket(bucket)

    @contextlib.contextmanager
    def cold_daemon(self):
        """Starts a daemon for which no data set is on scratch, and gives it the user's keys."""
        with self.fresh_daemon():
            lines = "\\n".join(self.s3.keys())
            self.shell(f"printf '{lines}\\n' | trainyard credential add default")
            yield

    @property
    def exports(self):
        """Lines of a script after which rclone finds the store as "yard:"."""
        variables = tools_variables(self.s3.endpoint, *self.s3.keys())
        return "unset ${!AWS_@} ${!RCLONE_@}\n" + "".join(f"export {name}={value}\n" for name, value in variables.items())

    def bytes_sent(self):
        """Returns how many bytes the store's host has sent to nodes, all of them: Slurm's and the daemon's, too."""
        devices = self.execute("cat", "/proc/self/net/dev").stdout
        fields = re.search(r"^\s*yard:(.*)$", devices, re.M)[1]  # the bridge, in which the head is (scripts/sandbox.d/hosts.sh)
        return int(fields.split()[8])


@contextlib.contextmanager
def staging_yard(store):
    """During the `with` block: a StagingYard beside the store. All its files are in memory, in a file system of their own,
    because each node of the sandbox has its own /dev/shm."""
    root = store.root / "yard"
    root.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "trainyard-bench", root], check=True)
    yard = StagingYard(root)
    try:
        yard.up()
        yield yard
    finally:
        yard.down()
        subprocess.run(["umount", root], check=True)
        root.rmdir()


def store_random_bytes(yard, mib):
    """Stores an object of random bytes as data/set/numbers."""
    file = yard.folder / "numbers"
    with open(file, "wb") as out:
        for _ in range(mib):
            out.write(os.urandom(MIB))
    yard.s3.put("data/set/numbers", file)
    file.unlink()


def manifest_of(yard, name, script):
    """Writes a manifest of a run that has the object as its data, and returns its path."""
    return yard.file(f"{name}.toml", f"""name = "{name}"
[data]
source = "s3://data/set/"
format = "raw"
[results]
target = "s3://results/"
[resources]
gpus_per_node = 1
time_limit = "00:10:00"
[command]
run = '''
{script}
'''
""")


def shared(store, sizes):
    """Many runs on one data set, submitted together."""
    runs, mib = max(2, sizes.runs // 5), max(16, sizes.runs // 4)
    with staging_yard(store) as yard:
        store_random_bytes(yard, mib)
        with yard.cold_daemon():
            script = "cat $DATA_DIR/numbers | wc -c"
            files = [manifest_of(yard, f"shared-{n}", script) for n in range(runs)]
            before = yard.bytes_sent()
            numbers = yard.submit(*files)
            yard.wait_until(lambda: not yard.status()["runs"], 600, "the end of all runs")
            sent = yard.bytes_sent() - before
            completed = [run for run, _, _, body in yard.events("settled") if body["result"] == "completed"]
            report = json.loads(yard.trainyard("report", "usage", "--json").stdout)
    if len(numbers) != runs or len(completed) != runs:
        raise AssertionError(f"{len(completed)} of {runs} runs are completed")
    row = f"{runs} runs on one data set of {mib} MiB"
    yield Measured("staging", f"{row}: fetched, as the report says", "MiB", Target("ratio", AT_MOST, 1),
                   (report["data"]["total"]["fetched_bytes"] / MIB,), "the data set, once", (mib,))
    yield Measured("staging", f"{row}: all that the store's host sent, as the kernel counts", "MiB",
                   Target("ratio", AT_MOST, 1.1), (sent / MIB,), "the data set, once", (mib,))


SCRIPT_OF_THE_PEER = """echo $EPOCHREALTIME
rclone copyto yard:data/set/numbers {folder}/numbers && sbatch --parsable step.sh >/dev/null"""


def first_step(store, sizes):
    """From the submission of a run whose data are not on scratch to its first training step, which reads a batch."""
    mib = max(16, 1024 * sizes.runs // 1000)
    ours, peer = [], []
    with staging_yard(store) as yard:
        store_random_bytes(yard, mib)
        copies = yard.folder / "copies"
        copies.mkdir()
        copies.chmod(0o1777)
        for n in range(sizes.rounds):
            stamp = yard.folder / f"ours-{n}"
            step = "tail -c {} {}/numbers | wc -c\ndate +%s.%N >{}"
            manifest = manifest_of(yard, "step", step.format(BATCH_BYTES, "$DATA_DIR", stamp))
            with yard.cold_daemon():
                told = float(yard.shell(f"echo $EPOCHREALTIME; trainyard submit --json {manifest} >/dev/null"))
                ours.append(begun_at(yard, stamp) - told)
                quiet(yard)
            stamp = yard.folder / f"peer-{n}"
            yard.file("step.sh", batch_script(step.format(BATCH_BYTES, copies, stamp)))
            told = float(yard.shell(yard.exports + SCRIPT_OF_THE_PEER.format(folder=copies)))
            peer.append(begun_at(yard, stamp) - told)
            quiet(yard)
            (copies / "numbers").unlink()
    yield Measured("staging", f"submit → first training step, {mib} MiB, cold", "s", Target("ratio", AT_MOST, 0.9), tuple(ours),
                   "rclone copyto && sbatch", tuple(peer))


# The names that --rows accepts, in the order in which the rows run.
ROWS = {"shared": shared, "first-step": first_step}
