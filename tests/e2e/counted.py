"""Runs that append a line to a file at each execution, so that a test finds lost and repeated executions."""
import json
import pathlib
import urllib.parse

from daemon_case import OVER
from test_accounting import Books
from yard import gpus, interval

APPENDS = "echo $TRAINING_ID >>{folder}/{test}.executions"


class Counted(Books):
    # ---- manifests

    def counted(self, name, then="true", *, sweep=0, **more):
        """Returns the manifest of one run, or of a sweep of `sweep` runs.

        Each run appends its line to the file of executions, then executes `then`."""
        run = f"{APPENDS.format(folder=self.folder, test=self._testMethodName)}; {then}"
        if sweep:
            run += " # {number}"
            more["more"] = more.get("more", "") + f"\n[sweep]\nnumber = {list(range(sweep))}"
        return self.command(run, name=name, **more)

    # ---- results of the runs

    def executions(self):
        """The training ids in the order in which their programs began."""
        try:
            return (self.folder / f"{self._testMethodName}.executions").read_text().split()
        except FileNotFoundError:
            return []

    def listed(self):
        """Returns all runs of yard_ada that were accepted since the test began."""
        lines = self.yard.trainyard("list", "--json", "--limit", "10000", user="yard_ada").stdout.splitlines()
        return [run for run in map(json.loads, lines) if run["accepted_at"] >= self.begun]

    def all_over(self, numbers, seconds):
        """Waits until all runs since the test began, exactly `numbers`, are over; returns them."""
        def there():
            runs = self.listed()
            return runs if all(run["state"] in OVER for run in runs) else None
        runs = self.yard.wait_until(there, seconds, "all runs to be over")
        self.assertEqual(sorted(run["id"] for run in runs), sorted(numbers))
        return runs

    def assert_each_ran_once(self, runs):
        """Asserts that each run completed, executed once, published once, and was charged as Slurm has it."""
        self.assert_completed(*runs)
        self.assertEqual(sorted(self.executions()), sorted(run["training_id"] for run in runs))
        for run in runs:
            self.assertEqual(self.receipt_of(run)["attempt"], run["attempt"])
        self.assert_nothing_is_left()
        self.reconcile()

    def assert_nothing_is_left(self):
        """Waits, at most a minute, until no job of ours is in Slurm: duplicate jobs must be cancelled."""
        self.yard.wait_until(lambda: not self.queued(), 60, "nothing of ours to be left in Slurm")

    def receipt_of(self, run):
        folder = pathlib.Path(urllib.parse.urlparse(self.results).path)
        return json.loads((folder / run["training_id"] / "receipt.json").read_text())

    # ---- what Slurm says, independently of the ledger

    def queued(self):
        names = self.yard.execute("squeue", "--noheader", "--format=%j").stdout.split()
        return [name for name in names if name.startswith("ty-")]

    def gpu_seconds_by_slurm(self):
        """Returns the GPU-seconds, by sacct, of all our jobs that were submitted since the test began."""
        rows = [row for row in self.yard.sacct() if row["JobName"].startswith("ty-") and int(row["Submit"]) >= self.begun]
        spans = [(gpus(row), interval(row)) for row in rows if interval(row)]
        return sum(count * (span.end - span.start) for count, span in spans)
