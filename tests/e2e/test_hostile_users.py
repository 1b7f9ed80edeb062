"""Tests in which a user (yard_ada) damages the files of her runs and floods the daemon's socket while another
user (yard_ben) goes on working.

yard_ben must notice nothing. The attacked runs must end with a reason, and be charged what Slurm has."""
import collections
import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import socket
import threading
import time
import unittest

import hostile
from daemon_case import OVER, name_in_sacct
from test_accounting import Books
from yard import gpus, interval

# All files that daemon, deputy or agent read (daemon/handover/layout.h), relative to the attempt's directory.
FILES_OF_AN_ATTEMPT = ("launch.json", "claim", "start.json", "heartbeat", "exit.json", "settled", "stored.json", "script",
                       "logs/training-log.txt", "metrics.jsonl", "../../code.tar")
FILES_OF_A_DATA_SET = ("stage.json", "staged.json", "train.h5")
DIRECTORIES = (".", "logs", "results", "checkpoint", "model", "..", "../..")
# Seconds that another user's small run may take during an attack. On a slow machine it may take three times
# as long as without an attack, if that is more.
PATIENCE = 5

Attack = collections.namedtuple("Attack", "path form")


def table(paths, forms):
    return [Attack(path, form) for form in forms for path in paths]


class Hostile(Books):
    def setUp(self):
        super().setUp()
        self.pid = self.yard.daemon.pid
        results = self.yard.buckets / "results" / self.id()  # both users write here
        results.mkdir()
        results.chmod(0o1777)
        self.small = self.command("true", name="ben", resources="gpus_per_node = 0")
        self.patience = max(PATIENCE, 3 * self.seconds_of_a_small_run()[0])

    # ---- the attacker

    @contextlib.contextmanager
    def attacker(self, attacks):
        """Runs hostile.py as yard_ada on the head node until the end of the `with` block."""
        place = self.folder / self._testMethodName
        place.mkdir()
        place.chmod(0o755)
        shutil.copy(hostile.__file__, place / "hostile.py")
        (place / "attacks").write_text(json.dumps(attacks))
        command = ["/usr/bin/python3", place / "hostile.py", place / "attacks", place / "stop"]
        attacking = threading.Thread(target=lambda: self.yard.execute(*command, user="yard_ada", timeout=600))
        attacking.start()
        try:
            yield
        finally:
            (place / "stop").touch()
            attacking.join()

    # ---- the others

    @contextlib.contextmanager
    def ben_goes_on_working(self):
        """Submits small runs of yard_ben's one after the other until the end of the `with` block.

        Fails unless each completes within `patience` seconds."""
        stop, slow = threading.Event(), []

        def work():
            while not stop.is_set():
                try:
                    seconds, run = self.seconds_of_a_small_run()
                    if run["state"] != "completed" or seconds > self.patience:
                        slow.append((round(seconds, 1), run["state"], run["reason"]))
                except AssertionError as e:
                    slow.append(str(e)[:2000])
        working = threading.Thread(target=work)
        working.start()
        try:
            yield
        finally:
            stop.set()
            working.join()
        self.assertEqual(slow, [], f"yard_ben's runs did not complete within {self.patience:.1f} s")

    def seconds_of_a_small_run(self):
        """Submits a small run of yard_ben's. Returns the seconds until its end, and the run."""
        begun = time.monotonic()
        (run,) = self.run_to_its_end(self.small, user="yard_ben", seconds=60)
        return time.monotonic() - begun, run

    # ---- what must hold after each attack

    def assert_nothing_came_of_it(self, names):
        """Asserts that the daemon still runs, and that the runs are over and charged, also after a restart.

        `names`: number of a run → what was done to it."""
        self.assertEqual((self.yard.daemon.pid, self.yard.daemon.poll()), (self.pid, None), "the daemon has ended")
        self.assert_over_and_charged(names)
        self.yard.stop_daemon()
        self.yard.start_daemon(self.settings)
        self.assert_over_and_charged(names)

    def assert_over_and_charged(self, names):
        runs = self.all_over(set(names), 120)
        charged_by_slurm = self.gpu_seconds_by_run(runs)
        for number, name in names.items():
            run = runs[number]
            with self.subTest(attack=name, run=number):
                if run["state"] == "failed":
                    self.assertNotEqual(run["reason"], "")
                self.assertNotIn("internal", run["reason"])
                self.assertEqual(run["gpu_seconds"], charged_by_slurm[number], f"{run['state']}: {run['reason']}")

    def all_over(self, numbers, seconds):
        def there():
            lines = self.yard.trainyard("list", "--json", "--limit", "10000", user="yard_ada").stdout.splitlines()
            runs = {run["id"]: run for run in map(json.loads, lines) if run["id"] in numbers}
            left[:] = [run for run in runs.values() if run["state"] not in OVER]
            return runs if not left else None
        left = []
        try:
            return self.yard.wait_until(there, seconds, "all attacked runs to be over")
        except AssertionError as e:
            raise AssertionError(f"{e}\n{json.dumps(left[:5], indent=1)}") from None

    def gpu_seconds_by_run(self, runs):
        """Returns run → GPU-seconds by `sacct -D` of the training jobs of all its attempts.

        slurmdbd hears of a job's end some seconds later. So this waits until sacct agrees with the ledger, at
        most half a minute."""
        owner = {job: number for number in runs for job in self.training_jobs(number)}
        spent = {}

        def agrees():
            spent.clear()
            spent.update(dict.fromkeys(runs, 0))
            for row in self.yard.sacct():
                if row["JobName"].endswith("-train") and row["JobID"] in owner and interval(row):
                    spent[owner[row["JobID"]]] += gpus(row) * (interval(row).end - interval(row).start)
            return all(run["gpu_seconds"] == spent[number] for number, run in runs.items())
        with contextlib.suppress(AssertionError):  # the caller compares, and names the runs that differ
            self.yard.wait_until(agrees, 30)
        return spent

    def training_jobs(self, number):
        """Returns the ids of a run's training jobs as sacct writes them: "77", or "77_2" in an array."""
        jobs = [attempt["train"] for attempt in self.show(number)["attempts"] if attempt["train"]]
        return [name_in_sacct(job) for job in jobs if job["job_id"]]

    # ---- runs to attack

    def submit_one_by_one(self, attacks, **more):
        """Submits a run for each attack, each with a job of its own. Returns run's number → attack."""
        manifest = self.command("sleep 2", name="attacked", resources='gpus_per_node = 1\nplan = "four"', **more)
        return {self.submit(manifest)[0]: attack for attack in attacks}

    def attempt_directory(self, number):
        return pathlib.Path(self.show(number)["directory"], "attempts", "1")

    def attack_runs(self, attacks):
        names = self.submit_one_by_one(attacks)
        plan = [{"path": os.path.normpath(self.attempt_directory(number) / attack.path), "form": attack.form}
                for number, attack in names.items()]
        with self.attacker(plan), self.ben_goes_on_working():
            self.all_over(set(names), 180)
        self.assert_nothing_came_of_it({number: f"{attack.path}: {attack.form}" for number, attack in names.items()})


