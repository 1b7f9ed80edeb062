"""Tests with slurmctld and slurmdbd paused, killed, stopped, full, and without memory of jobs.

Each run must publish once and be charged what it used."""
import json
import os
import signal
import time

from counted import Counted
from test_faults import FaultCase

STAYS = "until [ -e {folder}/{name} ]; do sleep 0.1; done"


class ControllerCase(Counted, FaultCase):
    most_ids = 60  # upper bound of the job ids that a test here uses

    def staying(self, name, **more):
        """Returns the manifest of a run that goes on until go(name) is called."""
        return self.counted(name, STAYS.format(folder=self.folder, name=name), **more)

    def go(self, name):
        (self.folder / name).touch()

    def slurm_user(self, *command, user="yard_ben"):
        return self.yard.execute(*command, user=user).stdout.strip()


class AControllerThatStops(ControllerCase):
    """A paused slurmctld. It might accept what was sent meanwhile or not, and the daemon gets no answer."""

    def test_for_five_seconds_in_mid_submission_costs_no_run(self):
        self.stop_in_mid_submission(5)

    def test_for_fifteen_seconds_in_mid_submission_costs_no_run(self):
        self.stop_in_mid_submission(15)

    def test_for_a_minute_in_mid_submission_costs_no_run(self):
        self.stop_in_mid_submission(60)

    def stop_in_mid_submission(self, seconds):
        numbers = self.submit(self.counted("before", sweep=5))
        self.yard.fault("slurmctld", "pause")
        self.addCleanup(self.yard.fault, "slurmctld", "resume")
        stopped_at = time.monotonic()
        numbers += self.submit(self.counted("meanwhile", sweep=4)) + self.submit(self.counted("alone"))
        self.let_pass(stopped_at + seconds - time.monotonic())
        self.yard.fault("slurmctld", "resume")
        self.assert_each_ran_once(self.all_over(numbers, 180))


class AControllerThatIsKilled(ControllerCase):
    def test_within_seconds_of_its_acknowledgement_may_give_the_id_to_somebody_else(self):
        """slurmctld forgets a run's job and gives its id to another user's job. The daemon leaves that job
        alone, and the run gets a new job."""
        self.fill_the_cluster()
        for _ in range(5):
            (number,) = self.submit(self.counted("lost"))
            lost = self.yard.wait_until(lambda: self.released_job(number), 30, "the run's job")
            theirs = self.controller_comes_back_to_somebody_else()
            if lost in theirs:
                break
        self.assertIn(lost, theirs, "slurmctld lost no job")
        self.slurm_user("scancel", "--name=filler")
        self.assert_each_ran_once(self.all_over([run["id"] for run in self.listed()], 180))
        for job in theirs:
            self.assertEqual(self.slurm_user("squeue", "--noheader", f"--jobs={job}", "--format=%u %T %r"),
                             "yard_ben PENDING JobHeldUser")
        self.assertGreater(self.show(number)["attempts"][-1]["train"]["job_id"], lost)

    def fill_the_cluster(self):
        """Fills the cluster with a job that slurmctld has saved, so that it survives slurmctld's death."""
        job = self.slurm_user("sbatch", "--parsable", "--job-name=filler", "--nodes=4", "--gres=gpu:2", "--exclusive",
                              "--output=/dev/null", "--wrap=sleep 600")
        self.addCleanup(self.yard.execute, "scancel", "--user=yard_ben")
        self.yard.wait_until(lambda: self.slurm_user("squeue", "-h", f"-j{job}", "-o%T") == "RUNNING", 30, "a full cluster")
        begun, saved = time.time(), self.yard.sandbox / "state/job_state"
        self.yard.wait_until(lambda: saved.exists() and saved.stat().st_mtime > begun, 30, "it to be saved")

    def released_job(self, number):
        run = self.show(number)
        released = [event for event in run["events"] if event["event"] == "released"]
        return run["attempts"][-1]["train"]["job_id"] if released else None

    def controller_comes_back_to_somebody_else(self):
        """Kills and restarts slurmctld, and stops the daemon until another user has submitted jobs.

        Returns the ids of these jobs."""
        self.yard.fault("slurmctld", "kill")
        os.kill(self.yard.daemon.pid, signal.SIGSTOP)
        try:
            self.yard.fault("slurmctld", "start")
            return [int(self.slurm_user("sbatch", "--parsable", "--hold", "--job-name=theirs", "--output=/dev/null",
                                        "--wrap=true")) for _ in range(4)]
        finally:
            os.kill(self.yard.daemon.pid, signal.SIGCONT)

    def test_two_seconds_after_a_start_and_back_15_seconds_later_leaves_one_run_that_publishes(self):
        self.kill_after_a_start(2)

    def test_eight_seconds_after_a_start_and_back_15_seconds_later_leaves_one_run_that_publishes(self):
        self.kill_after_a_start(8)

    def kill_after_a_start(self, seconds):
        """Kills slurmctld `seconds` after a run's start, for 15 seconds. slurmctld then either finds the job
        again, or ends it as unknown; then the attempt is lost and a second one follows."""
        (number,) = self.submit(self.staying("outlives", more='[retry]\nattempts = 2\non = ["lost", "node_failure"]'))
        self.yard.wait_until(self.executions, 60, "the program to begin")
        self.let_pass(seconds)
        self.yard.fault("slurmctld", "kill")
        self.let_pass(15)
        self.yard.fault("slurmctld", "start")
        self.let_pass(5)
        self.go("outlives")
        (run,) = self.all_over([number], 180)
        self.assert_completed(run)
        self.assertLessEqual(len(self.executions()), run["attempt"])
        self.assertEqual(self.receipt_of(run)["attempt"], run["attempt"])
        self.assert_nothing_is_left()
        self.reconcile()
        if run["attempt"] == 1:
            evidence = self.yard.attempt_folder(number) / "exit.json"
            self.assert_charged_as_witnessed(run, json.loads(evidence.read_text()))


