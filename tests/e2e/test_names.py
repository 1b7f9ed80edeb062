"""Tests that a submission is refused if its account, partition or QOS is not permitted to the user, and that
the refusal lists the permitted ones."""
from daemon_case import DaemonCase


class NamesInAManifest(DaemonCase):
    def test_that_a_user_may_not_use_are_refused_all_at_once_with_those_that_may_be(self):
        manifest = self.command("true", resources='account = "root"\npartition = "night"\nqos = "express"')
        told = self.yard.trainyard("submit", manifest, user="yard_ada", expect=2).stderr
        self.assertIn('resources.account: "root" is not an account of yard_ada\'s', told)
        self.assertIn("may be used: speech, vision", told)
        self.assertIn('resources.qos: "express" is not for yard_ada', told)
        self.assertIn('resources.partition: "night" is not a partition of this cluster', told)
        self.assertIn("may be used: gpu", told)
        self.assertIn("3 problems; nothing was submitted", told)
        self.yard.trainyard("submit", "--dry-run", manifest, user="yard_ada", expect=2)

    def test_that_a_user_may_use_are_charged(self):
        (run,) = self.run_to_its_end(self.command("true", resources='gpus_per_node = 1\naccount = "speech"\n'
                                                  'partition = "gpu"\nqos = "normal"'))
        self.assert_completed(run)
        (row,) = self.jobs(run, "train")
        self.assertEqual(row["Account"], "speech")

    def test_are_taken_as_they_are_while_slurmdbd_is_away(self):
        self.yard.fault("slurmdbd", "stop")
        self.addCleanup(self.yard.fault, "slurmdbd", "start")
        (number,) = self.submit(self.command("true", resources='account = "vision"'))
        self.addCleanup(self.yard.trainyard, "cancel", number)
