"""Tests of Trainyard's main purpose: a manifest becomes a trained model, and the ledger says what it cost."""
import hashlib
import json
import pathlib
import shutil
import time
import urllib.parse

import yard
from daemon_case import DaemonCase
from yard import gpus, interval


DIGITS = yard.REPOSITORY / "jobspecs/digits/digits.csv.gz"


def local(url):
    return pathlib.Path(urllib.parse.urlparse(url).path)


class ATrainingOnTwoNodes(DaemonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.begun = int(time.time())  # excludes jobs of earlier tests: sacct lacks those that Slurm lost
        text = (yard.REPOSITORY / "jobspecs/digits_mlp.toml").read_text()
        case = cls()
        (cls.run_of_digits,) = case.run_to_its_end(
            case.manifest(text.replace("file:///srv/buckets/", cls.fill_buckets(DIGITS))))
        case.assert_completed(cls.run_of_digits)

    @classmethod
    def fill_buckets(cls, digits):
        """Puts the file of digits below "digits/" in the store, and returns the URL of the store's buckets."""
        bucket = cls.yard.buckets / "digits"
        bucket.mkdir(exist_ok=True)
        shutil.copy(digits, bucket)
        return f"file://{cls.yard.buckets}/"

    def stored_folder(self):
        """Returns a folder with the run's results."""
        return local(self.run_of_digits["results"])

    def runTest(self):
        """Exists so that setUpClass() can construct a case and call its methods."""

    def test_has_learned_to_read_digits(self):
        lines = self.yard.trainyard("metrics", "--json", self.run_of_digits["id"], user="yard_ada").stdout.splitlines()
        epochs = [line for line in map(json.loads, lines) if "test_accuracy" in line]
        self.assertEqual([epoch["epoch"] for epoch in epochs], list(range(1, 21)))
        self.assertGreaterEqual(epochs[-1]["test_accuracy"], 0.95)

    def test_leaves_its_results_and_a_receipt_for_each_of_them(self):
        folder = self.stored_folder()
        receipt = json.loads((folder / "receipt.json").read_text())
        self.assertEqual(receipt["training_id"], self.run_of_digits["training_id"])
        stored = {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
                  for path in folder.rglob("*") if path.is_file() and path.name != "receipt.json"}
        self.assertEqual({entry["key"]: entry["sha256"] for entry in receipt["objects"]}, stored)
        self.assertLessEqual({"metrics.jsonl", "logs/training-log.txt"}, set(stored))
        self.assertTrue([key for key in stored if key.endswith(".h5")], stored)

    def test_costs_what_slurm_says_to_the_second(self):
        (row,) = self.jobs(self.run_of_digits, "train")
        span = interval(row)
        self.assertEqual((gpus(row), len(row["NodeList"].strip("n[]").replace("-", ",").split(","))), (2, 2), row)
        self.assertEqual(self.run_of_digits["gpu_seconds"], 2 * (span.end - span.start))

    def test_costs_no_gpu_time_while_it_is_staged_and_stored(self):
        rows = self.stage_jobs(self.run_of_digits) + self.jobs(self.run_of_digits, "store")
        self.assertEqual([(row["State"], gpus(row)) for row in rows], [("COMPLETED", 0)] * 2)

    def test_is_in_the_report_as_it_is_in_slurms_own_account(self):
        # On a fast machine the training can begin and end in the same second, which costs 0. This run takes
        # longer.
        (two_seconds,) = self.run_to_its_end(self.command("sleep 2"))
        self.jobs(two_seconds, "train")
        report = json.loads(self.yard.trainyard("report", "usage", "--json", "--since",
                                                time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.begun)),
                                                user="yard_ada").stdout)
        self.jobs(self.run_of_digits, "train")  # waits until the job's end is in accounting
        spans = [(gpus(row), interval(row)) for row in self.jobs_since(self.begun, "yard_ada") if interval(row)]
        self.assertEqual(report["total"]["gpu_seconds"], sum(count * (span.end - span.start) for count, span in spans))
        self.assertGreaterEqual(report["total"]["gpu_seconds"], 2)


class AManifestWithMistakes(DaemonCase):
    MISTAKES = {  # line, counted before `name` is put at the top → its text
        2: 'source = "ftp://example.org/digits.csv"',
        7: "gpus_per_nodes = 1",
        8: 'time_limit = "soon"',
        10: 'layers = [{ dense = 10, activation = "relo" }]',
        11: "epochs = -1",
    }

    def test_is_told_all_of_them_with_their_lines_and_nothing_is_queued(self):
        text = ["[data]", "", "label = 64", "[results]", 'target = "file:///srv/results/"', "[resources]", "", "",
                "[train]", "", "", 'device = "cpu"']
        for line, mistake in self.MISTAKES.items():
            text[line - 1] = mistake
        text.insert(0, 'name = "wrong"')
        manifest = self.manifest("\n".join(text) + "\n")
        runs = self.runs()
        told = self.yard.trainyard("submit", manifest, user="yard_ada", expect=2).stderr
        problems = [line for line in told.splitlines() if line.startswith(f"{manifest}:")]
        lines = [int(problem[len(f"{manifest}:"):].split(":")[0]) for problem in problems]
        self.assertEqual(sorted(lines), [line + 1 for line in self.MISTAKES], told)
        self.assertIn("gpus_per_node", told.replace("gpus_per_nodes", ""), "what was meant")
        self.assertEqual(self.runs(), runs)

    def runs(self):
        """The ids of all runs of ada. Runs of other tests may go on meanwhile, but none begins."""
        listed = self.yard.trainyard("list", "--json", "--limit", "1000", user="yard_ada").stdout
        return [json.loads(line)["id"] for line in listed.splitlines()]


class ASubmission(DaemonCase):
    def test_sent_twice_makes_one_run(self):
        manifest = self.command("true", name="sent-twice")
        first = self.submit(manifest, "--client-id", "the-same")
        again = self.submit(manifest, "--client-id", "the-same")
        self.assertEqual((len(first), again), (1, first))
        self.wait_for(first[0], "completed")
        self.assertEqual(self.submit(manifest, "--client-id", "the-same"), first)
        listed = self.yard.trainyard("list", "--json", "--name", "sent-twice", user="yard_ada").stdout.splitlines()
        self.assertEqual([json.loads(line)["id"] for line in listed], first)
        self.assertEqual(len(self.jobs(self.show(first[0]), "train")), 1)
