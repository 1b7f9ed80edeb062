"""Tests in which a node, slurmctld or the network fails during a run. The run must publish once and end in
the right state."""
import json
import pathlib
import re
import time
import urllib.parse

from daemon_case import OVER, DaemonCase
from yard import gpus, interval

# A program that writes its node to a file and to its results, and ends when the file `go` exists.
STAYS = """
echo $(hostname) >>{folder}/executions
echo "attempt on $(hostname)" >$RESULT_DIR/where
until [ -e {folder}/go ]; do sleep 0.1; done
"""

# A program that saves a checkpoint when it is warned of its time limit (SIGUSR2), and asks for another
# attempt (exit code 75). It succeeds at once if it finds the checkpoint.
CHECKPOINTS = """
import os, pathlib, signal, sys
saved = pathlib.Path(os.environ["CHECKPOINT_DIR"], "saved")
if saved.exists():
    print("found", saved.read_text())
    sys.exit(0)
def warned(*_):
    saved.write_text("the first attempt's work")
    sys.exit(75)
signal.signal(signal.SIGUSR2, warned)
while True:
    signal.pause()
"""


class FaultCase(DaemonCase):
    most_ids = 10  # upper bound of the job ids that a test uses

    def setUp(self):
        self.place = self.folder / self._testMethodName
        self.place.mkdir()
        self.place.chmod(0o1777)
        self.last_id = self.job_that_never_runs() + self.most_ids
        self.addCleanup(self.mend)

    def mend(self):
        """Repairs the cluster after slurmctld has forgotten jobs.

        slurmctld gives the ids of forgotten jobs out again, and slurmd refuses another job of the same id for
        a while: so mend() uses up these ids. slurmctld also drains nodes that run a job that it has
        forgotten: mend() resumes these nodes."""
        while self.job_that_never_runs() <= self.last_id:
            pass
        for node in ("n1", "n2", "n3", "n4"):
            try:
                self.yard.wait_until(lambda: self.is_mended(node), 120, f"{node} to be idle")
            except AssertionError as e:
                raise AssertionError(f"{e}, not {self.state_of(node)}") from None

    def is_mended(self, node):
        state = self.state_of(node)
        if "drain" in state:
            self.yard.execute("scontrol", "update", f"nodename={node}", "state=resume", expect=None)
        return state == "idle"

    def let_pass(self, seconds):
        """Sleeps: only for tests in which a time must pass. To wait for an event, use wait_until()."""
        until = time.monotonic() + seconds
        self.yard.wait_until(lambda: time.monotonic() > until, seconds + 60)

    def job_that_never_runs(self):
        number = self.yard.execute("sbatch", "--parsable", "--hold", "--output=/dev/null", "--wrap=true").stdout.strip()
        self.yard.execute("scancel", number)
        return int(number)

    def executions(self):
        """Returns the nodes on which the program began, in the order of its executions."""
        try:
            return (self.place / "executions").read_text().split()
        except FileNotFoundError:
            return []

    def state_of(self, node):
        # Not by sinfo, which shows "mixed" for a node whose job outlived slurmctld, until the node gets its
        # next job.
        shown = self.yard.execute("scontrol", "--oneliner", "show", "node", node).stdout
        return re.search(r" State=(\S+)", shown)[1].lower()

    def break_it(self, what, action, back):
        """Causes a fault of a node. The action `back` undoes the fault when the test is over or fails."""
        node = what.split(":")[1]
        self.yard.fault(what, action)
        self.addCleanup(self.yard.wait_until, lambda: self.state_of(node) == "idle", 60, f"{node} to be idle")
        self.addCleanup(self.yard.fault, what, back)

    def assert_charged_as_witnessed(self, run, evidence):
        """Asserts the charge by sacct if Slurm has kept the job, because the job then held its GPUs until
        slurmctld heard of its end; otherwise by the agent's evidence."""
        seconds = evidence["ended_at"] - evidence["claim"]["at"]
        # Slurm's start of the job can be a second before the agent's claim.
        by_agent = [run["gpus"] * length for length in (seconds, seconds + 1)]
        by_slurm = [gpus(row) * (interval(row).end - interval(row).start) for row in self.yard.sacct()
                    if row["JobName"].endswith(f"-{run['id']}.1-train") and row["State"] == "COMPLETED"]
        self.assertIn(run["gpu_seconds"], by_slurm or by_agent)

    def results_of(self, run):
        return pathlib.Path(urllib.parse.urlparse(run["results"]).path)

    def start(self, on):
        (number,) = self.submit(self.command(STAYS.format(folder=self.place), name=self._testMethodName,
                                             more=f"[retry]\nattempts = 2\non = {json.dumps(on)}"))
        self.yard.wait_until(self.executions, 60, "the program to begin")
        self.wait_for(number, "running")
        return number, self.executions()[0]


