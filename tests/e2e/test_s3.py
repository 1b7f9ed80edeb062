"""Tests of data and results in an object store: those of the main purpose once more, and the users' keys."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import textwrap
import threading

import daemon_case
import test_main_job
import yard
from daemon_case import OVER, DaemonCase
from yard import gpus, interval


def remove_credential(case, name, user="yard_ada"):
    case.yard.trainyard("credential", "remove", name, user=user)


def add_credential(case, *options, name="default", user="yard_ada"):
    """Adds the keys of the yard's store for a user, as lines of standard input."""
    environment = {**os.environ, "TRAINYARD_SOCKET": str(case.yard.socket)}
    words = [yard.SANDBOX, "--dir", case.yard.sandbox, "exec", "--user", user, "--",
             case.yard.prefix / "bin/trainyard", "credential", "add", name, *options]
    subprocess.run([str(word) for word in words], input="\n".join(case.yard.s3.keys()) + "\n", text=True, check=True,
                   capture_output=True, env=environment, cwd=case.yard.root)


class ATrainingFromAnObjectStore(test_main_job.ATrainingOnTwoNodes):
    @classmethod
    def fill_buckets(cls, digits):
        add_credential(cls)
        for bucket in ("digits", "results"):
            cls.yard.s3.make_bucket(bucket)
        cls.yard.s3.put("digits/digits.csv.gz", digits)
        return "s3://"

    def stored_folder(self):
        """Downloads the results, as their user."""
        folder = self.folder / self.id()
        if not folder.exists():
            self.yard.trainyard("download", self.run_of_digits["id"], "--into", folder, user="yard_ada")
        return folder

    def test_has_its_results_in_the_store(self):
        listing = self.yard.s3.request("GET", "results", **{"list-type": "2"})
        self.assertIn(f"<Key>{self.run_of_digits['training_id']}/receipt.json</Key>", listing)


class MnistFromAnObjectStore(DaemonCase):
    """The files of jobspecs/mnist in a bucket, as jobspecs/mnist_s3.toml wants them."""

    def setUp(self):
        super().setUp()
        add_credential(self)
        self.yard.s3.make_bucket("mnist")
        self.yard.s3.make_bucket("results")
        for file in (yard.REPOSITORY / "jobspecs/mnist").glob("*.gz"):
            self.yard.s3.put(f"mnist/{file.name}", file)

    def test_trains_on_two_nodes_and_is_fetched_once(self):
        text = (yard.REPOSITORY / "jobspecs/mnist_s3.toml").read_text()
        (run,) = self.run_to_its_end(self.manifest(text))
        self.assert_completed(run)
        lines = self.yard.trainyard("metrics", "--json", run["id"], user="yard_ada").stdout.splitlines()
        accuracies = [line["test_accuracy"] for line in map(json.loads, lines) if "test_accuracy" in line]
        self.assertGreater(accuracies[-1], 0.95)
        self.assertEqual({gpus(row) for row in self.stage_jobs(run)}, {0})
        (row,) = self.jobs(run, "train")
        self.assertEqual((gpus(row), len(row["NodeList"].strip("n[]").replace("-", ",").split(","))), (2, 2), row)

        jobs = len(self.stage_jobs(run))
        (second,) = self.run_to_its_end(self.manifest(text))
        self.assert_completed(second)
        self.assertEqual(len(self.stage_jobs(second)), jobs)

    def test_is_mapped_by_the_data_set_for_pytorch(self):
        shutil.copytree(yard.REPOSITORY / "jobspecs/src", self.folder / "src")
        (self.folder / "src/show.py").write_text(textwrap.dedent("""\
            import os, pickle
            from staged_dataset import StagedDataset
            for part in ("train", "test"):
                images = pickle.loads(pickle.dumps(StagedDataset.in_folder(os.environ["DATA_DIR"], part)))
                image, label = images[0]
                (_, _), (second, _) = images.__getitems__([0, 1])
                print(len(images), image.shape, label, image.sum(), second.sum() == images[1][0].sum())
            """))
        manifest = self.manifest('name = "map"\n[data]\nsource = "s3://mnist/train-images-idx3-ubyte.gz"\nformat = "idx"\n'
                                 'test = "t10k-images-idx3-ubyte.gz"\n[results]\ntarget = "s3://results/"\n[command]\n'
                                 'code = "./src"\nrun = "/usr/bin/python3 show.py"\n')
        (run,) = self.run_to_its_end(manifest)
        self.assert_completed(run)
        told = self.yard.trainyard("logs", run["id"], user="yard_ada").stdout
        self.assertIn("60000 (1, 28, 28) 5 27525.0 True\n10000 (1, 28, 28) 7 18454.0 True\n", told)