class FilesOfARun(Hostile):
    """Attacks on each file of an attempt, in each form."""

    def test_that_are_of_another_kind(self):
        self.attack_runs(table(FILES_OF_AN_ATTEMPT, ("fifo", "directory", "dev-zero", "link-loop", "pty")))

    def test_that_cannot_be_read_or_mean_nothing(self):
        self.attack_runs(table(FILES_OF_AN_ATTEMPT, ("sparse", "unreadable", "empty", "brackets", "nuls")))

    def test_that_lie(self):
        self.attack_runs(table(FILES_OF_AN_ATTEMPT, ("1e999", "2100", "forged")))


class DirectoriesOfARun(Hostile):
    def test_that_are_taken_away(self):
        self.attack_runs(table(DIRECTORIES, hostile.DIRECTORY_FORMS))


class LinksOfAnArray(Hostile):
    """Attacks on the links by which the tasks of an array find their attempts: on the first task's link of a
    sweep of two, and on the array's directory."""

    def test_in_every_form(self):
        names, plan = {}, []
        attacks = table(("0",), hostile.FILE_FORMS) + table((".",), hostile.DIRECTORY_FORMS)
        for attack in attacks:
            manifest = self.command("sleep 1 # {n}", name="attacked", resources='gpus_per_node = 1\nplan = "four"',
                                    more="[sweep]\nn = [0, 1]")
            runs = self.submit(manifest)
            names |= dict.fromkeys(runs, f"{attack.path}: {attack.form}")
            scratch = pathlib.Path(self.show(runs[0])["directory"]).parents[1]
            plan.append({"path": os.path.normpath(scratch / "arrays" / f"{runs[0]}.1" / attack.path), "form": attack.form})
        with self.attacker(plan), self.ben_goes_on_working():
            self.all_over(set(names), 180)
        self.assert_nothing_came_of_it(names)
        self.assertTrue(any(self.show(run)["attempts"][0]["array"] for run in names), "no run was a task of an array")


