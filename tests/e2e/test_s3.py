"""Tests of data and results in an object store: those of the main purpose once more, and the users' keys."""
import json
import os
import pathlib
import re
import subprocess

import test_main_job
import yard
from daemon_case import DaemonCase


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
                                 'run = "env > $RESULT_DIR/env; cat $AWS_SHARED_CREDENTIALS_FILE > $RESULT_DIR/keys"\n')
        (run,) = self.run_to_its_end(manifest)
        self.assert_completed(run)
        folder = self.folder / "own"
        self.yard.trainyard("download", run["id"], "--into", folder, user="yard_ada")
        _, secret = self.yard.s3.keys()
        self.assertIn(secret, (folder / "results/keys").read_text())
        variables = (folder / "results/env").read_text()
        self.assertNotIn(secret, variables)
        self.assertIn(f"AWS_ENDPOINT_URL={self.yard.s3.endpoint}\n", variables)


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