class ARunThatMayBeTriedAgain(FaultCase):
    def assert_second_attempt_elsewhere(self, number, first):
        self.yard.wait_until(lambda: len(self.executions()) == 2, 120, "a second attempt")
        (self.place / "go").touch()
        run = self.wait_for(number, *OVER)
        self.assert_completed(run)
        self.assertEqual(run["attempt"], 2)
        self.assertNotEqual(self.executions()[1], first)
        self.assertIn(f"a node failed: {first}", run["attempts"][0]["reason"])
        self.assertEqual((self.results_of(run) / "results/where").read_text(), f"attempt on {self.executions()[1]}\n")
        receipt = json.loads((self.results_of(run) / "receipt.json").read_text())
        self.assertEqual(receipt["attempt"], 2)

    def test_goes_to_another_node_when_its_own_has_lost_power(self):
        number, node = self.start(["node_failure"])
        self.break_it(f"node:{node}", "off", "on")
        self.assert_second_attempt_elsewhere(number, node)

    def test_is_ended_on_a_node_that_was_cut_off_before_it_goes_to_another(self):
        number, node = self.start(["node_failure"])
        self.break_it(f"node:{node}", "cut", "join")
        # The first attempt goes on at first, since its node does not know that it was cut off. It must be
        # ended when the second attempt begins.
        self.yard.wait_until(lambda: len(self.executions()) == 2, 120, "a second attempt")
        processes = self.yard.execute("pgrep", "-u", "yard_ada", "-f", f"{number}/attempts/1/", on=node, expect=None)
        self.assertEqual(processes.stdout, "")
        self.assert_second_attempt_elsewhere(number, node)

    def test_finds_the_checkpoint_that_it_wrote_when_it_was_warned_of_its_time_limit(self):
        program = self.place / "train.py"
        program.write_text(CHECKPOINTS)
        manifest = self.command(f"python3 {program}", name="checkpoints",
                                more='[retry]\nattempts = 2\non = ["time_limit"]\nwarning = "00:00:55"')
        manifest.write_text(manifest.read_text().replace('"00:05:00"', '"00:01:00"'))
        (run,) = self.run_to_its_end(manifest, seconds=180)
        self.assert_completed(run)
        self.assertEqual([attempt["reason"] for attempt in run["attempts"]],
                         ["the time limit ([resources] time_limit) was reached", ""])
        self.assertIn("found the first attempt's work",
                      (self.results_of(run) / "logs/training-log.txt").read_text())


class AController(FaultCase):
    def kill_until_the_program_has_ended(self, number):
        self.yard.fault("slurmctld", "kill")
        (self.place / "go").touch()
        path = self.yard.attempt_folder(number) / "exit.json"
        self.yard.wait_until(path.exists, 30, "the program's end")
        self.yard.fault("slurmctld", "start")
        return json.loads(path.read_text())

    def assert_ran_once(self, number, evidence):
        run = self.wait_for(number, *OVER, seconds=120)
        self.assert_completed(run)
        self.assertEqual((run["attempt"], len(self.executions())), (1, 1))
        self.assert_charged_as_witnessed(run, evidence)

    def test_that_is_away_while_a_job_runs_to_its_end_makes_no_second_run_of_it(self):
        number, _ = self.start(["node_failure", "lost"])
        self.assert_ran_once(number, self.kill_until_the_program_has_ended(number))

    def test_that_is_killed_within_seconds_of_a_start_makes_no_second_run_of_it(self):
        (number,) = self.submit(self.command(STAYS.format(folder=self.place), name="early"))
        self.yard.wait_until(self.executions, 60, "the program to begin")
        self.assert_ran_once(number, self.kill_until_the_program_has_ended(number))
