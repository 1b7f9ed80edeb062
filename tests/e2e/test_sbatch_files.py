"""Submits batch scripts by sbatch and through Trainyard, and compares what scontrol says of the two jobs."""
import json
import os
import re
import shutil
import unittest.mock

import yard
from daemon_case import OVER, DaemonCase

SCRIPTS = yard.REPOSITORY / "jobspecs" / "sbatch"
USER = "yard_ada"

# Field that may differ → reason. All other fields of `scontrol show job` must be equal.
MAY_DIFFER = {
    "JobId": "two jobs",
    "JobName": "carries the token by which a job is found again; the script's SLURM_JOB_NAME is its own",
    "Comment": "says which run it is, then what the script says",
    "Requeue": "a run is started again by Trainyard, as a new job",
    "SubmitTime": "submitted one after the other",
    "EligibleTime": "submitted one after the other",
    "AccrueTime": "submitted one after the other",
    "LastSchedEval": "looked at one after the other",
    "Scheduler": "looked at one after the other",
    "StartTime": "a guess of Slurm's",
    "EndTime": "a guess of Slurm's",
    "Priority": "Slurm's count of jobs",
    "Reason": "one of the two has been looked at first",
    "AllocNode:Sid": "libslurm says where the daemon runs, and there is no shell",
}

# Trainyard submits each task of such a script as a run with a job of its own.
ARRAYS_MAY_DIFFER = {**MAY_DIFFER, "ArrayJobId": "no array", "ArrayTaskId": "no array",
                     "StdOut": "holds the number of one task", "StdErr": "holds the number of one task"}


# Options of sbatch that the scripts in jobspecs/sbatch do not use; one script is made of each line.
OPTION_LINES = (
    "-N 3 -n 2", "-N 1-3", "-N 2-3 -c 2", "-B 2:2:1", "-B 2:2:1 -N2", "-B 1:1 -n 4", "--threads-per-core=2 -N2",
    "--sockets-per-node=2 --cores-per-socket=2", "--mem=2050K", "--mincpus=3 -c 2", "--ntasks-per-node=2 -n 5 -N 2",
    "-O -N2 -n 8 -c 2", "--gpus-per-task=1 --gpus=4", "--gpus=4 --gpus-per-node=2", "--gpus=4 --ntasks-per-gpu=2",
    "--gres=gpu:1 --ntasks-per-gpu=2 -N 1-3", "-w n1,n2,n3", "-w n[1-2] -n 4", "--hint=memory_bound -n2",
    "--hint=compute_bound", "--hint=multithread", "--gres-flags=disable-binding --gres=gpu", "--gpu-freq=high -G1",
    "-m plane=4", "-m cyclic:fcyclic:block,NoPack", "--mail-type=ALL", "--mail-type=BEGIN,NONE",
    "--mail-type=END\n#SBATCH --mail-type=FAIL", "--mail-type=END\n#SBATCH --mail-type=NONE", "--mail-type=NONE,END",
    "--mail-type=START,END", "--comment=", "--hint=nomultithread --ntasks-per-core=2",
    "--hint=memory_bound --threads-per-core=2", "--hint=multithread --ntasks-per-core=1", "--hint=compute_bound -B 1:1:1",
    "--hint=compute_bound --sockets-per-node=1 --cores-per-socket=1", "--hint=memory_bound --cores-per-socket=2",
    "--hint=multithread --ntasks-per-socket=1", "--hint=compute_bound --sockets-per-node=2 -N2", "--switches=2",
    "--signal=R:15", "--signal=USR2@300", "--delay-boot=5", "--nice", "-k", "--no-kill=off",
    "--kill-on-invalid-dep=no", "--wait-all-nodes=0", "-t 0", "-t 90:30", "-t 1-2:3:4", "--batch=k40 -C k40",
    "--begin=noon", "--begin=2035-03-04T05:06:07", "--deadline=2036-01-01", "-o a%%b.%j.%u -e %x.%N.%n.%t",
    "-o %8j.%x", "-i in%j", "-D /", "-D sub", "-N 3-4 -n 2", "--gpus-per-socket=1 --sockets-per-node=1",
    "-G k40:1,k40:1", "-s --contiguous", "--gres=gpu:k40:1,gpu:k40:1", "--time-min=5 -t 10",
    "--dependency=afterany:OTHER", "-d after:OTHER", "--mcs-label=x", "--network=x", "--exclusive=mcs",
)