class ADownload(DaemonCase):
    def test_fetches_what_matches_once_and_never_overwrites_silently(self):
        add_credential(self)
        self.yard.s3.make_bucket("download")
        manifest = self.manifest('name = "two"\n[results]\ntarget = "s3://download/"\n[command]\n'
                                 'run = "echo a > $RESULT_DIR/a.txt; echo b > $RESULT_DIR/b.bin"\n')
        (run,) = self.run_to_its_end(manifest)
        self.assert_completed(run)
        folder = self.folder / "downloaded"

        def download(*options, **how):
            return self.yard.trainyard("download", run["id"], "results/*", "--into", folder, *options, user="yard_ada", **how)
        self.assertIn("results/a.txt", download("--dry-run").stdout)
        self.assertFalse(folder.exists())
        download()
        self.assertEqual(sorted(path.name for path in folder.rglob("*") if path.is_file()), ["a.txt", "b.bin"])
        (folder / "results/a.txt").write_text("mine")
        self.assertIn("might have other contents", download(expect=2).stderr)
        self.assertEqual((folder / "results/a.txt").read_text(), "mine")
        download("--overwrite")
        self.assertEqual((folder / "results/a.txt").read_text(), "a\n")


class AnUpload(DaemonCase):
    def setUp(self):
        super().setUp()
        add_credential(self)
        self.bucket = f"upload-{self.id().rpartition('.')[2].replace('_', '-')[:40]}"
        self.yard.s3.make_bucket(self.bucket)
        self.source = self.folder / self.id()
        (self.source / "d").mkdir(parents=True)
        (self.source / "a.csv").write_text("1,2\n")
        (self.source / "d/b.csv").write_text("3,4\n")
        for path in (self.source, self.source / "d"):
            path.chmod(0o755)

    def upload(self, *options, to="set/", **how):
        return self.yard.trainyard("upload", self.source, f"s3://{self.bucket}/{to}", *options, user="yard_ada", **how)

    def stored(self, key):
        return self.yard.s3.request("GET", f"{self.bucket}/{key}")

    def keys(self):
        return sorted(re.findall("<Key>(.*?)</Key>", self.yard.s3.request("GET", self.bucket, **{"list-type": "2"})))

    def test_stores_a_folder_once_and_never_overwrites_silently(self):
        self.assertIn("d/b.csv", self.upload("--dry-run").stdout)
        self.assertEqual(self.keys(), [])
        self.upload()
        self.assertEqual((self.stored("set/a.csv"), self.stored("set/d/b.csv")), ("1,2\n", "3,4\n"))
        self.assertEqual(self.upload().stdout.count("there already"), 2)
        (self.source / "a.csv").write_text("5,6\n")
        (self.source / "c.csv").write_text("7,8\n")
        self.assertIn(f"s3://{self.bucket}/set/a.csv: is there already", self.upload(expect=2).stderr)
        self.assertEqual(self.keys(), ["set/a.csv", "set/d/b.csv"])
        self.upload("--overwrite")
        self.assertEqual((self.stored("set/a.csv"), self.stored("set/c.csv")), ("5,6\n", "7,8\n"))

    def test_stores_what_a_manifest_reads(self):
        self.upload()
        manifest = self.command("cat $DATA_DIR/a.csv $DATA_DIR/d/b.csv > $RESULT_DIR/both", data=f"s3://{self.bucket}/set/")
        (run,) = self.run_to_its_end(manifest)
        self.assert_completed(run)
        stored = pathlib.Path(test_main_job.local(run["results"])) / "results/both"
        self.assertEqual(stored.read_text(), "1,2\n3,4\n")

    def test_that_was_killed_goes_on_with_what_is_missing(self):
        large = self.source / "large"
        with large.open("wb") as file:
            file.truncate(300 << 20)
        for seconds in (0.1, 0.2, 0.4):
            self.yard.execute("timeout", "--signal=KILL", seconds, self.yard.prefix / "bin/trainyard", "upload", self.source,
                              f"s3://{self.bucket}/set/", user="yard_ada", expect=None,
                              env={**os.environ, "TRAINYARD_SOCKET": str(self.yard.socket)})
        self.upload()
        self.assertEqual(self.keys(), ["set/a.csv", "set/d/b.csv", "set/large"])
        self.assertNotIn("<Upload>", self.yard.s3.request("GET", self.bucket, uploads=""))
        self.assertEqual(self.upload().stdout.count("there already"), 3)


