"""Tests that Slurm refuses a run's job if it refuses the same job to the user's sbatch, in the same words."""
import json
import os
import pwd
import re
import time
import unittest

import yard
from daemon_case import OVER, name_in_sacct
from test_accounting import Books
from yard import gpus, interval

ENFORCES = "AccountingStorageEnforce=associations,limits,qos"


class RefusalCase(Books):
    """slurm.conf contains the lines of `slurm` from the first test of a class to its last."""

    slurm = ()

    @classmethod
    def setUpClass(cls):
        cls.yard = yard.shared()
        cls.addClassCleanup(cls.yard.configure_slurm)
        cls.yard.configure_slurm(*cls.slurm)
        super().setUpClass()

    # ---- the same job, by sbatch and by Trainyard

    def script(self, *options):
        text = "".join(f"#SBATCH {option}\n" for option in ("--output=/dev/null", *options))
        path = self.folder / "refused.sh"
        path.write_text(f"#!/bin/sh\n{text}true\n")
        path.chmod(0o755)
        return path

    def words_of_sbatch(self, script, user):
        """Submits by sbatch, which must refuse the script, and returns the lines of its message."""
        answer = self.yard.execute("sbatch", script, user=user, cwd=self.folder, expect=None)
        self.assertNotEqual(answer.code, 0, answer.stdout)
        lines = re.findall(r"^sbatch: error: (.*)$", answer.stderr, re.M)
        self.assertTrue(lines, answer.stderr)
        return [line.removeprefix("Batch job submission failed: ") for line in lines]

    def words_of_trainyard(self, manifest, user):
        """Submits through Trainyard. Returns the failed run's reason, or the message if `submit` fails."""
        told = self.yard.trainyard("submit", "--json", manifest, user=user, cwd=self.folder, expect=None)
        if told.code != 0:
            return told.stderr
        (number,) = json.loads(told.stdout.splitlines()[0])["runs"]
        run = self.wait_for(number, *OVER, user=user)
        self.assertEqual((run["state"], run["gpu_seconds"]), ("failed", 0), json.dumps(run, indent=1))
        return run["reason"]

    def assert_refused_in_the_same_words(self, *options, user="yard_ada", manifest=None):
        script = self.script(*options)
        words = self.words_of_sbatch(script, user)
        told = self.words_of_trainyard(manifest or script, user)
        for line in words:
            self.assertIn(line, told)
        return words

    # ---- the jobs of runs

    def train_job(self, number, user="yard_ada"):
        """Waits until the run has a training job, and returns the job's id."""
        def submitted():
            attempts = self.show(number, user)["attempts"]
            return attempts[-1]["train"] if attempts else None
        return self.yard.wait_until(submitted, 30, f"a job of run {number}")["job_id"]

    def shown_by_scontrol(self, job):
        return self.yard.execute("scontrol", "show", "job", "--oneliner", job).stdout

    def sacctmgr(self, *words):
        return self.yard.execute("sacctmgr", "-i", *words).stdout

    def wait_for_reason(self, number, words, user="yard_ada"):
        self.yard.wait_until(lambda: words in self.show(number, user)["waiting"], 60,
                             f"run {number} to wait for: {words}")

    def assert_charged_as_by_sacct(self, *numbers):
        """Asserts that each run is charged what sacct has for the ids of its training jobs, whatever their
        owner did to these jobs."""
        for number in numbers:
            run = self.show(number)
            jobs = [attempt["train"] for attempt in run["attempts"] if attempt["train"]]
            rows = self.ended_rows({name_in_sacct(job) for job in jobs},
                                   {name_in_sacct(job) for job in jobs if job["started_at"]})
            self.assertEqual(run["gpu_seconds"],
                             sum(gpus(row) * (interval(row).end - interval(row).start) for row in rows if interval(row)))

    def ended_rows(self, ids, started):
        """Waits until sacct has the jobs in `started`, and all jobs in `ids` that it has are over. Returns
        the rows. Jobs are named as by sacct (name_in_sacct).

        sacct never has a job that was never released, so `started` excludes those."""
        def ended():
            rows = [row for row in self.yard.sacct() if row["JobID"] in ids]
            is_there = started <= {row["JobID"] for row in rows}
            return rows if is_there and all(row["End"].isdigit() for row in rows) else None
        return self.yard.wait_until(ended, 60, f"the end of the jobs {started} in accounting")


