#!/usr/bin/env python3
"""Every program reads its command line in one way: --version, --help, and mistakes with what may be meant.

usage: programs_test.py TRAINYARDD TRAINYARD-AGENT TRAINYARD TRAINYARD-DEPUTY [-v]
"""
import os
import subprocess
import sys
import unittest

trainyardd, agent, trainyard, deputy = (os.path.abspath(sys.argv.pop(1)) for _ in range(4))


def run(program, *words):
    return subprocess.run([program, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False)


class AProgram(unittest.TestCase):
    def test_says_its_name_and_version(self):
        for program in (trainyardd, agent, trainyard):
            told = run(program, "--version")
            self.assertEqual((told.returncode, told.stderr), (0, ""))
            self.assertRegex(told.stdout, rf"^{os.path.basename(program)} \d+\.\d+\.\d+\n$")

    def test_explains_itself(self):
        for words in ([trainyardd, "--help"], [trainyardd, "-h"], [agent, "--help"], [agent, "fetch", "--help"],
                      [trainyard, "--help"], [trainyard, "submit", "-h"]):
            told = run(*words)
            self.assertEqual((told.returncode, told.stderr), (0, ""), words)
            self.assertRegex(told.stdout, rf"^usage: {os.path.basename(words[0])} ")

    def test_names_a_mistake_with_what_may_be_meant(self):
        for words, name in (([trainyardd, "--confgi", "x"], "trainyardd has no option --confgi; did you mean --config?"),
                            ([trainyardd, "--config"], "trainyardd: --config needs a value: FILE"),
                            ([trainyardd, "now"], "trainyardd: unexpected argument now"),
                            ([agent, "fecth"], "trainyard-agent has no command fecth; did you mean fetch?"),
                            ([agent, "fetch", "file:///x/"], "trainyard-agent fetch: DIRECTORY is missing"),
                            ([agent], "trainyard-agent: a command is missing"),
                            ([trainyard, "sumbit"], "error: trainyard has no command sumbit; did you mean submit?")):
            told = run(*words)
            self.assertEqual((told.returncode, told.stdout), (2, ""), words)
            self.assertTrue(told.stderr.startswith(name), told.stderr)
            self.assertTrue(told.stderr.endswith("--help\n"), told.stderr)

    def test_of_the_broker_is_not_started_by_hand(self):
        for words in ([], ["files"], ["files", "slurm"]):
            told = run(deputy, *words)
            self.assertNotEqual(told.returncode, 0)
            self.assertEqual(told.stderr, "trainyard-deputy: started by trainyard-broker(8), not by hand\n")


if __name__ == "__main__":
    unittest.main()