class Credentials(DaemonCase):
    def test_are_listed_without_secrets_and_removed(self):
        add_credential(self, name="mine")
        listed = self.yard.trainyard("credential", "list", "--json", user="yard_ada").stdout
        access, secret = self.yard.s3.keys()
        self.assertIn({"name": "mine", "access_key": access, "temporary": False}, map(json.loads, listed.splitlines()))
        self.assertNotIn(secret, listed)
        self.yard.trainyard("credential", "remove", "mine", user="yard_ada")
        self.assertNotIn("mine", self.yard.trainyard("credential", "list", user="yard_ada").stdout)

    def test_lie_in_a_file_that_only_their_user_can_read(self):
        add_credential(self, user="yard_ben")
        (path,) = self.yard.scratch_of("yard_ben").glob("*/credentials")
        self.assertEqual((path.stat().st_mode & 0o7777, path.owner()), (0o600, "yard_ben"))

    def test_that_are_missing_are_named_with_the_command_that_adds_them(self):
        self.yard.s3.make_bucket("private")
        manifest = self.manifest('name = "x"\n[data]\nsource = "s3://private/d/"\ncredentials = "nowhere"\n'
                                 f'format = "raw"\n[results]\ntarget = "{self.results}"\n[command]\nrun = "true"\n')
        told = self.yard.trainyard("submit", manifest, user="yard_ada", expect=None)
        self.assertNotEqual(told.code, 0)
        self.assertIn("trainyard credential add nowhere", told.stderr)

    def test_are_found_by_the_users_own_program_and_are_in_no_variable(self):
        add_credential(self)
        self.yard.s3.make_bucket("own")
        manifest = self.manifest('name = "own"\n[results]\ntarget = "s3://own/r/"\n[command]\n'
                                 'run = "env > $RESULT_DIR/env; sha256sum < $AWS_SHARED_CREDENTIALS_FILE > $RESULT_DIR/digest"\n')
        (run,) = self.run_to_its_end(manifest)
        self.assert_completed(run)
        folder = self.folder / "own"
        self.yard.trainyard("download", run["id"], "--into", folder, user="yard_ada")
        _, secret = self.yard.s3.keys()
        (file,) = self.yard.scratch_of("yard_ada").glob("*/credentials")
        self.assertIn(hashlib.sha256(file.read_bytes()).hexdigest(), (folder / "results/digest").read_text())
        variables = (folder / "results/env").read_text()
        self.assertNotIn(secret, variables)
        self.assertIn(f"AWS_ENDPOINT_URL={self.yard.s3.endpoint}\n", variables)