class AnOption(RefusalCase):
    slurm = ("PartitionName=kept Nodes=n[1-4] RootOnly=YES", "PartitionName=elsewhere Nodes=n[1-4] AllocNodes=n1",
             "PartitionName=short Nodes=n[1-4] MaxTime=10 MaxNodes=2", "EnforcePartLimits=ALL")

    def test_that_is_for_administrators_is_refused(self):
        for option, word in (("--nice=-1000000", "Invalid --nice value"), ("--nice=-1", "Invalid --nice value"),
                             ("--reboot", "rebooting of nodes is only allowed for admins")):
            with self.subTest(option):
                self.assertIn(word, self.assert_refused_in_the_same_words(option))

    def test_that_this_cluster_cannot_grant_is_refused(self):
        for option in ("--constraint=nowhere", "--licenses=none", "--reservation=none", "--nodelist=n9",
                       "--time=20 --partition=short", "--nodes=3 --partition=short", "--acctg-freq=9",
                       "--deadline=2020-01-01"):
            with self.subTest(option):
                self.assert_refused_in_the_same_words(*option.split())

    def test_that_no_node_can_grant_is_refused_once_slurm_has_looked_at_it(self):
        # Trainyard submits jobs held. Slurm checks a held job against the nodes only when the job is
        # released.
        for option in ("--mem=1T", "--gres=gpu:k80:1"):
            with self.subTest(option):
                script = self.script(option)
                words = self.words_of_sbatch(script, "yard_ada")
                self.assertIn(words[-1], self.words_of_trainyard(script, "yard_ada"))

    def test_that_names_the_reservation_of_others_is_refused(self):
        self.yard.execute("scontrol", "create", "reservation", "ReservationName=roots", "Users=root", "StartTime=now",
                          "Duration=60", "Nodes=n4")
        self.addCleanup(self.yard.execute, "scontrol", "delete", "ReservationName=roots")
        self.assert_refused_in_the_same_words("--reservation=roots")

    def test_of_a_process_that_is_to_be_somebody_else_is_refused(self):
        for option in ("--uid=0", "--gid=0"):
            with self.subTest(option):
                script = self.script(option)
                self.words_of_sbatch(script, "yard_ada")
                self.assertIn(option.split("=")[0], self.words_of_trainyard(script, "yard_ada"))

    def test_that_sbatch_leaves_out_for_an_ordinary_user_has_no_effect(self):
        (number,) = self.submit(self.script("--core-spec=1", "--begin=now+1hour"))
        self.assertIn("CoreSpec=*", self.shown_by_scontrol(self.train_job(number)))
        self.yard.trainyard("cancel", number, user="yard_ada")


class APartition(RefusalCase):
    slurm = ("PartitionName=kept Nodes=n[1-4] RootOnly=YES", "PartitionName=elsewhere Nodes=n[1-4] AllocNodes=n1",
             "PartitionName=clubs Nodes=n[1-4] AllowGroups=yard_ben", "PartitionName=down Nodes=n[1-4] State=INACTIVE")

    def assert_is_refused(self, partition):
        manifest = self.command("true", resources=f'partition = "{partition}"')
        self.assert_refused_in_the_same_words(f"--partition={partition}")
        return self.assert_refused_in_the_same_words(f"--partition={partition}", manifest=manifest)

    def test_for_root_alone_is_refused(self):
        self.assert_is_refused("kept")

    def test_for_jobs_from_another_host_is_refused(self):
        self.assert_is_refused("elsewhere")

    def test_for_another_group_is_refused_with_those_that_may_stand_in_its_place(self):
        manifest = self.command("true", resources='partition = "clubs"')
        self.words_of_sbatch(self.script("--partition=clubs"), "yard_ada")
        told = self.words_of_trainyard(manifest, "yard_ada")
        self.assertIn("is for the Unix groups yard_ben", told)
        self.assertNotIn("kept", told)  # "kept" is a partition for root alone
        (run,) = self.run_to_its_end(manifest, user="yard_ben")
        self.assert_completed(run)


