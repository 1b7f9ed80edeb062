"""Base class of the tests of the daemon: one daemon per class, manifests, runs, and their jobs in Slurm."""
import json
import shutil
import textwrap
import unittest

import yard
from yard import interval

PLANS = {
    "plans.wide": {"gpus": 8, "default": True},
    "plans.four": {"gpus": 4},
    "plans.free": {"gpus": 1},
}
SETTINGS = {"slurm": {"poll_interval_ms": 200}, **PLANS}
OVER = ("completed", "failed", "cancelled")


def name_in_sacct(job):
    """Returns what sacct calls a job of the API in its field JobID: "77", or "77_2" in an array."""
    return str(job["job_id"]) if job.get("array_task") is None else f"{job['job_id']}_{job['array_task']}"


class DaemonCase(unittest.TestCase):
    """A daemon runs from the first test of a class to its last."""

    settings = SETTINGS

    @classmethod
    def setUpClass(cls):
        cls.yard = yard.shared()
        cls.folder = cls.yard.root / cls.__name__  # for manifests and files of jobs; sticky, like /tmp
        shutil.rmtree(cls.folder, ignore_errors=True)
        cls.folder.mkdir()
        cls.folder.chmod(0o1777)
        results = cls.yard.buckets / "results"
        results.mkdir(exist_ok=True)
        results.chmod(0o1777)
        cls.addClassCleanup(cls.yard.stop_daemon)
        cls.yard.start_daemon(cls.settings)

    # ---- manifests

    def bucket(self, *names):
        """Creates a folder with these objects in the object store and returns its URL.

        Each test has a folder of its own, so that its data set is not staged yet."""
        folder = self.yard.buckets / self.id()
        folder.mkdir(exist_ok=True)
        for name in names:
            (folder / name).write_text(name)
        return f"file://{folder}/"

    @property
    def results(self):
        """URL of this test's own folder for results. Every user may create folders in it."""
        folder = self.yard.buckets / "results" / self.id()
        folder.mkdir(exist_ok=True)
        folder.chmod(0o1777)
        return f"file://{self.yard.buckets}/results/{self.id()}/"

    def manifest(self, text, name="training"):
        path = self.folder / f"{name}.toml"
        path.write_text(text)
        path.chmod(0o644)
        return path

    def command(self, run, *, name="mine", data=None, resources="gpus_per_node = 1", more=""):
        """Writes a manifest whose [command] is the script `run`, and returns its path."""
        source = f'[data]\nsource = "{data}"\nformat = "raw"\n' if data else ""
        return self.manifest(
            f'name = "{name}"\n{source}[results]\ntarget = "{self.results}"\n'
            f'[resources]\ntime_limit = "00:05:00"\n{resources}\n'
            f"[command]\nrun = '''\n{textwrap.dedent(run)}\n'''\n{more}\n", name)

    # ---- runs

    def submit(self, manifest, *options, user="yard_ada"):
        """Submits a manifest as `user` and returns the numbers of its runs."""
        answer = self.yard.trainyard("submit", "--json", *options, manifest, user=user)
        return json.loads(answer.stdout.splitlines()[0])["runs"]

    def run_to_its_end(self, manifest, *options, user="yard_ada", seconds=60):
        runs = self.submit(manifest, *options, user=user)
        return [self.wait_for(run, *OVER, user=user, seconds=seconds) for run in runs]

    def show(self, run, user="yard_ada"):
        return json.loads(self.yard.trainyard("show", "--json", run, user=user).stdout)

    def wait_for(self, run, *states, user="yard_ada", seconds=60):
        """Waits until the run is in one of these states, and returns what `trainyard show --json` prints."""
        seen = []

        def there():
            seen[:] = [self.show(run, user)]
            return seen[0] if seen[0]["state"] in states else None
        try:
            return self.yard.wait_until(there, seconds, f"run {run} to be {' or '.join(states)}")
        except AssertionError as e:
            raise AssertionError(f"{e}\n{json.dumps(seen, indent=1)}\n{yard.tail(self.yard.daemon_log)}") from None

    def assert_completed(self, *runs):
        for run in runs:
            self.assertEqual(run["state"], "completed", json.dumps(run, indent=1))

    # ---- what Slurm says, independently of the ledger

    def jobs(self, run, role):
        """Waits until a run's jobs of one role ('train' or 'store') have ended, and returns sacct's rows."""
        arrays = [attempt["array"] for attempt in run["attempts"] if attempt["array"]]

        def is_of_run(row):
            place, task = row["JobName"].split("-", 2)[-1], row["JobID"].partition("_")[2]
            return place.endswith(f"-{role}") and (place.startswith(f"{run['id']}.") or any(
                place.startswith(f"a{array['run']}.{array['attempt']}-") and task == str(array["task"])
                for array in arrays))
        return self.ended_jobs(is_of_run)

    def stage_jobs(self, run):
        return self.ended_jobs(lambda row: f"-{run['data']['digest'][:16]}." in row["JobName"])

    def jobs_since(self, begun, user):
        """Returns the rows of sacct of `user`'s jobs submitted at `begun` (unix seconds) or later.

        slurmdbd might never hear of the end of earlier jobs, because other tests kill slurmctld."""
        return self.ended_jobs(lambda row: row["User"] == user and int(row["Submit"]) >= begun)

    def ended_jobs(self, wanted):
        def ended():
            rows = [row for row in self.yard.sacct() if row["JobName"].startswith("ty-") and wanted(row)]
            return rows if rows and all(row["End"].isdigit() for row in rows) else None
        return self.yard.wait_until(ended, 60, "the end of jobs in accounting")

    def training(self, run):
        """Returns the interval in which the run's only training job ran."""
        (row,) = self.jobs(run, "train")
        self.assertIsNotNone(interval(row), row)
        return interval(row)