class AStoreWithLimits(DaemonCase):
    settings = {**daemon_case.SETTINGS, "stores.yard": {"stage_jobs": 1, "bandwidth": "1 MiB"}}
    object_bytes = 4 << 20

    def test_has_one_stage_job_at_a_time_that_is_no_faster_than_its_bandwidth(self):
        add_credential(self)
        self.yard.s3.make_bucket("limited")
        path = self.folder / "object"
        path.write_bytes(os.urandom(self.object_bytes))
        runs = []
        for name in ("a", "b"):
            self.yard.s3.put(f"limited/{name}/object", path)
            runs += self.submit(self.command("true", data=f"s3://limited/{name}/"))

        def one_waits():
            return any("waits for its turn" in (self.show(run)["waiting"] or "") for run in runs)
        self.yard.wait_until(one_waits, 30, "a run to wait for its turn")
        over = [self.wait_for(run, *OVER) for run in runs]
        self.assert_completed(*over)
        first, second = sorted(interval(row) for run in over for row in self.stage_jobs(run))
        self.assertLessEqual(first.end, second.start)
        for job in (first, second):
            # Slurm rounds both times to seconds.
            self.assertGreaterEqual(job.end - job.start, self.object_bytes / (1 << 20) - 1)


class ARunWhoseKeysAreRemoved(DaemonCase):
    """waits until its user adds them again. What it needs them for is begun after they were removed."""

    def wait_until_it_waits_for_keys(self, run, command, user="yard_ada"):
        def waits():
            shown = self.show(run, user)
            self.assertNotIn(shown["state"], OVER, shown)
            return command in (shown["waiting"] or "")
        # A job of a partition that was down can wait for slurmctld's next round through the queue, a minute later.
        self.yard.wait_until(waits, 180, f"run {run} to say that it waits for keys")
        self.assertIn(command, self.yard.trainyard("list", user=user).stdout)
        self.assertIn(command, self.yard.trainyard("show", run, user=user).stdout)

    def set_partition(self, state):
        self.yard.execute("scontrol", "update", "PartitionName=gpu", f"State={state}")

    def test_before_its_data_are_fetched_goes_on_when_they_are_there(self):
        add_credential(self, name="data")
        self.yard.s3.make_bucket("waiting")
        path = self.folder / "a.txt"
        path.write_text("a")
        self.yard.s3.put("waiting/d/a.txt", path)
        manifest = self.manifest('name = "wait"\n[data]\nsource = "s3://waiting/d/"\nformat = "raw"\ncredentials = "data"\n'
                                 f'[results]\ntarget = "{self.results}"\n[command]\nrun = "cat $DATA_DIR/a.txt"\n')
        self.set_partition("DOWN")
        self.addCleanup(self.set_partition, "UP")
        run = self.submit(manifest)[0]
        self.yard.wait_until(lambda: self.yard.execute("squeue", "--noheader", "--name", self.stage_job(run)).stdout.strip(),
                             30, "the stage job")
        remove_credential(self, "data")
        self.set_partition("UP")
        self.wait_until_it_waits_for_keys(run, "trainyard credential add data")

        add_credential(self, name="data")
        over = self.wait_for(run, *OVER)
        self.assert_completed(over)
        self.yard.wait_until(lambda: len(self.stage_jobs(over)) > 1, 30, "the second stage job in accounting")
        self.assertEqual(len(self.stage_jobs(over)), 2, "the daemon tried again without keys")

    def stage_job(self, run):
        """Returns the name of the first stage job of the run's data set."""
        digest = self.show(run)["data"]["digest"]
        (ledger,) = self.yard.scratch_of("yard_ada").glob("*/datasets")
        return f"ty-{ledger.parent.name}-{digest[:16]}.1-stage"

    def test_before_its_results_are_stored_goes_on_when_they_are_there(self):
        user = "yard_ben"
        add_credential(self, name="default", user=user)
        self.yard.s3.make_bucket("ours")
        free = self.folder / "free"
        manifest = self.manifest('name = "wait"\n[results]\ntarget = "s3://ours/"\n[command]\n'
                                 f'run = "until [ -e {free} ]; do sleep 0.1; done; echo a > $RESULT_DIR/a"\n')
        run = self.submit(manifest, user=user)[0]
        self.wait_for(run, "running", user=user)
        remove_credential(self, "default", user=user)
        free.touch()
        self.wait_until_it_waits_for_keys(run, "trainyard credential add yard", user=user)

        add_credential(self, name="default", user=user)
        over = self.wait_for(run, *OVER, user=user)
        self.assert_completed(over)
        self.assertIn("results/a", self.yard.s3.request("GET", f"ours/{over['training_id']}/receipt.json"))


