"""Tests that a daemon that is killed at any moment loses no run and starts none twice."""
import json
import signal

from daemon_case import OVER, SETTINGS, DaemonCase

WAITS = """
echo $TRAINING_ID >>{folder}/executions
until [ -e {folder}/go ]; do sleep 0.1; done
"""


class AKilledDaemon(DaemonCase):
    def setUp(self):
        self.place = self.folder / self._testMethodName
        self.place.mkdir()
        self.place.chmod(0o1777)
        self.addCleanup(self.restart)  # so that the next test finds a daemon that runs

    def executions(self):
        """The training ids in the order in which their programs began."""
        try:
            return (self.place / "executions").read_text().split()
        except FileNotFoundError:
            return []

    def manifest_of(self, name, **more):
        return self.command(WAITS.format(folder=self.place), name=name, data=self.bucket("images.bin"), **more)

    def assert_ran_once(self, runs):
        self.assert_completed(*runs)
        self.assertEqual(sorted(self.executions()), sorted(run["training_id"] for run in runs))
        for run in runs:
            span = self.training(run)  # fails unless the run had exactly one training job
            self.assertEqual(run["gpu_seconds"], span.end - span.start)
            self.assertEqual(len(self.jobs(run, "store")), 1)

    def restart(self):
        if self.yard.daemon is not None:
            self.yard.kill_daemon()
        self.yard.start_daemon(SETTINGS)

    def test_in_the_middle_loses_no_run_and_starts_none_twice(self):
        ids = self.submit(self.manifest_of(
            "six", resources='gpus_per_node = 1\nplan = "four"', more="environment = { RANK = \"{number}\" }\n"
            "[sweep]\nnumber = [1, 2, 3, 4, 5, 6]"))
        self.restart()  # while the data are staged
        self.yard.wait_until(lambda: len(self.executions()) == 4, 60, "four runs to begin")
        self.yard.kill_daemon()  # while four run and two wait
        (self.place / "go").touch()
        self.yard.start_daemon(SETTINGS)
        self.restart()
        runs = [self.wait_for(run, *OVER) for run in ids]
        self.assert_ran_once(runs)
        (stage,) = self.stage_jobs(runs[0])
        self.assertEqual(stage["State"], "COMPLETED")

    def test_after_every_event_comes_to_the_same_end_as_one_that_lives(self):
        undisturbed, deaths = self.follow_to_its_end(self.manifest_of("undisturbed"), {})
        self.assertEqual(deaths, 0)
        self.yard.kill_daemon()
        (self.place / "go").unlink()
        (self.place / "executions").rename(self.place / "executions of the undisturbed")
        self.bucket("another.bin")  # changes the data set, so that it must be staged again
        disturbed, deaths = self.follow_to_its_end(self.manifest_of("disturbed"), {"TRAINYARD_DIE_AFTER_EVENTS": "1"})
        self.assert_ran_once([disturbed])
        self.assertGreaterEqual(deaths, len(disturbed["events"]) - 1)
        self.assertEqual(len(self.stage_jobs(disturbed)), 1)
        self.assertEqual(self.outcome(disturbed), self.outcome(undisturbed))

    def follow_to_its_end(self, manifest, environment):
        """Starts the daemon, submits, and restarts the daemon whenever it has died, until the run is over.

        Returns the run and the number of deaths."""
        run, deaths = None, 0
        while run is None or run["state"] not in OVER:
            if self.yard.daemon is None and not self.yard.start_daemon(SETTINGS, environment=environment, may_die=True):
                deaths += 1  # the daemon died before it was ready
                self.assertLess(deaths, 50)
                continue
            run = self.ask(manifest) or run
            if run and run["state"] == "running":
                (self.place / "go").touch()
            if self.yard.daemon.poll() is not None:
                self.assertEqual(self.yard.kill_daemon(), -signal.SIGKILL)
                deaths += 1
                self.assertLess(deaths, 50)
        return run, deaths

    def ask(self, manifest):
        """Submits the manifest, once only, and returns its run; None if the daemon dies meanwhile."""
        told = self.yard.trainyard("submit", "--json", "--client-id", manifest.stem, manifest, user="yard_ada", expect=None)
        if told.code == 0:
            (number,) = json.loads(told.stdout)["runs"]
            told = self.yard.trainyard("show", "--json", number, user="yard_ada", expect=None)
        if told.code == 0:
            return json.loads(told.stdout)
        self.assertEqual(told.code, 5, told.stderr)
        return None

    def outcome(self, run):
        """Returns a run's outcome by the ledger, without ids and times, and the keys of what it stored."""
        receipt = json.loads((self.yard.buckets / "results" / self.id() / run["training_id"] / "receipt.json").read_text())
        return {
            "run": {key: run[key] for key in ("state", "reason", "exit_code", "signal", "attempt", "last_lines", "gpus")},
            "data": run["data"]["state"],
            # Sorted, because one poll can see the end of both jobs. Without "waiting", because a run waits
            # longer when the daemon dies often.
            "events": sorted(event["event"] for event in run["events"] if event["event"] != "waiting"),
            "results": sorted(entry["key"] for entry in receipt["objects"]),
        }
