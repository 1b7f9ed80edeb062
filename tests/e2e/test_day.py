"""A short day of operation: short jobs, users who cancel and suspend them, and faults. In the end all runs
must have ended as they should, and the ledger must charge what Slurm has."""
import collections
import json
import time

import chaos
from counted import Counted
from daemon_case import OVER, SETTINGS
from test_accounting import NoEndInSlurmdbd
from test_faults import FaultCase

# Appends the training id and the attempt's number to a file: two equal lines show an attempt that was
# executed twice.
LINE = 'echo "$TRAINING_ID $(basename $(dirname $RESULT_DIR))" >>{lines}; '

# Program of a run → state in which the run ends unless somebody cancels it.
PROGRAMS = {
    "sleep {seconds}": "completed",
    "sleep {seconds}; exit 3": "failed",
    # Asks for another attempt (exit code 75), once.
    "sleep {seconds}; [ -e $CHECKPOINT_DIR/again ] || {{ touch $CHECKPOINT_DIR/again; exit 75; }}": "completed",
}
RETRIES = '[retry]\nattempts = 9\non = ["node_failure", "lost", "preempted", "try_again"]'
NODES = ("n1", "n2", "n3", "n4")

# Method of the test → its share, in per cent, of all that happens.
SHARES = {"submit": 58, "cancel": 10, "suspend": 10, "daemon_dies": 8, "deputies_die": 4, "broker_dies": 2,
          "node_fails": 3, "controller_dies": 2, "controller_restarts": 2, "database_restarts": 1}
TASKS_OF_A_SWEEP = 5


class ADayInSmall(Counted, FaultCase):
    most_ids = 20  # upper bound of the job ids that slurmctld gave out but has not saved when it is killed

    def setUp(self):
        super().setUp()
        self.dice = chaos.dice(self._testMethodName)
        self.endings = {}  # number of a run → state in which it is expected to end
        self.cancelled = set()
        self.told = []  # what happened and when, for the messages of failures

    def test_of_short_jobs_and_faults_ends_with_every_run_accounted_for(self):
        wanted, happenings = chaos.wanted(500), 0
        while len(self.endings) < wanted:
            happening = self.next_happening(happenings)
            happenings += 1
            self.told.append(f"{time.strftime('%X')} {happening}")
            getattr(self, happening)()
            self.care_for_nodes()
        self.assert_all_is_well()

    def next_happening(self, number):
        """Returns a random method by SHARES. Every fourth is fixed, until each method was chosen once."""
        if number and number % 4 == 0 and number // 4 <= len(SHARES) - 1:
            return list(SHARES)[number // 4]
        return self.dice.choices(list(SHARES), SHARES.values())[0]

    # ---- what happens on such a day

    def submit(self, manifest=None):
        if manifest is not None:
            return super().submit(manifest)
        program, ending = self.dice.choice(sorted(PROGRAMS.items()))
        tasks = TASKS_OF_A_SWEEP if self.dice.random() < 0.2 else 0
        run = LINE.format(lines=self.lines) + program.format(seconds=self.dice.choice((0, 1, 1, 2, 4)))
        more = f"{RETRIES}\n[sweep]\nnumber = {list(range(tasks))}" if tasks else RETRIES
        numbers = super().submit(self.command(run + (" # {number}" if tasks else ""), name="short", more=more))
        return self.endings.update(dict.fromkeys(numbers, ending))

    def cancel(self):
        live = [run["id"] for run in self.listed() if run["state"] not in OVER]
        if live:
            number = self.dice.choice(live)
            self.cancelled.add(number)
            self.yard.trainyard("cancel", number, user="yard_ada")

    def suspend(self):
        running = self.yard.execute("squeue", "--noheader", "--states=running", "--format=%A %j").stdout.splitlines()
        jobs = [line.split()[0] for line in running if line.endswith("-train")]
        if jobs:
            job = self.dice.choice(jobs)
            self.yard.execute("scontrol", "suspend", job, expect=None)  # the job might have ended meanwhile
            self.let_pass(self.dice.randint(1, 3))
            self.yard.execute("scontrol", "resume", job, expect=None)

    def daemon_dies(self):
        self.yard.kill_daemon()
        self.yard.start_daemon(SETTINGS)

    def deputies_die(self):
        self.yard.kill_deputies()

    def broker_dies(self):
        self.yard.restart_broker()

    def node_fails(self):
        node = self.dice.choice(NODES)
        self.yard.fault(f"node:{node}", "off")
        self.let_pass(self.dice.randint(1, 15))
        self.yard.fault(f"node:{node}", "on")

    def controller_dies(self):
        self.yard.fault("slurmctld", "kill")
        self.let_pass(self.dice.randint(0, 8))
        self.yard.fault("slurmctld", "start")

    def controller_restarts(self):
        self.yard.fault("slurmctld", "stop")
        self.yard.fault("slurmctld", "start")

    def database_restarts(self):
        self.yard.fault("slurmdbd", "stop")
        self.let_pass(self.dice.randint(0, 8))
        self.yard.fault("slurmdbd", "start")

    # ---- what an admin does on such a day

    def care_for_nodes(self):
        """Resumes nodes that slurmctld drained because they run a job that it has forgotten."""
        for line in self.yard.execute("sinfo", "--noheader", "--Node", "--format=%N %T", expect=None).stdout.splitlines():
            node, state = line.split()
            if "drain" in state:
                self.yard.execute("scontrol", "update", f"nodename={node}", "state=resume", expect=None)

    def reconcile_with_care(self):
        """Reconciles. If that fails, ends jobs in slurmdbd first as an admin does: a job that slurmctld
        forgot when it was killed is still running by slurmdbd."""
        try:
            return self.reconcile()
        except NoEndInSlurmdbd:
            self.yard.execute("sacctmgr", "--immediate", "show", "runawayjobs")
            return self.reconcile()

    # ---- what must hold in the end

    @property
    def lines(self):
        return self.folder / "lines"

    def assert_all_is_well(self):
        runs = self.yard.wait_until(self.all_over_with_care, 400, "the day's end")
        self.assertEqual(sorted(run["id"] for run in runs), sorted(self.endings))
        for run in runs:
            self.assert_ended_as_it_should(run)
        self.assert_executed_once_per_attempt(runs)
        self.assert_nothing_is_left()
        books = self.reconcile_with_care()
        too_many = sum(row["gpu_seconds_too_many"] for row in books["rows"])
        self.assertEqual(sum(run["gpu_seconds"] for run in runs), self.gpu_seconds_by_slurm() + too_many,
                         json.dumps(books["rows"], indent=1))

    def all_over_with_care(self):
        self.care_for_nodes()
        runs = self.listed()
        return runs if all(run["state"] in OVER for run in runs) else None

    def assert_ended_as_it_should(self, run):
        endings = {self.endings[run["id"]]} | ({"cancelled"} if run["id"] in self.cancelled else set())
        told = "\n".join([json.dumps(self.show(run["id"]), indent=1), *self.told])
        self.assertIn(run["state"], endings, told)
        if run["state"] == "failed":
            self.assertEqual(run["exit_code"], 3, told)
        if run["state"] == "completed":
            self.assertEqual(self.receipt_of(run)["attempt"], run["attempt"], told)

    def assert_executed_once_per_attempt(self, runs):
        executed = collections.Counter(self.lines.read_text().splitlines())
        self.assertEqual([line for line, count in executed.items() if count > 1], [], "\n".join(self.told))
        for run in runs:
            if run["state"] in ("completed", "failed"):
                self.assertIn(f"{run['training_id']} {run['attempt']}", executed)