class FilesOfADataSet(Hostile):
    def test_in_every_form(self):
        attacks = table(FILES_OF_A_DATA_SET, hostile.FILE_FORMS)
        names, plan = {}, []
        for index, attack in enumerate(attacks):
            source = self.yard.buckets / f"{self.id()}-{index}"  # each run has its own data set
            source.mkdir()
            (source / "object").write_text(str(index))
            manifest = self.command("sleep 1", name=f"data-{index}", data=f"file://{source}/",
                                    resources='gpus_per_node = 1\nplan = "four"')
            (number,) = self.submit(manifest)
            names[number] = f"{attack.path}: {attack.form}"
            digest = self.show(number)["data"]["digest"]
            run = pathlib.Path(self.show(number)["directory"])
            plan.append({"path": str(run.parents[1] / "datasets" / digest / attack.path), "form": attack.form})
        with self.attacker(plan), self.ben_goes_on_working():
            self.all_over(set(names), 180)
        self.assert_nothing_came_of_it(names)


class LastLines(Hostile):
    """Attacks by the last lines of a program. The recipes were found in reviews."""

    RECIPES = {
        "its directory closed": 'chmod 500 "$RESULT_DIR/.."',
        "its directory gone": 'rm -rf "$RESULT_DIR/../"*',
        "start.json a FIFO": 'cd "$RESULT_DIR/.."; rm start.json; mkfifo start.json',
        "start.json nested deeply": """cd "$RESULT_DIR/.."; printf '{"version":1,"claim":' >start.json; """
                                    "head -c 200000 /dev/zero | tr '\\0' '[' >>start.json",
        "a claim of the far future": """cd "$RESULT_DIR/.."; sed -i 's/"at": [0-9]*/"at": 9000000000000000000/' claim""",
        "a checkpoint of 100 GB of nothing": "truncate -s 100G $CHECKPOINT_DIR/sparse; mkfifo $CHECKPOINT_DIR/fifo; exit 75",
    }

    def test_harm_nobody_and_save_nothing(self):
        names = {}
        for what, recipe in self.RECIPES.items():
            more = '[retry]\nattempts = 2\n' if "exit 75" in recipe else ""
            manifest = self.command(f"sleep 1\n{recipe}", name="last-line", more=more)
            names[self.submit(manifest)[0]] = what
        with self.ben_goes_on_working():
            self.all_over(set(names), 120)
        self.assert_nothing_came_of_it(names)


