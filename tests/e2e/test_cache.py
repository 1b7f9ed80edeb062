"""Tests of the cache of data sets: listed, shared, pinned, dropped, verified, and evicted where space is short."""
import json
import pathlib
import shutil
import signal

import yard
from daemon_case import DaemonCase

MEBIBYTE = 1 << 20


class CacheCase(DaemonCase):
    def cache(self, *words, user="yard_ada", **how):
        return self.yard.trainyard("cache", *words, user=user, **how)

    def data_set(self, digest, user="yard_ada"):
        """Returns the row of a data set on scratch; None if it is not there."""
        rows = map(json.loads, self.cache("list", "--json", user=user).stdout.splitlines())
        return next((row for row in rows if row["digest"] == digest), None)

    def wait_until_gone(self, digest):
        self.yard.wait_until(lambda: self.data_set(digest) is None, 60, f"data set {digest} to be gone")

    def large_bucket(self, name, size_bytes):
        folder = self.yard.buckets / self.id() / name
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / "zeros", "wb") as file:
            file.truncate(size_bytes)
        return f"file://{folder}/"

    def completed_run(self, *names, user="yard_ada"):
        """Returns a completed run with data of its own, and the data set's digest."""
        manifest = self.command("cat $DATA_DIR/* > $RESULT_DIR/all", data=self.bucket(*(names or ("a", "b"))))
        (run,) = self.run_to_its_end(manifest, user=user)
        self.assert_completed(run)
        return run, run["data"]["digest"]


class ACache(CacheCase):
    def test_lists_what_is_on_scratch_and_reports_hits_and_misses(self):
        before = self.uses()
        run, digest = self.completed_run("first", "second")
        data_set = self.data_set(digest)
        self.assertEqual((data_set["state"], data_set["format"], data_set["size_bytes"], data_set["runs"]),
                         ("ready", "raw", 11, []))
        self.assertGreaterEqual(data_set["last_used_at"], run["ended_at"])
        table = self.cache("list").stdout
        self.assertIn(digest[:12], table)
        self.assertNotIn(digest[:13], table)
        (again,) = self.run_to_its_end(self.folder / "mine.toml")
        self.assert_completed(again)
        self.assertEqual(len(self.stage_jobs(run)), 1)
        after = self.uses()
        self.assertEqual({key: after[key] - before[key] for key in after},
                         {"hits": 1, "misses": 1, "fetched_bytes": 11, "saved_bytes": 11})
        self.assertIn("MISSES", self.yard.trainyard("report", "usage", user="yard_ada").stdout)

    def uses(self):
        report = json.loads(self.yard.trainyard("report", "usage", "--json", user="yard_ada").stdout)
        return report["data"]["total"]

    def test_names_the_runs_that_need_a_data_set_and_keeps_it_for_them(self):
        gate = self.folder / "gate"
        manifest = self.command(f"until [ -e {gate} ]; do sleep 0.2; done", data=self.bucket("x"))
        (run,) = self.submit(manifest)
        digest = self.wait_for(run, "running")["data"]["digest"]
        self.assertEqual(self.data_set(digest)["runs"], [run])
        self.assertIn(f"run {run} needs it", self.cache("drop", digest[:12], expect=2).stderr)
        gate.touch()
        self.assert_completed(self.wait_for(run, "completed", "failed"))
        self.cache("drop", digest[:12])
        self.wait_until_gone(digest)

    def test_finds_damage_and_stages_a_dropped_data_set_again(self):
        run, digest = self.completed_run("whole")
        self.assertIn("SHA-256 of 1 file", self.cache("verify", digest).stdout)
        folder = pathlib.Path(self.data_set(digest)["directory"])
        (folder / "files/whole").write_text("WHOLE")
        told = self.cache("verify", digest, expect=1).stdout
        self.assertIn("damaged", told)
        self.assertIn(f"trainyard cache drop {digest[:12]}", told)
        self.cache("drop", digest)
        self.wait_until_gone(digest)
        self.assertFalse(folder.exists())
        (again,) = self.run_to_its_end(self.folder / "mine.toml")
        self.assert_completed(again)
        self.assertEqual(json.loads(self.cache("verify", "--json", digest).stdout)["damaged"], False)

    def test_verifies_samples_in_hdf5_and_says_what_it_did_not_compare(self):
        bucket = self.yard.buckets / self.id()
        bucket.mkdir(exist_ok=True)
        shutil.copy(yard.REPOSITORY / "jobspecs/digits/digits.csv.gz", bucket)
        manifest = self.manifest(
            f'name = "h"\n[data]\nsource = "file://{bucket}/digits.csv.gz"\nformat = "csv"\n'
            f'label = 64\n[results]\ntarget = "{self.results}"\n[command]\nrun = "true"\n')
        (run,) = self.run_to_its_end(manifest)
        self.assert_completed(run)
        told = self.cache("verify", run["data"]["digest"]).stdout
        self.assertIn("as it was staged", told)
        self.assertIn("Not compared: the samples themselves", told)

    def test_belongs_to_its_user(self):
        _, digest = self.completed_run("own")
        self.assertIsNone(self.data_set(digest, user="yard_ben"))
        for words in (("drop", digest), ("pin", digest), ("verify", digest)):
            self.assertIn("no data set", self.cache(*words, user="yard_ben", expect=3).stderr)
        self.assertIn("yard_ada", self.cache("list", "--all", user="root").stdout)
        self.cache("drop", digest, user="root")
        self.wait_until_gone(digest)

    def test_keeps_a_pinned_data_set_unless_it_is_forced(self):
        _, digest = self.completed_run("pinned")
        self.cache("pin", digest[:12])
        self.assertTrue(self.data_set(digest)["pinned"])
        self.assertIn("is pinned", self.cache("drop", digest, expect=2).stderr)
        self.cache("pin", "--off", digest)
        self.cache("pin", digest)
        self.cache("drop", "--force", digest)
        self.wait_until_gone(digest)

    def test_keeps_pins_and_finishes_a_removal_over_a_kill_of_the_daemon(self):
        _, digest = self.completed_run("kept")
        self.cache("pin", digest)
        self.yard.kill_daemon()
        self.yard.start_daemon(self.settings, environment={"TRAINYARD_DIE_AFTER_EVENTS": "1"})
        self.assertTrue(self.data_set(digest)["pinned"])
        self.cache("drop", "--force", digest, expect=None)  # the daemon dies when it has recorded the eviction
        self.assertTrue(self.yard.daemon_ends_within(30))
        self.yard.start_daemon(self.settings)
        self.wait_until_gone(digest)


