"""Tests that runs of a sweep, admitted together, are one job array, and that each run ends by itself."""
import pathlib

from daemon_case import DaemonCase

WAITS = "until [ -e {folder}/{name} ]; do sleep 0.1; done"


class ASweep(DaemonCase):
    def sweep(self, run, *, values, **more):
        ids = self.submit(self.command(run, more=f"[sweep]\nvalue = {values}\n", **more))
        self.assertEqual(len(ids), len(values))
        return ids

    def stored(self, run):
        """Returns the paths of a run's files in the object store, relative to its results."""
        folder = pathlib.Path(run["results"].removeprefix("file://"))
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())

    def array_ids(self, runs, role):
        return {(attempt["array"]["run"], attempt[role]["job_id"]) for run in runs for attempt in run["attempts"]}

    def test_is_one_array_of_train_jobs_and_one_of_store_jobs_and_every_run_has_its_own_results(self):
        ids = self.sweep('echo {value} >"$RESULT_DIR"/value; echo "$RESULT_DIR"', name="values", values=[3, 5, 7])
        runs = [self.wait_for(run, "completed") for run in ids]
        for role in ("train", "store"):
            self.assertEqual(len(self.array_ids(runs, role)), 1)
        self.assertEqual([attempt["array"]["task"] for run in runs for attempt in run["attempts"]], [0, 1, 2])
        for run, value in zip(runs, (3, 5, 7)):
            (row,) = self.jobs(run, "train")
            train = run["attempts"][0]["train"]
            self.assertEqual((row["JobID"], row["State"]), (f"{train['job_id']}_{train['array_task']}", "COMPLETED"))
            folder = pathlib.Path(run["results"].removeprefix("file://"))
            (result,) = folder.rglob("value")
            self.assertEqual(result.read_text(), f"{value}\n")

    def test_stores_the_logs_of_a_run_that_failed_among_others_that_did_not(self):
        ids = self.sweep("echo it is {value}; exit {value}", name="some-fail", values=[0, 3])
        good, bad = self.wait_for(ids[0], "completed"), self.wait_for(ids[1], "failed")
        self.assertEqual((bad["exit_code"], bad["last_lines"]), (3, ["it is 3"]))
        self.assertTrue(any("training-log" in name for name in self.stored(bad)), self.stored(bad))
        self.assertIsNone(bad["attempts"][0]["store"]["array_task"])
        self.assertEqual(good["attempts"][0]["store"]["array_task"], 0)

    def test_goes_on_without_the_run_that_is_cancelled(self):
        ids = self.sweep(WAITS.format(folder=self.folder, name="go-{value}"), name="cancelled-one", values=[1, 2, 3])
        for run in ids:
            self.wait_for(run, "running")
        self.yard.trainyard("cancel", ids[1], user="yard_ada")
        cancelled = self.wait_for(ids[1], "cancelled")
        self.assertEqual([row["State"].split()[0] for row in self.jobs(cancelled, "train")], ["CANCELLED"])
        for value in (1, 3):
            (self.folder / f"go-{value}").touch()
        for run in (ids[0], ids[2]):
            self.wait_for(run, "completed")

    def test_loses_before_it_starts_only_the_run_that_is_cancelled(self):
        self.partition("DOWN")
        self.addCleanup(self.partition, "UP")
        ids = self.sweep("echo {value}", name="waiting", values=[1, 2, 3])
        for run in ids:
            self.yard.wait_until(lambda: "partition" in self.show(run)["waiting"], 30, "the partition to be in the way")
        self.yard.trainyard("cancel", ids[0], user="yard_ada")
        cancelled = self.wait_for(ids[0], "cancelled", seconds=15)
        self.assertEqual(cancelled["gpu_seconds"], 0)
        self.partition("UP")
        for run in ids[1:]:
            self.wait_for(run, "completed")

    def partition(self, state):
        self.yard.execute("scontrol", "update", "PartitionName=gpu", f"State={state}")