class LimitCase(RefusalCase):
    """Tests with yard_ada's MaxSubmitJobs. A run has two jobs in Slurm: a training job and a store job."""

    slurm = (ENFORCES,)
    words = "Job violates accounting/QOS policy"

    def setUp(self):
        super().setUp()
        self.addCleanup(self.yard.wait_until, lambda: not self.queued(), 60, "the end of yard_ada's jobs")
        # Cancels also jobs that yard_ada renamed, which no longer belong to her runs.
        self.addCleanup(self.yard.execute, "scancel", "--user=yard_ada")
        self.addCleanup(self.cancel_what_lives)
        self.addCleanup(self.limit, -1)

    def queued(self):
        return self.yard.execute("squeue", "--noheader", "--user=yard_ada").stdout

    def cancel_what_lives(self):
        """Cancels runs that a failed test left behind: their jobs would count in the next test's limit."""
        runs = map(json.loads, self.yard.trainyard("list", "--json", user="yard_ada").stdout.splitlines())
        for number in [run["id"] for run in runs if run["state"] not in OVER]:
            self.yard.trainyard("cancel", number, user="yard_ada")
            self.wait_for(number, *OVER)

    def limit(self, jobs):
        self.sacctmgr("modify", "user", "yard_ada", "set", f"MaxSubmitJobs={jobs}")


class ALimit(LimitCase):
    def waits(self, name):
        return self.command(f"until [ -e {self.folder}/{name} ]; do sleep 0.1; done", name=name)

    def test_lets_a_run_wait_for_the_one_before_it(self):
        self.limit(2)
        (first,) = self.submit(self.waits("first"))
        self.wait_for(first, "running")
        (second,) = self.submit(self.command("true", name="second"))
        self.assertIn(self.words, self.words_of_sbatch(self.script(), "yard_ada")[-1])
        self.wait_for_reason(second, self.words)
        (self.folder / "first").touch()
        self.assert_completed(self.wait_for(first, *OVER), self.wait_for(second, *OVER, seconds=90))
        self.assert_charged_as_by_sacct(first, second)

    def test_that_two_runs_share_lets_one_complete_after_the_other(self):
        self.limit(2)
        numbers = [number for _ in range(3) for number in self.submit(self.command("true", name="many"))]
        self.assert_completed(*[self.wait_for(number, *OVER, seconds=180) for number in numbers])
        self.assert_charged_as_by_sacct(*numbers)

    def test_lets_an_array_wait(self):
        self.limit(5)
        numbers = self.submit(self.command("sleep {number}", name="array", more="[sweep]\nnumber = [0, 1, 2]"))
        self.assert_completed(*[self.wait_for(number, *OVER, seconds=180) for number in numbers])
        self.assert_charged_as_by_sacct(*numbers)