class TheDoor(Hostile):
    def test_is_not_kept_by_a_thousand_idle_and_slow_connections_of_one_user(self):
        crowd = self.folder / "crowd.py"
        crowd.write_text(
            "import resource, socket, sys, time\n"
            "resource.setrlimit(resource.RLIMIT_NOFILE, (2048, 2048))\n"
            "lines = []\n"
            "for i in range(1000):\n"
            "    line = socket.socket(socket.AF_UNIX)\n"
            "    line.settimeout(1)\n"
            "    try:\n"
            "        line.connect(sys.argv[1])\n"
            "        if i % 2: line.send(b'GET /v1/st')\n"
            "    except OSError: pass\n"
            "    lines.append(line)\n"
            "print('here', flush=True)\n"
            "time.sleep(15)\n")
        crowding = threading.Thread(target=lambda: self.yard.execute(
            "/usr/bin/python3", crowd, self.yard.socket, user="yard_ada", expect=None))
        crowding.start()
        with self.ben_goes_on_working():
            crowding.join()
        self.yard.trainyard("admin", "status")

    def test_takes_no_nested_request(self):
        body = b'{"manifest":"","set":' + b"[" * 400_000 + b"]" * 400_000 + b"}"
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.yard.socket))
            line.sendall(b"POST /v1/runs HTTP/1.1\r\nHost: t\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            self.assertRegex(line.recv(100), rb"^HTTP/1.1 400 ")
        self.assertIsNone(self.yard.daemon.poll())

    def test_is_not_stalled_by_one_line_of_toml(self):
        manifest = self.manifest('name="x"\n[sweep]\nseed=[' + "1," * 100_000 + "1]\n", "one-line")
        with self.ben_goes_on_working():
            self.yard.trainyard("submit", manifest, user="yard_ada", expect=None)


class BucketsOfOthers(Hostile):
    def test_keep_nobodys_results_from_him_unnoticed(self):
        """yard_ben creates the folders for the results of yard_ada's next runs before her runs do."""
        (first,) = self.submit(self.command("true", name="which"))
        self.wait_for(first, *OVER)
        results = self.yard.buckets / "results" / self.id()
        for number in range(first + 1, first + 20):
            self.yard.execute("mkdir", "-m", "777", results / f"training-{number}", user="yard_ben", expect=None)
        (captured,) = self.submit(self.command("echo mine >$RESULT_DIR/r", name="captured"))
        run = self.wait_for(captured, *OVER)
        self.assertEqual(list((results / f"training-{captured}").rglob("*")), [])
        self.assertIn("belongs to uid", run["reason"])


class Hangs:
    """A FUSE file system that never answers, made without libfuse. Accessing a file in it hangs."""

    MNT_DETACH = 2

    def __init__(self, place, uid):
        self.place, self.libc = str(place).encode(), ctypes.CDLL(None, use_errno=True)
        self.fd = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        options = f"fd={self.fd},rootmode=40000,user_id={uid},group_id={uid},allow_other"
        if self.libc.mount(b"hangs", self.place, b"fuse", 6, options.encode()) != 0:
            raise OSError(ctypes.get_errno(), "mount a FUSE file system")
        self.reader = None

    def read_and_never_answer(self):
        """Behaves as a FUSE server that hangs: reads requests and never answers them. Without this call,
        requests are not even read, as if the server were stopped."""
        def read():
            with contextlib.suppress(OSError):
                while os.read(self.fd, 1 << 20):
                    pass
        self.reader = threading.Thread(target=read, daemon=True)
        self.reader.start()

    def end(self):
        """Unmounts the file system. Processes that wait in it get an error."""
        self.libc.umount2(self.place, self.MNT_DETACH)
        os.close(self.fd)


@unittest.skipUnless(os.path.exists("/dev/fuse"), "there is no /dev/fuse here")
class AScratchThatHangs(Hostile):
    """The scratch of yard_ada hangs. Each user has a scratch of his own here, so that of yard_ben works."""

    @classmethod
    def setUpClass(cls):
        import yard
        shared = yard.shared()
        cls.scratches = shared.root / "scratches"
        for user in shared.users:
            place = cls.scratches / user
            place.mkdir(parents=True, exist_ok=True)
            shutil.chown(place, user, user)
        cls.settings = {**Hostile.settings, "scratch": {"path": f"{cls.scratches}/{{user}}/trainyard"}}
        super().setUpClass()

    def hang_while_ben_works(self, make_worse):
        (running,) = self.submit(self.command("sleep 600", name="running"))
        self.wait_for(running, "running")
        uid = os.stat(self.scratches / "yard_ada").st_uid
        # Mounted below yard_ada's part of scratch: a file system mounted on that part itself would be noticed
        # without an access to it.
        (part,) = (self.scratches / "yard_ada" / "trainyard").iterdir()
        hanging = Hangs(part / "runs", uid)
        try:
            make_worse(hanging)
            (caught,) = self.submit(self.command("true", name="caught"))
            with self.ben_goes_on_working():
                told = self.yard.wait_until(lambda: "does not answer" in self.show(caught)["waiting"], 60,
                                            "the reason to be shown")
                self.assertTrue(told)
                # yard_ada's jobs can still be cancelled, because that needs none of her files.
                self.yard.trainyard("cancel", running, user="yard_ada")
                self.yard.wait_until(lambda: not self.queued_of(running), 30, "the job to be cancelled in Slurm")
        finally:
            hanging.end()
        self.wait_for(caught, *OVER, seconds=120)
        self.assert_nothing_came_of_it({running: "running", caught: "caught"})

    def queued_of(self, number):
        names = self.yard.execute("squeue", "--noheader", "--format=%j").stdout.split()
        return [name for name in names if name.endswith(f"-{number}.1-train")]

    def test_because_its_server_was_stopped_harms_no_other(self):
        self.hang_while_ben_works(lambda hanging: None)

    def test_because_its_server_reads_and_never_answers_harms_no_other(self):
        self.hang_while_ben_works(Hangs.read_and_never_answer)