class AnAccountingDatabase(ControllerCase):
    def test_that_is_away_for_a_jobs_whole_life_has_it_right_in_the_end(self):
        self.yard.fault("slurmdbd", "stop")
        self.addCleanup(self.yard.fault, "slurmdbd", "start")
        numbers = self.submit(self.counted("unheard-of", "sleep 2", sweep=3))
        runs = self.all_over(numbers, 120)
        self.yard.fault("slurmdbd", "start")
        self.assert_each_ran_once(runs)
        self.assertEqual(sum(run["gpu_seconds"] for run in runs), self.gpu_seconds_by_slurm())
        self.assertGreaterEqual(sum(run["gpu_seconds"] for run in runs), 3 * 2)


class AControllerThatIsFull(ControllerCase):
    def test_takes_the_runs_later_and_their_owner_is_told_why_they_wait(self):
        known = len(self.slurm_user("squeue", "--noheader", "--states=all", "--array").splitlines())
        self.addCleanup(self.restart_slurmctld_with, "MaxJobCount=50000", "MinJobAge=300")
        # Ended jobs count, too, until slurmctld purges them after MinJobAge.
        self.restart_slurmctld_with(f"MaxJobCount={known}", "MinJobAge=86400")
        numbers = self.submit(self.counted("waits", sweep=3))
        self.yard.wait_until(lambda: "MaxJobCount" in self.show(numbers[0])["waiting"], 60, "the reason")
        self.restart_slurmctld_with("MaxJobCount=50000", "MinJobAge=300")
        self.assert_each_ran_once(self.all_over(numbers, 180))

    def restart_slurmctld_with(self, *settings):
        conf = self.yard.sandbox / "etc/slurm.conf"
        names = tuple(setting.split("=")[0] + "=" for setting in settings)
        kept = [line for line in conf.read_text().splitlines() if not line.startswith(names)]
        conf.write_text("\n".join([*kept, *settings]) + "\n")
        self.yard.fault("slurmctld", "stop")
        self.yard.fault("slurmctld", "start")
