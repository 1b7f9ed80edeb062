"""Runs that leave a line for each execution of theirs: who lost one, or ran one twice, is found out."""
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
        """The manifest of one run, or of a sweep of so many; `then` is what each does once it has left its line."""
        run = f"{APPENDS.format(folder=self.folder, test=self._testMethodName)}; {then}"
        if sweep:
            run += " # {number}"
            more["more"] = more.get("more", "") + f"\n[sweep]\nnumber = {list(range(sweep))}"
        return self.command(run, name=name, **more)

    # ---- what came of them

    def executions(self):
        """The training ids in the order in which their programs began."""
        try:
            return (self.folder / f"{self._testMethodName}.executions").read_text().split()
        except FileNotFoundError:
            return []

    def listed(self):
        """All runs since the test began."""
        lines = self.yard.trainyard("list", "--json", "--limit", "10000", user="yard_ada").stdout.splitlines()
        return [run for run in map(json.loads, lines) if run["accepted_at"] >= self.begun]

    def all_over(self, numbers, seconds):
        """These runs, which must be all there are, once each is over."""
        def there():
            runs = self.listed()
            return runs if all(run["state"] in OVER for run in runs) else None
        runs = self.yard.wait_until(there, seconds, "all runs to be over")
        self.assertEqual(sorted(run["id"] for run in runs), sorted(numbers))
        return runs

    def assert_each_ran_once(self, runs):
        """Each completed, left one line, published once, and cost what Slurm has on record."""
        self.assert_completed(*runs)
        self.assertEqual(sorted(self.executions()), sorted(run["training_id"] for run in runs))
        for run in runs:
            self.assertEqual(self.receipt_of(run)["attempt"], run["attempt"])
        self.assert_nothing_is_left()
        self.reconcile()

    def assert_nothing_is_left(self):
        """What was submitted once too often is gone within a minute."""
        self.yard.wait_until(lambda: not self.queued(), 60, "nothing of ours to be left in Slurm")

    def receipt_of(self, run):
        folder = pathlib.Path(urllib.parse.urlparse(self.results).path)
        return json.loads((folder / run["training_id"] / "receipt.json").read_text())

    # ---- the independent witness

    def queued(self):
        names = self.yard.execute("squeue", "--noheader", "--format=%j").stdout.split()
        return [name for name in names if name.startswith("ty-")]

    def gpu_seconds_by_slurm(self):
        """Of all jobs of ours that were submitted since the test began."""
        rows = [row for row in self.yard.sacct() if row["JobName"].startswith("ty-") and int(row["Submit"]) >= self.begun]
        spans = [(gpus(row), interval(row)) for row in rows if interval(row)]
        return sum(count * (span.end - span.start) for count, span in spans)