class TheHold(LimitCase):
    """A run's training job stays held as long as Slurm accepts no second job for the run. Meanwhile its owner
    can change and release it."""

    def held(self, name, user="yard_ada"):
        self.limit(1)
        (number,) = self.submit(self.command(f"sleep 1; echo $SLURM_JOB_ID >>{self.executions_file}", name=name))
        self.wait_for_reason(number, self.words)
        job = self.train_job(number)
        self.assertIn("JobState=PENDING Reason=JobHeldUser", self.shown_by_scontrol(job))
        return number, job

    @property
    def executions_file(self):
        return self.folder / f"{self._testMethodName}.executions"

    def executions(self):
        """Returns the ids of the jobs in which the program began."""
        return self.executions_file.read_text().split() if self.executions_file.exists() else []

    def by_ada(self, *words):
        self.yard.execute(*words, user="yard_ada")

    def test_that_is_lifted_early_starts_nothing_and_is_charged(self):
        number, job = self.held("early")
        self.by_ada("scontrol", "release", job)
        (row,) = self.ended_rows({str(job)}, {str(job)})
        self.assertEqual(row["State"], "FAILED", row)
        self.limit(-1)
        run = self.wait_for(number, *OVER, seconds=120)
        self.assertEqual((run["state"], self.executions()), ("failed", []))
        self.assertIn("released in Slurm, not through Trainyard", run["reason"])
        self.assert_charged_as_by_sacct(number)
        self.reconcile()

    def test_of_a_job_that_was_enlarged_meanwhile_is_charged_for_what_it_got(self):
        number, job = self.held("larger")
        self.by_ada("scontrol", "update", f"JobId={job}", "Gres=gpu:2")
        self.limit(-1)
        run = self.wait_for(number, *OVER, seconds=120)
        self.assert_completed(run)
        (row,) = self.ended_rows({str(job)}, {str(job)})
        self.assertEqual(gpus(row), 2)
        self.assert_charged_as_by_sacct(number)
        self.reconcile()

    def test_of_a_job_that_was_renamed_meanwhile_costs_what_it_took(self):
        number, job = self.held("renamed")
        self.by_ada("scontrol", "update", f"JobId={job}", "JobName=mine")
        self.by_ada("scontrol", "release", job)
        self.limit(-1)
        run = self.wait_for(number, *OVER, seconds=120)
        self.assertIn(run["state"], ("completed", "failed"))
        self.assert_charged_as_by_sacct(number)

    def test_lifted_in_time_a_job_of_another_name_runs_once_and_is_charged(self):
        script = self.script("--gres=gpu:1", "--begin=now+15")
        script.write_text(script.read_text().replace("true\n", f"echo $SLURM_JOB_ID >>{self.executions_file}; sleep 45\n"))
        (number,) = self.submit(script)
        self.wait_for_reason(number, "BeginTime")
        job = self.train_job(number)
        self.by_ada("scontrol", "update", f"JobId={job}", "JobName=mine")
        run = self.wait_for(number, *OVER, seconds=180)
        self.assert_completed(run)
        self.assertEqual(self.executions(), [str(job)])
        self.assert_charged_as_by_sacct(number)

    def test_that_her_own_hand_puts_on_again_stays_until_slurmctld_is_restarted(self):
        # The daemon assumes that a slurmctld has forgotten a release if it was started later than a minute
        # before the release, because the clocks of two hosts can differ.
        self.yard.wait_until(lambda: time.time() > self.slurmctld_started_at() + 65, 90, "slurmctld to be there for a minute")
        self.limit(2)
        (number,) = self.submit(self.script("--begin=now+1hour"))
        self.wait_for_reason(number, "BeginTime")
        job = self.train_job(number)
        self.by_ada("scontrol", "hold", job)
        self.wait_for_reason(number, "JobHeldUser")
        self.polls_pass()
        self.assertIn("Reason=JobHeldUser", self.shown_by_scontrol(job))
        # A slurmctld that was restarted since might have forgotten the release: the daemon releases the job
        # again.
        self.yard.fault("slurmctld", "stop")
        self.yard.fault("slurmctld", "start")
        self.wait_for_reason(number, "BeginTime")
        self.yard.trainyard("cancel", number, user="yard_ada")

    def test_that_was_put_on_by_an_admin_stays_whatever_becomes_of_slurmctld(self):
        self.limit(2)
        (number,) = self.submit(self.script("--begin=now+1hour"))
        self.wait_for_reason(number, "BeginTime")
        job = self.train_job(number)
        self.yard.execute("scontrol", "hold", job)
        self.wait_for_reason(number, "JobHeldAdmin")
        self.yard.fault("slurmctld", "stop")
        self.yard.fault("slurmctld", "start")
        self.polls_pass()
        self.assertIn("Reason=JobHeldAdmin", self.shown_by_scontrol(job))
        self.yard.trainyard("cancel", number, user="yard_ada")

    def slurmctld_started_at(self):
        told = self.yard.execute("scontrol", "show", "config", env={**os.environ, "SLURM_TIME_FORMAT": "%s"}).stdout
        return int(re.search(r"^BOOT_TIME *= (\d+)$", told, re.M)[1])

    def polls_pass(self):
        """Waits until another run has begun and ended, which takes the daemon several polls."""
        self.assert_completed(*self.run_to_its_end(self.command("true", name="other"), user="yard_ben"))


