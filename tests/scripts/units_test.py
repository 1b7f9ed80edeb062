"""Tests that the systemd units restrict the daemons, but not the users' processes that the broker starts."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

UNITS = pathlib.Path(sys.argv.pop(1))  # the build's folder with the units
ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests/bench"))
import readings  # noqa: E402


def settings(unit):
    """Returns setting → its values in order. A line that ends in a backslash goes on in the next line."""
    found = {}
    for line in (UNITS / unit).read_text().replace("\\\n", "").splitlines():
        if match := re.match(r"(\w+)=(.*)", line):
            found.setdefault(match[1], []).append(match[2])
    return found


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
class Units(unittest.TestCase):
    def test_expose_little(self):
        for unit, most in readings.MOST_EXPOSURE.items():
            with self.subTest(unit):
                exposure, told = readings.exposure(UNITS / unit)
                self.assertLessEqual(exposure, most, told)

    def test_are_understood_by_systemd(self):
        told = subprocess.run(["systemd-analyze", "verify", "--man=no", *(UNITS / unit for unit in readings.MOST_EXPOSURE)],
                              capture_output=True, text=True)
        mistakes = [line for line in told.stderr.splitlines()
                    # The programs are not installed on this machine.
                    if any(unit in line for unit in readings.MOST_EXPOSURE) and "is not executable" not in line]
        self.assertEqual(mistakes, [])


class TheDaemon(unittest.TestCase):
    def test_has_no_rights(self):
        unit = settings("trainyardd.service")
        self.assertEqual((unit["User"], unit["CapabilityBoundingSet"], unit["AmbientCapabilities"]), (["trainyard"], [""], [""]))
        self.assertEqual((unit["ProtectHome"], unit["ProtectSystem"], unit["NoNewPrivileges"]), (["yes"], ["strict"], ["yes"]))


class TheBroker(unittest.TestCase):
    def test_hides_nothing_from_the_processes_of_users(self):
        unit = settings("trainyard-broker.service")
        for setting in ("ProtectHome", "PrivateTmp", "RestrictSUIDSGID", "PrivateNetwork", "PrivateUsers", "ProtectProc",
                        "ProcSubset", "PrivateMounts"):
            self.assertNotIn(setting, unit)
        self.assertNotEqual(unit.get("ProtectSystem"), ["strict"])
        self.assertEqual((unit["KillMode"], unit["OOMPolicy"]), (["process"], ["continue"]))

    def test_is_told_the_uids_of_services_by_number(self):
        self.assertEqual(self.words(trainyard=997, slurm=64030, munge=103),
                         "--daemon-uid 997 --socket /run/trainyard-broker/socket --deputy DEPUTY "
                         "--refuse-uid 103 --refuse-uid 64030")

    def test_starts_where_a_service_is_not_there_and_takes_an_admins_options(self):
        self.assertEqual(self.words("--group 2000", trainyard=997, munge=103),
                         "--daemon-uid 997 --socket /run/trainyard-broker/socket --deputy DEPUTY "
                         "--refuse-uid 103 --group 2000")

    def test_does_not_start_without_the_user_of_the_daemon(self):
        with self.assertRaises(subprocess.CalledProcessError):
            self.words(slurm=64030)

    def words(self, options=None, **uids):
        """Returns the broker's arguments by the unit's ExecStart, on a machine with only the users `uids`."""
        (start,) = settings("trainyard-broker.service")["ExecStart"]
        script = re.fullmatch(r"/bin/sh -euc '(.*)'", start)[1].replace("$$", "$")
        script = re.sub(r"exec \S+/trainyard-broker", "exec echo", script)
        script = re.sub(r"\S+/trainyard-deputy", "DEPUTY", script)
        with tempfile.TemporaryDirectory() as folder:
            fake = pathlib.Path(folder) / "id"
            fake.write_text("#!/bin/sh\ncase $2 in\n"
                            + "".join(f"{name}) echo {uid};;\n" for name, uid in uids.items()) + "*) exit 1;;\nesac\n")
            fake.chmod(0o755)
            environment = {"PATH": f"{folder}:{os.environ['PATH']}", **({"BROKER_OPTIONS": options} if options else {})}
            return subprocess.run(["sh", "-euc", script], check=True, capture_output=True, text=True,
                                  env=environment).stdout.strip()


class TheSourceOfTheBroker(unittest.TestCase):
    def test_is_short_enough_to_be_read(self):
        self.assertLessEqual(readings.broker_lines(), readings.MOST_BROKER_LINES)


class ThePageOfTheBroker(unittest.TestCase):
    def setUp(self):
        self.page = (ROOT / "man/trainyard-broker.8.scd").read_text()

    def test_has_every_option(self):
        options = re.findall(r'{"([\w-]+)", \w+_argument', (ROOT / "daemon/broker/options.cc").read_text())
        self.assertEqual(sorted(re.findall(r"^\*--([\w-]+)\*", self.page, re.M)), sorted(options))

    def test_has_the_number_of_every_refusal(self):
        enum = re.search(r"enum class Refusal .*?};", (ROOT / "daemon/broker/record.h").read_text(), re.S)[0]
        refusals = re.findall(r"^  (\w+)(?: = 0)?,", enum, re.M)
        self.assertEqual(re.findall(r"^- (\d+): ", self.page, re.M), [str(i) for i in range(1, len(refusals))])


if __name__ == "__main__":
    unittest.main()
