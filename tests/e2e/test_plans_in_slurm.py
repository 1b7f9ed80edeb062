"""Tests of `admin plan`, which shows and corrects differences between the plans and Slurm's own limits.
sacctmgr says what Slurm has."""
import json

from daemon_case import DaemonCase


class PlansInSlurm(DaemonCase):
    settings = {"plans.wide": {"gpus": 8, "default": True},
                "plans.Team": {"gpus": 3, "per": "account", "members": ["yard_ada"]}}

    def drift(self, command="diff"):
        """Returns the differences that `admin plan apply` can set.

        Leaves out rows with a remedy, which a person must apply: the sandbox's Slurm enforces no limits."""
        rows = json.loads(self.yard.trainyard("admin", "plan", command, "--json").stdout)["drift"]
        return [(row["object"], row["attribute"], row["is"], row["should_be"]) for row in rows if not row["remedy"]]

    def sacctmgr(self, *words):
        return self.yard.execute("sacctmgr", "-nPi", *words).stdout.split()

    def test_are_set_shown_when_changed_by_hand_and_set_again(self):
        self.assertIn(("qos wide", "MaxTRESPerUser", "", "gres/gpu=8"), self.drift())
        self.drift("apply")
        self.assertEqual(self.drift(), [])
        self.assertEqual(self.sacctmgr("show", "qos", "format=MaxTRESPerUser,MaxTRESPerAccount,Flags", "where", "name=team"),
                         ["|gres/gpu=3|DenyOnLimit"])
        self.assertEqual(self.sacctmgr("show", "assoc", "format=User", "where", "qos=team"), ["yard_ada", "yard_ada"])

        self.sacctmgr("modify", "qos", "wide", "set", "MaxTRESPerUser=gres/gpu=100")
        self.sacctmgr("modify", "user", "yard_ben", "set", "qos+=team")
        wanted = [("qos wide", "MaxTRESPerUser", "gres/gpu=100", "gres/gpu=8"),
                  ("user yard_ben, account speech", "qos", "team", ""), ("user yard_ben, account vision", "qos", "team", "")]
        self.assertEqual(sorted(self.drift()), wanted)
        told = self.yard.trainyard("admin", "plan", "apply").stdout
        self.assertRegex(told, r"qos wide +MaxTRESPerUser +gres/gpu=100 +gres/gpu=8 +yes")
        self.assertEqual(self.drift(), [])

    def test_are_for_admins(self):
        told = self.yard.trainyard("admin", "plan", "apply", user="yard_ada", expect=4)
        self.assertIn("[daemon] admins", told.stderr)

    def test_of_a_slurm_that_enforces_nothing_are_said_to_be_without_effect(self):
        told = self.yard.trainyard("admin", "plan", "diff").stdout
        self.assertIn("AccountingStorageEnforce", told)
        self.assertIn("left to you", told)
