#!/usr/bin/env python3
"""Runs the end-to-end tests in one yard and leaves a JUnit report.

usage: tests/e2e/run.py [--chaos] [--seed N] ROOT [TEST ...]

ROOT/e2e.xml is the report; TEST as test_sandbox.Faults. --chaos: the full counts of what is thrown by dice, not a tenth
of them; --seed: the dice of an earlier run, which printed it.
"""
import argparse
import os
import pathlib
import sys
import time
import unittest
import xml.etree.ElementTree as xml

HERE = pathlib.Path(__file__).resolve().parent


class Report(unittest.TextTestResult):
    """The results as unittest prints them, and as a JUnit report with the seconds of each test."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.suite = xml.Element("testsuite", name="e2e")

    def startTest(self, test):
        self.begun = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test):
        super().addSuccess(test)
        self._add(test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._add(test, "failure", self._exc_info_to_string(err, test))

    def addError(self, test, err):
        super().addError(test, err)
        self._add(test, "error", self._exc_info_to_string(err, test))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._add(test, "skipped", reason)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._add(subtest, "failure", self._exc_info_to_string(err, test))

    def _add(self, test, verdict=None, text=""):
        seconds = time.monotonic() - getattr(self, "begun", time.monotonic())
        case = xml.SubElement(self.suite, "testcase", name=test.id(), time=f"{seconds:.3f}")
        if verdict:
            xml.SubElement(case, verdict).text = text.encode("ascii", "backslashreplace").decode()
            self.stream.writeln(text)  # unittest itself prints it only after the last test


def asked():
    options = argparse.ArgumentParser()
    options.add_argument("--chaos", action="store_true")
    options.add_argument("--seed", type=int)
    options.add_argument("root")
    options.add_argument("tests", nargs="*")
    return options.parse_args()


def main(wishes):
    root = wishes.root
    os.environ["TRAINYARD_TEST_ROOT"] = root
    if wishes.chaos:
        os.environ["TRAINYARD_CHAOS"] = "full"
    if wishes.seed is not None:
        os.environ["TRAINYARD_SEED"] = str(wishes.seed)
    sys.path.insert(0, str(HERE))
    import chaos  # chaos reads the environment variables set above when it is imported
    import yard

    print(chaos.words(), flush=True)
    loader = unittest.defaultTestLoader
    tests = loader.loadTestsFromNames(wishes.tests) if wishes.tests else loader.discover(str(HERE))
    try:
        yard.shared()  # if the yard does not come up, no test runs
        result = unittest.TextTestRunner(resultclass=Report, verbosity=2).run(tests)
    finally:
        yard.take_down_shared()
    xml.ElementTree(result.suite).write(pathlib.Path(root) / "e2e.xml")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(asked()))
