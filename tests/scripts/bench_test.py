"""Tests of scripts/bench: its arguments, its table and its attacks. Nothing is measured here."""
import contextlib
import io
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "bench"))
import attacks  # noqa: E402
import bench  # noqa: E402
import readings  # noqa: E402
import table  # noqa: E402
from table import Measured, Target  # noqa: E402


def measured(target, ours, peer=(), unit="s"):
    return Measured("slurm", "a row", unit, Target(*target), ours, "sbatch" if peer else "", peer)


class Table(unittest.TestCase):
    def test_shows_medians(self):
        row = measured(("ratio", "≤", 2), (1, 9, 2), (4, 1, 5))
        self.assertEqual((row.ours, row.peer), (2, 4))

    def test_compares_within_pairs(self):
        # The ratio of the medians would be 2 / 4.
        self.assertEqual(measured(("ratio", "≤", 2), (1, 8, 2), (4, 4, 5)).ratio, 0.4)
        self.assertEqual(measured(("difference", "≤", 2), (1, 8, 2), (4, 4, 5)).difference, -3)

    def test_holds_a_row_against_its_target(self):
        self.assertTrue(measured(("ratio", "≥", 2), (4,), (2,)).met)
        self.assertFalse(measured(("ratio", "≥", 2.1), (4,), (2,)).met)
        self.assertTrue(measured(("difference", "≤", 2), (4,), (2,)).met)
        self.assertFalse(measured(("ours", "≤", 3), (4,), (2,)).met)

    def test_refuses_sides_of_which_one_ran_more_often(self):
        with self.assertRaises(ValueError):
            measured(("ratio", "≥", 2), (4, 4), (2,)).ratio

    def test_is_one_object_a_row_as_json(self):
        row = json.loads(table.as_json(measured(("ratio", "≥", 10), (20.0,), (1.0,), "runs/s")))
        self.assertEqual(row, {"bench": "slurm", "row": "a row", "against": "sbatch", "ours": 20.0, "peer": 1.0,
                               "unit": "runs/s", "ratio": 20.0, "target": "≥ 10 × peer", "met": True, "pairs": 1})

    def test_has_a_row_without_a_peer(self):
        row = measured(("ours", "≤", 300), (243,), unit="MB")
        self.assertIsNone(json.loads(table.as_json(row))["ratio"])
        self.assertEqual(table.as_markdown([row]).splitlines()[2], "| a row | 243 MB | – | – | – | ≤ 300 | yes |")

    def test_has_a_row_for_information(self):
        row = Measured("slurm", "a row", "s", None, (1,), "sbatch", (2,))
        self.assertIsNone(json.loads(table.as_json(row))["met"])
        self.assertEqual(table.cells(row)[-2:], ("–", "–"))

    def test_is_lined_up_as_text(self):
        lines = table.as_text([measured(("ours", "≤", 3), (1.5,)), measured(("ours", "≤", 3), (12345,))]).splitlines()
        self.assertEqual(lines[1].index("1.5 s"), lines[0].index("ours"))
        self.assertIn("12 345 s", lines[2])
        self.assertTrue(lines[2].endswith("no"))


class Arguments(unittest.TestCase):
    ROWS = {"slurm": {"sweep": None, "list": None, "append": None}, "boundary": {"stalls": None}}

    def test_choose_rows_in_the_order_in_which_they_run(self):
        self.assertEqual(bench.parse(["slurm", "--rows", "append,sweep"], self.ROWS).rows, ["sweep", "append"])
        self.assertEqual(bench.parse(["slurm"], self.ROWS).rows, ["sweep", "list", "append"])
        self.assertEqual(bench.parse(["boundary"], self.ROWS).rows, ["stalls"])

    def test_are_refused_when_they_name_no_row(self):
        told = io.StringIO()
        with contextlib.redirect_stderr(told), self.assertRaises(SystemExit) as refused:
            bench.parse(["slurm", "--rows", "sweeep"], self.ROWS)
        self.assertEqual(refused.exception.code, 2)
        self.assertIn("no such row: sweeep; there are sweep, list, append", told.getvalue())

    def test_are_refused_when_they_name_a_row_of_another_bench(self):
        with contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit):
            bench.parse(["boundary", "--rows", "sweep"], self.ROWS)

    def test_make_everything_smaller_for_trying_out(self):
        self.assertEqual(bench.Sizes.for_runs(1000), bench.Sizes())
        small = bench.Sizes.for_runs(50, rounds=1)
        self.assertEqual((small.runs, small.many_runs, small.running, small.live_runs, small.rounds), (50, 500, 50, 5000, 1))


class Readings(unittest.TestCase):
    def test_count_lines_of_code_alone(self):
        self.assertEqual(readings.lines_of_code("// why\n\n#include <a>\n  // how\n  int x;  // what\n"), 2)

    def test_know_the_broker(self):
        self.assertGreater(readings.broker_lines(), 300)


class Door(attacks.Door):
    """A Door without a daemon: answers each request with the same status, and records the bodies."""

    def __init__(self, status):
        super().__init__("/nowhere", "file:///srv/results/")
        self.status, self.bodies = status, []

    def ask(self, method, target, body=b""):
        self.bodies.append(body)
        return self.status, "the answer"


class Attacks(unittest.TestCase):
    def test_are_as_large_as_they_say(self):
        for name, least in (("nested", 1_000_000), ("numbers", 200_000), ("scripts", 250_000), ("braces", 200_000)):
            door = Door(400)
            attacks.ATTACKS[name][1](door)
            self.assertEqual(len(door.bodies), attacks.TIMES, name)
            self.assertTrue(all(least <= len(body) <= attacks.MIB for body in door.bodies), name)

    def test_fail_when_they_are_not_taken_for_what_they_are(self):
        for name, status in (("largest-sweep", 403), ("numbers", 201), ("lists", 503)):
            with self.assertRaisesRegex(SystemExit, f"HTTP {status}.*the answer"):
                attacks.ATTACKS[name][1](Door(status))

    def test_are_told_when_the_daemon_hangs_up(self):
        self.assertEqual(attacks.Door("/nowhere/at/all", "").ask("GET", "/v1/status"), (0, ""))


if __name__ == "__main__":
    unittest.main()
