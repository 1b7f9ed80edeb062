"""Tests of runs with a [command]: they run as their owner, and the way they end is reported."""
import pwd
import time

from daemon_case import DaemonCase

BEN = "yard_ben"


class ACommand(DaemonCase):
    def test_runs_as_its_owner_and_delivers_its_results_as_that_user(self):
        source = self.folder / "src"
        source.mkdir()
        (source / "answer.py").write_text(
            "import getpass, os\n"
            "with open(os.path.join(os.environ['RESULT_DIR'], 'answer.txt'), 'w') as file:\n"
            "    file.write(f'{getpass.getuser()} {os.getuid()} {open(os.environ[\"DATA_DIR\"] + \"/question\").read()}')\n")
        (run,) = self.run_to_its_end(self.command("python3 answer.py", name="own-code", data=self.bucket("question"),
                                                  more='code = "./src"'), user=BEN)
        self.assert_completed(run)
        ben = pwd.getpwnam(BEN)
        folder = self.yard.buckets / "results" / self.id() / run["training_id"]
        (answer,) = folder.rglob("answer.txt")
        self.assertEqual(answer.read_text(), f"{BEN} {ben.pw_uid} question")
        self.assertEqual({path.stat().st_uid for path in [folder, *folder.rglob("*")]}, {ben.pw_uid})

    def test_that_exits_3_fails_with_that_code_and_its_last_lines(self):
        (run,) = self.run_to_its_end(self.command("echo begins; echo no such layer >&2; exit 3", name="fails"), user=BEN)
        self.assertEqual((run["state"], run["exit_code"]), ("failed", 3))
        self.assertEqual(run["last_lines"], ["begins", "no such layer"])
        told = self.yard.trainyard("show", run["id"], user=BEN).stdout
        self.assertIn("no such layer", told)
        self.assertRegex(told, r"exit code +3")

    def test_that_is_cancelled_frees_its_gpu_in_seconds_and_its_logs_are_stored(self):
        (number,) = self.submit(self.command("echo has begun; sleep 600", name="endless"), user=BEN)
        self.wait_for(number, "running", user=BEN)
        asked = int(time.time())
        self.yard.trainyard("cancel", number, user=BEN)
        run = self.wait_for(number, "cancelled", user=BEN)
        span = self.training(run)
        self.assertLessEqual(span.end - asked, 5)
        self.assertEqual(run["gpu_seconds"], span.end - span.start)
        folder = self.yard.buckets / "results" / self.id() / run["training_id"]
        self.assertIn("has begun", (folder / "logs/training-log.txt").read_text())

    def test_is_nobody_elses(self):
        (run,) = self.run_to_its_end(self.command("true", name="private", resources=""), user=BEN)
        self.assert_completed(run)
        self.yard.trainyard("show", run["id"], user="yard_ada", expect=3)
        self.yard.trainyard("cancel", run["id"], user="yard_ada", expect=3)
        self.assertNotIn("private", self.yard.trainyard("list", user="yard_ada").stdout)
        self.assertEqual(self.yard.execute("ls", run["directory"], user=BEN).code, 0)
        denied = self.yard.execute("ls", run["directory"], user="yard_ada", expect=2)
        self.assertIn("Permission denied", denied.stderr)
