"""Tests that the sandbox is a working Slurm cluster. All other end-to-end tests depend on it."""
import shutil
import unittest

import yard
from yard import Interval, gpus, interval, overlaps


class ACluster(unittest.TestCase):
    def setUp(self):
        self.yard = yard.shared()

    def batch(self, script, *options, user="root"):
        """Runs a script as a batch job to its end and returns what it printed."""
        output = self.yard.buckets / f"{self.id()}.out"
        self.yard.execute("sbatch", "--wait", f"--output={output}", *options, f"--wrap={script}", user=user)
        return output.read_text()

    def row(self, name):
        """Waits until a job's end is in accounting, and returns its only row of sacct."""
        def ended():
            rows = self.yard.sacct(f"--name={name}")
            return rows if rows and all(interval(row) for row in rows) else None
        (row,) = self.yard.wait_until(ended, 20, f"the end of {name} in accounting")
        return row

    def test_gives_a_job_of_another_user_its_gpus_and_accounts_for_them(self):
        printed = self.batch("id -un; hostname; echo $CUDA_VISIBLE_DEVICES", "--gres=gpu:k40:2", "--nodelist=n2",
                             "--job-name=two-gpus", "--account=speech", user="yard_ada")
        self.assertEqual(printed.split(), ["yard_ada", "n2", "0,1"])
        row = self.row("two-gpus")
        self.assertEqual((row["User"], row["Account"], row["State"], gpus(row)), ("yard_ada", "speech", "COMPLETED", 2))

    def test_runs_mpi_over_two_nodes_by_mpirun(self):
        self.assert_hello(self.batch(f"mpirun {self.hello()}", "--nodes=2", "--ntasks=4", user="yard_ben"))

    def test_runs_mpi_over_two_nodes_by_srun(self):
        self.assert_hello(self.batch(f"srun --mpi=pmix {self.hello()}", "--nodes=2", "--ntasks=4", user="yard_ben"))

    def hello(self):
        program = self.yard.root / "mpi_hello"
        shutil.copy(yard.REPOSITORY / "build/tests/e2e/mpi_hello", program)
        return program

    def assert_hello(self, printed):
        lines = [line for line in printed.splitlines() if line.startswith("rank")]
        self.assertEqual(len(lines), 4, printed)
        self.assertTrue(all("of 4" in line and line.endswith("sum 6") for line in lines), printed)
        self.assertEqual(len({line.split()[5] for line in lines}), 2, printed)

    def test_starts_a_dependent_job_when_its_parent_has_ended(self):
        parent = self.yard.execute("sbatch", "--parsable", "--output=/dev/null", "--job-name=parent", "--wrap=true")
        self.batch("true", f"--dependency=afterany:{parent.stdout.strip()}", "--job-name=child")
        self.assertGreaterEqual(interval(self.row("child")).start, interval(self.row("parent")).end)
        self.assertEqual(gpus(self.row("child")), 0)


class Faults(unittest.TestCase):
    def setUp(self):
        self.yard = yard.shared()

    def state(self, node):
        return self.yard.execute("sinfo", "--noheader", f"--nodes={node}", "--format=%T").stdout.strip()

    def test_a_killed_controller_is_missed_and_comes_back_with_its_jobs(self):
        job = self.yard.execute("sbatch", "--parsable", "--hold", "--output=/dev/null", "--wrap=true").stdout.strip()
        self.yard.fault("slurmctld", "stop")
        self.assertNotEqual(self.yard.execute("scontrol", "show", "job", job, expect=None).code, 0)
        self.yard.fault("slurmctld", "start")
        self.assertIn("JobState=PENDING", self.yard.execute("scontrol", "show", "job", job).stdout)
        self.yard.execute("scancel", job)

    def test_a_node_without_power_goes_down_and_comes_back(self):
        self.yard.fault("node:n4", "off")
        self.addCleanup(self.yard.wait_until, lambda: self.state("n4") == "idle", 30, "n4 to be idle")
        self.addCleanup(self.yard.fault, "node:n4", "on")
        self.yard.wait_until(lambda: self.state("n4").startswith("down"), 60, "n4 to be down")


class Overlaps(unittest.TestCase):
    def test_counts_what_shares_a_second(self):
        self.assertEqual(overlaps([Interval(0, 5), Interval(4, 9), Interval(4, 5)]), 3)

    def test_lets_one_begin_when_another_ends(self):
        self.assertEqual(overlaps([Interval(0, 5), Interval(5, 9)]), 1)

    def test_ignores_what_took_no_time(self):
        self.assertEqual(overlaps([Interval(5, 5)]), 0)


if __name__ == "__main__":
    unittest.main()