class PrivateJobs(RefusalCase):
    slurm = ("PrivateData=jobs",)

    @classmethod
    def setUpClass(cls):
        cls.yard = yard.shared()
        cls.addClassCleanup(cls.yard.configure_slurm)
        cls.yard.configure_slurm(*cls.slurm)
        assert not cls.yard.start_daemon(cls.settings, may_die=True), "a daemon that cannot see all jobs said READY=1"
        cls.told = yard.tail(cls.yard.daemon_log)
        (remedy,) = re.findall(r'"(sacctmgr -i add user [^"]*)"', cls.told.replace("\\", ""))[-1:]
        cls.yard.execute(*remedy.split())
        cls.addClassCleanup(cls.yard.execute, "sacctmgr", "-i", "delete", "user", cls.yard.daemon_user)
        super().setUpClass()

    def test_keep_a_daemon_from_starting_that_cannot_see_them_and_it_says_what_mends_that(self):
        self.assertIn(f"PrivateData=jobs hides the jobs of others from {self.yard.daemon_user}", self.told)
        # setUpClass() ran the command that the message recommends, and then the daemon started.

    def test_run_to_their_end(self):
        for user in yard.USERS:
            (run,) = self.run_to_its_end(self.command("true", name=user), user=user)
            self.assert_completed(run)

    def test_are_shown_to_their_owner_with_slurms_reason_and_to_nobody_else(self):
        (number,) = self.submit(self.script("--begin=now+1hour"))
        self.wait_for_reason(number, "BeginTime")
        job = str(self.train_job(number))
        self.assertIn(job, self.yard.execute("squeue", "-h", "-o", "%i", user="yard_ada").stdout.split())
        self.assertNotIn(job, self.yard.execute("squeue", "-h", "-o", "%i", user="yard_ben").stdout.split())
        for command in ("show", "cancel", "logs"):
            self.assertNotIn("BeginTime", str(self.yard.trainyard(command, number, user="yard_ben", expect=3)))
        listed = self.yard.trainyard("list", "--json", user="yard_ben").stdout.splitlines()
        self.assertNotIn(number, [json.loads(line)["id"] for line in listed])
        self.yard.trainyard("cancel", number, user="yard_ada")


class AJobSubmitPlugin(RefusalCase):
    """Tests with a job_submit/lua script. slurmctld rereads the script when it has changed."""

    slurm = ("JobSubmitPlugins=lua",)
    PLUGIN = """
function slurm_job_submit(job, partitions, submit_uid)
  {then}
  return slurm.SUCCESS
end
function slurm_job_modify(job, record, partitions, modify_uid)
  return slurm.SUCCESS
end
return slurm.SUCCESS
"""

    @classmethod
    def setUpClass(cls):
        cls.plugin = yard.shared().sandbox / "etc/job_submit.lua"
        cls.set_plugin("")
        super().setUpClass()

    @classmethod
    def set_plugin(cls, then):
        cls.plugin.write_text(cls.PLUGIN.replace("{then}", then))

    def of_ada(self, then):
        self.set_plugin(f"if submit_uid == {pwd.getpwnam('yard_ada').pw_uid} then {then} end")

    def test_refuses_a_user_in_its_own_words(self):
        self.of_ada('slurm.user_msg("no, ada\\nnot before noon"); return slurm.ERROR')
        manifest = self.command("true", name="manifest")
        words = self.assert_refused_in_the_same_words(manifest=manifest)
        self.assertEqual(words[:2], ["no, ada", "not before noon"])
        self.assert_refused_in_the_same_words()
        (run,) = self.run_to_its_end(self.command("true", name="bens"), user="yard_ben")
        self.assert_completed(run)

    def test_that_says_something_of_a_job_that_it_takes_is_heard(self):
        self.of_ada('slurm.user_msg("welcome, ada")')
        (run,) = self.run_to_its_end(self.command("true"))
        self.assert_completed(run)
        self.assertIn("welcome, ada", json.dumps(run["events"]))

    def test_that_moves_a_job_to_another_account_has_it_charged_to_that(self):
        self.of_ada('job.account = "speech"')
        (run,) = self.run_to_its_end(self.command("sleep 1", resources='gpus_per_node = 1\naccount = "vision"'))
        self.assert_completed(run)
        (row,) = self.jobs(run, "train")
        self.assertEqual((row["Account"], run["account"]), ("speech", "speech"))
        self.assert_charged_as_by_sacct(run["id"])
        self.reconcile()
