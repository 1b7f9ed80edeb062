"""Tests of daemon, broker and deputies: which rights each has, and that runs go on when any of them dies."""
import pathlib
import stat

import yard
from daemon_case import DaemonCase


class TheDaemon(DaemonCase):
    def test_has_no_rights_and_its_deputies_are_its_users(self):
        self.yard.assert_daemon_has_no_rights()
        (run,) = self.run_to_its_end(self.command("true"))
        self.assert_completed(run)
        deputies = self.yard.deputies("yard_ada")
        self.assertEqual(sorted(deputy.kind for deputy in deputies), ["files", "slurm"])
        for deputy in deputies:
            status = pathlib.Path(f"/proc/{deputy.pid}/status").read_text()
            self.assertRegex(status, "NoNewPrivs:\t1")
            for name in ("Inh", "Prm", "Eff", "Amb"):
                self.assertRegex(status, f"Cap{name}:\t0+\n")
            self.assertNotIn("SLURM_JWT", pathlib.Path(f"/proc/{deputy.pid}/environ").read_text())

    def test_leaves_a_users_part_of_scratch_to_him_alone(self):
        self.assert_completed(*self.run_to_its_end(self.command("true"), user="yard_ben"))
        folder = self.yard.scratch_of("yard_ben").stat()
        self.assertEqual(stat.S_IMODE(folder.st_mode), 0o700)
        self.yard.execute("ls", self.yard.scratch_of("yard_ben"), user="yard_ada", expect=2)

    def test_goes_on_after_its_deputies_are_killed(self):
        self.assert_completed(*self.run_to_its_end(self.command("true")))
        self.yard.kill_deputies()
        self.assert_completed(*self.run_to_its_end(self.command("true")))

    def test_goes_on_when_the_broker_is_back(self):
        (run,) = self.submit(self.command("sleep 2"))
        self.wait_for(run, "running")
        self.yard.kill_broker()
        self.yard.wait_until(lambda: not self.yard.deputies(), 10, "the end of the deputies")
        self.yard.start_broker()
        self.assert_completed(self.wait_for(run, "completed", "failed"))
        self.assert_completed(*self.run_to_its_end(self.command("true"), user="yard_ben"))

    def test_takes_its_deputies_along(self):
        self.assert_completed(*self.run_to_its_end(self.command("true")))
        self.assertTrue(self.yard.deputies())
        self.yard.kill_daemon()
        self.yard.wait_until(lambda: not self.yard.deputies(), 10, "the end of the deputies")
        self.yard.start_daemon(self.settings)
        self.assert_completed(*self.run_to_its_end(self.command("true")))


class TheBroker(DaemonCase):
    def test_has_three_capabilities(self):
        status = pathlib.Path(f"/proc/{self.yard.broker.pid}/status").read_text()
        for name in ("Prm", "Eff", "Bnd"):
            self.assertRegex(status, f"Cap{name}:\t0*e0\n", "kill, setgid, setuid")

    def test_has_a_socket_that_users_cannot_reach(self):
        for user in yard.USERS:
            told = self.yard.execute("python3", "-c", "import socket, sys\n"
                                     "mine = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
                                     "mine.connect(sys.argv[1])", self.yard.broker_socket, user=user, expect=1)
            self.assertIn("Permission denied", told.stderr)
