"""Tests that plans limit how many GPUs a user has at a time, checked against Slurm's accounting."""
import re

from daemon_case import DaemonCase
from yard import gpus, overlaps


class APlanOfFourGpus(DaemonCase):
    def test_lets_four_runs_at_once_and_the_fifth_after_them_from_data_staged_once(self):
        # The first four runs wait for each other, so they can only end if they run together.
        here = self.folder / "here"
        here.mkdir()
        here.chmod(0o1777)
        runs = self.run_to_its_end(self.command(
            f"""
            touch {here}/{{number}}
            until [ $(ls {here} | wc -l) -ge 4 ]; do sleep 0.1; done
            ls "$DATA_DIR"
            sleep 2   # Slurm accounts in whole seconds
            """,
            name="four-at-once", data=self.bucket("images.bin"),
            resources='gpus_per_node = 1\nplan = "four"', more="[sweep]\nnumber = [1, 2, 3, 4, 5]"))
        self.assert_completed(*runs)
        self.assertEqual(overlaps([self.training(run) for run in runs]), 4)
        self.assertEqual(len({run["data"]["digest"] for run in runs}), 1)
        (stage,) = self.stage_jobs(runs[0])
        self.assertEqual((stage["State"], gpus(stage)), ("COMPLETED", 0))


class APlanOfOneGpu(DaemonCase):
    def test_lets_one_run_after_the_other_in_order(self):
        log = self.folder / "log"
        ids = self.submit(self.command(
            f"echo {{number}} begins >>{log}; sleep 1; echo {{number}} ends >>{log}",
            name="one-by-one", resources='gpus_per_node = 1\nplan = "free"', more="[sweep]\nnumber = [1, 2, 3, 4, 5, 6]"))
        self.assertRegex(self.show(ids[-1])["waiting"], "plan free")
        runs = [self.wait_for(run, "completed", seconds=90) for run in ids]
        self.assertEqual(log.read_text().splitlines(),
                         [f"{number} {what}" for number in range(1, 7) for what in ("begins", "ends")])
        spans = [self.training(run) for run in runs]
        self.assertEqual(spans, sorted(spans))
        self.assertEqual(overlaps(spans), 1)


class ARunThatWaits(DaemonCase):
    def test_says_for_what_and_until_when_slurm_expects_it_to_and_keeps_that_in_its_history(self):
        results = self.yard.buckets / "results" / self.id()  # two users write here
        results.mkdir()
        results.chmod(0o1777)
        (holder,) = self.submit(self.command(f"until [ -e {self.folder}/free ]; do sleep 0.1; done", name="holder",
                                             resources="nodes = 4\ngpus_per_node = 2", more='launcher = "mpi"'))
        self.wait_for(holder, "running")
        (second,) = self.submit(self.command("true", name="behind-the-plan"))
        (other,) = self.submit(self.command("true", name="behind-the-nodes"), user="yard_ben")

        def waits(run, user):
            return [event["text"] for event in self.show(run, user)["events"] if event["event"] == "waiting"]

        def waits_in_slurm():
            return [text for text in waits(other, "yard_ben") if re.search(r"\((Resources|Priority)\)$", text)]
        self.assertRegex(self.yard.wait_until(lambda: waits(second, "yard_ada"), 60, "the plan in the history")[0],
                         rf"^plan wide: 8 of 8 GPUs in use by run {holder}$")
        self.yard.wait_until(waits_in_slurm, 60, "Slurm's reason in the history")
        ends = self.show(holder)["started_at"] + 300  # its time limit
        expected = self.yard.wait_until(lambda: self.show(other, "yard_ben")["expected_start"], 60, "a forecast")
        self.assertLess(abs(expected - ends), 120)
        told = self.yard.trainyard("show", other, user="yard_ben").stdout
        self.assertRegex(told, r"starts +\S+ \S+, as Slurm expects it now")
        (self.folder / "free").touch()
        self.wait_for(second, "completed")
        self.wait_for(other, "completed", user="yard_ben")
        self.assertEqual(len(waits_in_slurm()), 1)