class TheSecretKey(DaemonCase):
    """The keys of the yard's store are random, so the secret one is a canary: who has it was told it."""

    def test_is_nowhere_but_in_its_users_file(self):
        add_credential(self)
        for bucket in ("canary", "results"):
            self.yard.s3.make_bucket(bucket)
        self.yard.s3.put("canary/digits.csv.gz", test_main_job.DIGITS)
        secret = self.yard.s3.keys()[1].encode()
        text = (yard.REPOSITORY / "jobspecs/digits_s3.toml").read_text().replace("s3://digits/", "s3://canary/")
        seen, roles, is_over = set(), set(), threading.Event()

        def search_processes():
            while not is_over.is_set():
                for pid in filter(str.isdigit, os.listdir("/proc")):
                    for file in ("cmdline", "environ"):
                        contents = self.contents(f"/proc/{pid}/{file}")
                        roles.update(role for role in (b"stage", b"run", b"store") if b"trainyard-agent\0" + role in contents)
                        if secret in contents:
                            seen.add(f"{file} of {pid}")
        searching = threading.Thread(target=search_processes)
        searching.start()
        try:
            run = self.submit(self.manifest(text))[0]
            while self.show(run)["state"] not in OVER:
                for words in (("scontrol", "--details", "show", "job"), ("squeue", "--Format=all"), ("sacct", "--allusers", "--format=ALL")):
                    if secret in self.yard.execute(*words).stdout.encode():
                        seen.add(" ".join(words))
        finally:
            is_over.set()
            searching.join()
        self.assertLessEqual({b"stage", b"store"}, roles, "the search came too late")
        for words in (("show", run, "--json"), ("logs", run), ("credential", "list", "--json"), ("admin", "status")):
            if secret in self.yard.trainyard(*words, user="yard_ada", expect=None).stdout.encode():
                seen.add(" ".join(map(str, words)))
        for root in (self.yard.root, self.yard.sandbox):
            for path in root.rglob("*"):
                own = path.name == "credentials" or path.is_relative_to(self.yard.sandbox / "s3")
                if not own and path.is_file() and not path.is_symlink() and secret in self.contents(path):
                    seen.add(str(path))
        receipt = self.yard.s3.request("GET", f"results/training-{run}/receipt.json")
        self.assertIn('"objects"', receipt)
        if secret.decode() in receipt:
            seen.add("the receipt")
        self.assertEqual(seen, set())

    @staticmethod
    def contents(path):
        """Returns the bytes of a file; nothing if it is gone, and the beginning of a huge one, which other tests leave."""
        try:
            with open(path, "rb") as file:
                return file.read(64 << 20)
        except OSError:
            return b""


class ARun(DaemonCase):
    def test_gets_the_objects_of_a_folder_as_files(self):
        add_credential(self)
        self.yard.s3.make_bucket("files")
        for name in ("a.txt", "b.txt"):
            path = self.folder / name
            path.write_text(name)
            self.yard.s3.put(f"files/d/{name}", path)
        manifest = self.command("cat $DATA_DIR/a.txt $DATA_DIR/b.txt > $RESULT_DIR/both", data="s3://files/d/")
        (run,) = self.run_to_its_end(manifest)
        self.assert_completed(run)
        stored = pathlib.Path(test_main_job.local(run["results"])) / "results/both"
        self.assertEqual(stored.read_text(), "a.txtb.txt")
