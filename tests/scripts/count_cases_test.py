"""Tests of scripts/count_cases: which cases of a suite's report count as passed or failed."""
import pathlib
import subprocess
import tempfile
import unittest

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "scripts/count_cases"
PASSED = '<testsuites><testsuite name="base"><testcase name="reads"/></testsuite></testsuites>'
FAILED = '<testsuites><testsuite name="base"><testcase name="reads"><failure/></testcase></testsuite></testsuites>'


class TheCount(unittest.TestCase):
    def count(self, **files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                (pathlib.Path(folder) / name.replace("__", ".")).write_text(text)
            done = subprocess.run([PROGRAM, folder], capture_output=True, text=True)
        return done.returncode, done.stdout.splitlines()

    def test_of_cases_that_passed_is_good(self):
        code, lines = self.count(unit__xml=PASSED)
        self.assertEqual((code, lines[-1]), (0, "1 passed, 0 failed"))

    def test_names_the_case_that_failed(self):
        code, lines = self.count(unit__xml=FAILED, unit__exit_code="1")
        self.assertEqual((code, lines), (1, ["unit: 0 passed, 1 failed, 0 skipped", "  FAILED base.reads", "0 passed, 1 failed"]))

    def test_has_a_command_that_failed_though_all_cases_passed(self):
        code, lines = self.count(sanitized__xml=PASSED, sanitized__exit_code="1")
        self.assertEqual((code, lines[1:]), (1, ["  FAILED its command: exit code 1", "1 passed, 1 failed"]))

    def test_has_a_report_that_was_not_written(self):
        code, lines = self.count(e2e__xml="no report from e2e")
        self.assertEqual((code, lines[1]), (1, "  FAILED it left no report"))


if __name__ == "__main__":
    unittest.main()