# Environment variables that differ between two jobs, and those that only the agent sets.
OF_THE_JOB = {"SLURM_JOB_ID", "SLURM_JOBID", "SLURM_TASK_PID", "SLURM_NODELIST", "SLURM_JOB_NODELIST",
              "SLURMD_NODENAME", "SLURM_TOPOLOGY_ADDR", "HOSTNAME", "SLURM_JOB_GPUS", "CUDA_VISIBLE_DEVICES",
              "GPU_DEVICE_ORDINAL", "ROCR_VISIBLE_DEVICES", "ZE_AFFINITY_MASK",
              "SLURM_JOB_ACCOUNT", "SLURM_JOB_QOS", "SLURM_JOB_START_TIME", "SLURM_JOB_END_TIME"}
OF_THE_RUN = {"RESULT_DIR", "CHECKPOINT_DIR", "LOG_DIR", "MODEL_DIR", "TRAINING_ID", "LEARNER_ID", "NUM_LEARNERS"}


class ABatchScript(DaemonCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.yard.execute("scontrol", "update", "NodeName=n[1-4]", "AvailableFeatures=k40,infiniband",
                         "ActiveFeatures=k40,infiniband")
        cls.yard.execute("scontrol", "create", "PartitionName=long", "Nodes=n[1-2]", "MaxTime=INFINITE", "State=UP")

    def setUp(self):
        # The directory from which scripts are submitted; jobs write their files there.
        self.home = self.folder / self._testMethodName
        self.home.mkdir()
        self.home.chmod(0o777)

    def partitions(self, state):
        for partition in ("gpu", "long"):
            self.yard.execute("scontrol", "update", f"PartitionName={partition}", f"State={state}")

    def script(self, name):
        copy = self.home / name
        shutil.copy(SCRIPTS / name, copy)
        return copy

    def by_sbatch(self, script):
        """Submits by sbatch. Returns the job's fields by scontrol, or the message if Slurm refuses it."""
        # Held and then released, as Trainyard does: for a job that is not held, Slurm predicts nodes at once.
        told = self.yard.execute("sbatch", "--parsable", "--hold", script, user=USER, cwd=self.home, expect=None)
        if told.code != 0:
            return re.search("Batch job submission failed: (.*)", told.stderr)[1]
        self.yard.execute("scontrol", "release", told.stdout.strip())
        return self.shown_job(int(told.stdout))

    def by_trainyard(self, script):
        """Submits through Trainyard. Returns the fields of the first run's job by scontrol."""
        runs = self.submit_script(script)

        def job_ids():
            shown = [self.show(run) for run in runs]
            trains = [run["attempts"][-1]["train"] if run["attempts"] else None for run in shown]
            self.assertFalse([run["reason"] for run in shown if run["state"] == "failed"])
            return [train["job_id"] for train in trains] if all(trains) else None
        (first, *_) = self.yard.wait_until(job_ids, 30, f"the jobs of {runs}")
        shown = self.shown_job(first)
        self.yard.trainyard("cancel", *runs, user=USER)  # makes room in the plan for the next run
        return shown

    def submit_script(self, script, *options):
        told = self.yard.trainyard("submit", "--json", *options, script.name, user=USER, cwd=self.home)
        return json.loads(told.stdout.splitlines()[0])["runs"]

    def shown_job(self, job_id):
        """Returns the fields of `scontrol show job`, name → value. Only values can contain blanks."""
        told = self.yard.execute("scontrol", "show", "job", "--oneliner", job_id).stdout.strip()
        fields, name = {}, None
        for word in told.split(" "):
            key, equals, value = word.partition("=")
            if equals and (key[:1].isupper() or key == "(null)"):
                name, fields[key] = key, value
            elif name:
                fields[name] += " " + word
        return fields

    def cancel_all(self):
        self.yard.execute("scancel", "--user", USER)
        self.yard.wait_until(lambda: not self.yard.execute("squeue", "--noheader", "--user", USER).stdout, 30,
                             "the end of all jobs")

    def test_is_the_same_job_whether_sbatch_or_trainyard_submits_it(self):
        self.partitions("DOWN")  # both jobs stay as they were submitted
        self.addCleanup(self.partitions, "UP")
        self.addCleanup(self.cancel_all)
        for path in sorted(SCRIPTS.iterdir()):
            with self.subTest(path.name):
                script = self.script(path.name)
                mine = self.by_sbatch(script)
                ours = self.by_trainyard(script)
                self.assert_same(mine, ours, ARRAYS_MAY_DIFFER if "ArrayJobId" in mine else MAY_DIFFER)

    def test_keeps_the_meaning_of_every_option(self):
        self.partitions("DOWN")
        self.addCleanup(self.partitions, "UP")
        self.addCleanup(self.cancel_all)
        other = self.yard.execute("sbatch", "--parsable", "--hold", "--wrap", "true", user=USER).stdout.strip()
        for number, line in enumerate(OPTION_LINES):
            with self.subTest(line):
                script = self.home / f"{number}.sh"
                script.write_text(f"#!/bin/sh\n#SBATCH {line.replace('OTHER', other)}\ntrue\n")
                mine = self.by_sbatch(script)
                if isinstance(mine, str):
                    self.assert_refused(script, mine)
                else:
                    self.assert_same(mine, self.by_trainyard(script), MAY_DIFFER)

    def test_is_refused_where_sbatch_refuses_it(self):
        for line in ("--mail-type=START", "--mem=1G --mem-per-cpu=1G", "--ntasks=x", "--hint=fast"):
            with self.subTest(line):
                script = self.home / "refused.sh"
                script.write_text(f"#!/bin/sh\n#SBATCH {line}\ntrue\n")
                told = self.yard.execute("sbatch", "--hold", script, user=USER, cwd=self.home, expect=None)
                self.assertNotEqual(told.code, 0, told.stdout)
                self.yard.trainyard("submit", script, user=USER, cwd=self.home, expect=2)

    def test_finds_the_environment_that_sbatch_would_have_given_it(self):
        script = self.home / "env.sh"
        script.write_text("#!/bin/bash\n"
                          "#SBATCH -J 'a name' -N 1 -n 2 -c 2 --gres=gpu:1 --mem=300M --open-mode=append\n"
                          "#SBATCH --export=EDITOR,SEED=7 -o %x.%j.out -e errors.%j\n"
                          "env -0 | sort -z | tr '\\0\\n' '\\n '; echo umask=$(umask) pwd=$(pwd); echo an error >&2\n")
        with unittest.mock.patch.dict(os.environ, EDITOR="ed"):
            mine, ours = (self.output_of(job) for job in self.run_both(script))
        self.assertEqual(ours["umask"], mine["umask"])
        self.assertEqual(ours["SEED"] + ours["EDITOR"], "7ed")
        expected = {name: value for name, value in mine.items() if name not in OF_THE_JOB}
        self.assertEqual({name: ours.get(name) for name in expected}, expected)
        self.assertLessEqual({*ours} - {*mine}, OF_THE_RUN)
        self.assertEqual((self.home / f"errors.{ours['SLURM_JOB_ID']}").read_text(), "an error\n")

    def run_both(self, script):
        """Runs the script by sbatch and through Trainyard to its end. Returns the ids of both jobs."""
        mine = self.yard.execute("sbatch", "--parsable", "--wait", script, user=USER, cwd=self.home).stdout.strip()
        (number,) = self.submit_script(script)
        run = self.wait_for(number, *OVER)
        self.assert_completed(run)
        return mine, run["attempts"][-1]["train"]["job_id"]

    def output_of(self, job):
        lines = (self.home / f"a name.{job}.out").read_text().splitlines()
        return dict(word.split("=", 1) for line in lines for word in
                    (line.split(" ") if line.startswith("umask=") else [line]) if "=" in word)

    def test_gets_the_signals_that_are_for_the_batch_shell_alone(self):
        script = self.home / "signal.sh"
        script.write_text("#!/bin/bash\n#SBATCH -o signal.out\n"
                          "trap 'echo has been told; kill $child; exit 0' USR1\n"
                          "sleep 600 & child=$!; echo begins; wait\n")
        (number,) = self.submit_script(script)
        self.yard.wait_until(lambda: "begins" in yard.tail(self.home / "signal.out"), 30, "the script")
        run = self.show(number)
        self.yard.execute("scancel", "--batch", "--signal=USR1", run["attempts"][-1]["train"]["job_id"])
        run = self.wait_for(number, *OVER)
        self.assert_completed(run)
        self.assertEqual((self.home / "signal.out").read_text(), "begins\nhas been told\n")
        self.assertEqual(self.yard.trainyard("logs", number, user=USER).stdout, "begins\nhas been told\n")

    def test_with_a_target_delivers_its_results_and_its_output(self):
        script = self.script("20_staged_data.sh")
        script.write_text(script.read_text().replace("file:///srv/buckets/results/", self.results))
        (number,) = self.submit_script(script)
        run = self.wait_for(number, *OVER)
        self.assert_completed(run)
        self.assertEqual(run["name"], "count-the-digits")
        folder = self.yard.buckets / "results" / self.id() / run["training_id"]
        result = (folder / "results/count.txt").read_text()
        self.assertRegex(result, f"begins on n[1-4] as {USER}")
        self.assertEqual((folder / "logs/training-log.txt").read_text(), result)
        self.assertEqual((self.home / f"count-{run['attempts'][-1]['train']['job_id']}.out").read_text(), result)

    def test_of_an_array_runs_once_for_each_task(self):
        script = self.script("21_array.sh")
        for number in self.submit_script(script):
            self.assert_completed(self.wait_for(number, *OVER))
        self.assertEqual(sorted(path.read_text() for path in self.home.glob("array-*.out")),
                         [f"task {task} of 3\n" for task in (1, 2, 3)])

    def test_that_fails_says_so_with_its_last_lines(self):
        script = self.home / "fails.sh"
        script.write_text("#!/bin/bash\n#SBATCH -o fails.out\necho no such model; exit 3\n")
        (number,) = self.submit_script(script)
        run = self.wait_for(number, *OVER)
        self.assertEqual((run["state"], run["exit_code"], run["last_lines"]), ("failed", 3, ["no such model"]))

    def assert_refused(self, script, reason):
        """Asserts the one permitted refusal: Slurm 24.11 refuses to exempt a job from preemption where
        preemption is disabled. The run must fail for the same reason."""
        self.assertEqual(reason, "Preemption is required but is disabled on this system")
        (number,) = self.submit_script(script)
        self.assertIn(reason, self.wait_for(number, "failed")["reason"])

    def assert_same(self, mine, ours, may_differ):
        for name in ("StdIn", "StdOut", "StdErr"):
            ours[name] = re.sub(rf"(?<!\d)(0*){ours['JobId']}(?!\d)", rf"\g<1>{mine['JobId']}", ours[name])
        differences = [f"{name}: sbatch {mine.get(name)!r}, trainyard {ours.get(name)!r}"
                       for name in sorted({*mine, *ours} - set(may_differ)) if mine.get(name) != ours.get(name)]
        self.assertFalse(differences, "\n".join(differences))