class ASmallCache(CacheCase):
    settings = {**DaemonCase.settings, "scratch": {"cache_size": "3 MiB"}}

    def test_loses_the_least_recently_used_when_another_arrives(self):
        digests = []
        for name in ("one", "two", "three"):
            manifest = self.command("true", name=name, data=self.large_bucket(name, MEBIBYTE))
            (run,) = self.run_to_its_end(manifest)
            self.assert_completed(run)
            digests.append(run["data"]["digest"])
            if name == "one":
                self.cache("pin", digests[0])
        self.run_to_its_end(self.command("true", name="four", data=self.large_bucket("four", MEBIBYTE)))
        self.wait_until_gone(digests[1])
        self.assertEqual([self.data_set(digest)["state"] for digest in (digests[0], digests[2])], ["ready", "ready"])


class AFullScratch(CacheCase):
    settings = {**DaemonCase.settings, "scratch": {"free_space": "1000 TiB"}}

    def test_lets_a_run_wait_and_say_how_much_is_missing(self):
        (run,) = self.submit(self.command("true", data=self.bucket("x")))

        def waits():
            shown = self.show(run)
            return shown if "are missing on" in (shown["waiting"] or "") else None
        shown = self.yard.wait_until(waits, 60, "the run to wait for space")
        self.assertIn("its data set cannot be staged yet", shown["waiting"])
        self.assertIn("free_space", self.cache("list").stdout)
        self.yard.config_file.write_text(yard.to_toml(self.yard.config(DaemonCase.settings)))
        self.yard.daemon.send_signal(signal.SIGHUP)
        self.assert_completed(self.wait_for(run, "completed", "failed", seconds=90))
