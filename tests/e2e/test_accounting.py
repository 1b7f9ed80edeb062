"""Tests that the ledger charges what Slurm has, and that `admin reconcile` explains each difference."""
import json
import time

from daemon_case import OVER, DaemonCase
from test_faults import FaultCase
from yard import gpus, interval

WAITS = "until [ -e {folder}/{name} ]; do sleep 0.1; done"


def is_late(row):
    """Returns true if slurmdbd might still receive the record that this row of `admin reconcile` misses."""
    just_ended = row["ledger"] and time.time() < row["ledger"]["ended_at"] + 20
    return row["finding"] in ("not_ended_in_slurmdbd", "missing_in_slurmdbd") or (
        row["finding"] == "unheard_of" and just_ended)


class NoEndInSlurmdbd(AssertionError):
    """slurmdbd has no end of a job and did not receive it in time."""


class Books(DaemonCase):
    """Base class of tests that compare what the ledger charges with what slurmdbd has."""

    def setUp(self):
        super().setUp()
        # Jobs of earlier tests ended in an earlier second, so that --since excludes them.
        self.begun = int(time.time()) + 1
        self.yard.wait_until(lambda: time.time() >= self.begun, 2, "the next second")

    def reconcile(self, expect=0):
        """Waits for slurmdbd, and returns what `admin reconcile` says of jobs that ended in this test."""
        late = []

        def caught_up():
            answer = self.yard.trainyard("admin", "reconcile", "--json", "--since", f"@{self.begun}", expect=None)
            books = json.loads(answer.stdout)
            late[:] = [row for row in books["rows"] if is_late(row)]
            return None if late else (answer.code, books)
        try:
            code, books = self.yard.wait_until(caught_up, 30, "slurmdbd to have it all")
        except AssertionError as e:
            raise NoEndInSlurmdbd(f"{e}\n{json.dumps(late, indent=1)}") from None
        self.assertEqual(code, expect, json.dumps(books, indent=1))
        return books

    def waiting(self, name, **more):
        return self.command(WAITS.format(folder=self.folder, name=name), name=name, **more)

    def suspend(self, run, what):
        self.yard.execute("scontrol", what, run["attempts"][-1]["train"]["job_id"])

    def usage(self):
        report = self.yard.trainyard("report", "usage", "--json", "--since",
                                     time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.begun)))
        return json.loads(report.stdout)["total"]


class TheBooks(Books):
    def test_are_equal_to_the_second_whether_a_run_completed_failed_or_was_cancelled(self):
        (cancelled,) = self.submit(self.waiting("never"))
        self.wait_for(cancelled, "running")
        runs = self.run_to_its_end(self.command("sleep 1; exit {code}", name="ends", resources="gpus_per_node = 2",
                                                more="[sweep]\ncode = [0, 3]"))
        self.yard.trainyard("cancel", cancelled, user="yard_ada")
        runs.append(self.wait_for(cancelled, "cancelled"))
        books = self.reconcile()
        # Each of the three runs has a train job and a store job.
        self.assertEqual((books["segments"], books["equal"], books["rows"]), (6, 6, []))
        rows = [row for run in runs for row in self.jobs(run, "train")]
        self.assertEqual(sum(run["gpu_seconds"] for run in runs),
                         sum(gpus(row) * (interval(row).end - interval(row).start) for row in rows))
        told = self.yard.trainyard("admin", "reconcile", "--since", f"@{self.begun}").stdout
        self.assertEqual(told, "6 usage records, 6 equal, 0 explained, 0 unexplained\n")

    def test_keep_the_time_in_which_a_job_was_suspended_apart(self):
        (number,) = self.submit(self.waiting("resumed", resources="gpus_per_node = 2"))
        run = self.wait_for(number, "running")
        self.suspend(run, "suspend")
        suspended_at = time.monotonic()
        self.yard.wait_until(lambda: time.monotonic() > suspended_at + 3, 10, "three seconds of suspension")
        self.suspend(run, "resume")
        (self.folder / "resumed").touch()
        run = self.wait_for(number, "completed")
        self.assertEqual(self.reconcile()["rows"], [])
        (row,) = self.jobs(run, "train")
        self.assertEqual(run["gpu_seconds"], 2 * (interval(row).end - interval(row).start))
        self.assertGreaterEqual(self.usage()["suspended_gpu_seconds"], 2 * 3)

    def test_are_closed_to_everybody_but_admins(self):
        self.yard.trainyard("admin", "reconcile", user="yard_ada", expect=4)
        self.yard.trainyard("admin", "close-month", "2026-01", user="yard_ada", expect=4)


class TheBooksOfThoseWhoTamper(Books):
    """A program locks or removes its directory, or forges the evidence. The run is charged nevertheless."""

    def assert_charged_as_slurm_has_it(self, last_line):
        (number,) = self.submit(self.command(f"sleep 2\n{last_line}", resources="gpus_per_node = 2"))

        def charged():
            run = self.show(number)
            return run if run["gpu_seconds"] > 0 else None
        run = self.yard.wait_until(charged, 60, "the charge")
        (row,) = self.jobs(run, "train")
        self.assertEqual(run["gpu_seconds"], gpus(row) * (interval(row).end - interval(row).start))
        self.assertGreaterEqual(run["gpu_seconds"], 2 * 2)
        self.assertEqual(self.reconcile()["unexplained"], 0)

    def test_charge_who_locks_his_directory(self):
        self.assert_charged_as_slurm_has_it("chmod 500 ..")

    def test_charge_who_removes_his_directory(self):
        self.assert_charged_as_slurm_has_it('rm -rf "$LOG_DIR/.."')

    def test_charge_who_forges_when_his_program_began_and_ended(self):
        forged = "for f in start exit; do sed -i 's/1[0-9]\\{9\\}/1/g' ../$f.json; done; rm -f ../heartbeat"
        self.assert_charged_as_slurm_has_it(f"{forged} 2>/dev/null; true")


class TheBooksAfterAFault(Books, FaultCase):
    def test_go_by_the_agents_evidence_where_slurmctld_lost_the_job(self):
        (number,) = self.submit(self.waiting("lost", resources="gpus_per_node = 2"))
        self.wait_for(number, "running")
        self.yard.fault("slurmctld", "kill")
        (self.folder / "lost").touch()
        evidence = self.yard.attempt_folder(number) / "exit.json"
        self.yard.wait_until(evidence.exists, 30, "the agent's evidence")
        self.yard.fault("slurmctld", "start")
        run = self.wait_for(number, *OVER, seconds=120)
        self.assert_completed(run)
        books = self.reconcile()
        lost = [(row["finding"], row["run"]) for row in books["rows"] if row["role"] == "train"]
        # slurmctld finds the job again only if it had saved the job's start before it was killed.
        self.assertIn(lost, [[], [("controller_lost_job", number)]], json.dumps(books, indent=1))
        self.assert_charged_as_witnessed(run, json.loads(evidence.read_text()))
        self.assertEqual(self.usage()["gpu_seconds"], run["gpu_seconds"])
