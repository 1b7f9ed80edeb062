#!/usr/bin/env python3
"""Tests the trainyard program against a daemon with canned answers: requests, output and exit code."""

import fcntl
import json
import os
import pty
import signal
import socketserver
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler

trainyard = os.path.abspath(sys.argv.pop(1))

MANIFEST = """name = "digits"
[data]
source = "file:///srv/digits.csv"
label = 64
[results]
target = "file:///srv/results/"
[train]
device = "cpu"
layers = [{ dense = 10 }]
"""

SUBMITTED = {"runs": [1], "repeated": False, "count": 1, "jobs": 2, "gpus": 0,
             "plan": {"name": "free", "gpus": 1, "in_use": 0}, "data_sets": []}


def run_in_state(state, **more):
    return {"id": 1, "training_id": "training-1", "name": "digits", "user": "ada", "plan": "free", "state": state,
            "waiting": "", "reason": "", "gpus": 0, "accepted_at": 1795000000, "started_at": None, "ended_at": None,
            "gpu_seconds": 0, **more}


class Daemon(socketserver.ThreadingUnixStreamServer):
    """Answers each (method, path) with its next canned answer; the last one repeats. None: hangs up."""

    daemon_threads = True

    def __init__(self, path):
        self.answers, self.requests = {}, []
        super().__init__(path, Handler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def on(self, method, path, *answers):
        self.answers[method, path] = list(answers)

    def next_answer(self, method, path):
        answers = self.answers.get((method, path), [(404, {"kind": "not_found", "message": "no such path", "problems": []})])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def bodies(self, method, path):
        return [body for m, p, body in self.requests if (m, p) == (method, path)]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def respond(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.split("?")[0]
        self.server.requests.append((self.command, path, body))
        self.server.queries = getattr(self.server, "queries", []) + [self.path]
        answer = self.server.next_answer(self.command, path)
        if answer is None:
            self.close_connection = True
            return
        status, value = answer
        text = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_HEAD = respond

    def log_message(self, *_):
        pass


class CommandTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="trainyard-cli-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.socket = os.path.join(folder.name, "s")
        self.daemon = Daemon(self.socket)
        self.addCleanup(self.daemon.server_close)
        self.addCleanup(self.daemon.shutdown)
        self.manifest = self.write("digits.toml", MANIFEST)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def environment(self, **more):
        return {"PATH": os.environ["PATH"], "TRAINYARD_SOCKET": self.socket, "TZ": "UTC", "LC_ALL": "C",
                "TMPDIR": self.folder, **more}

    def trainyard(self, *words, environment=None, **more):
        return subprocess.run([trainyard, *words], env=self.environment(**(environment or {})), cwd=self.folder, text=True, timeout=30,
                              capture_output=True, check=False, **more)


class ErrorsTest(CommandTest):
    def test_every_kind_of_error_has_its_exit_code(self):
        for status, kind, code in ((400, "invalid", 2), (404, "not_found", 3), (403, "denied", 4), (503, "unavailable", 5),
                                   (500, "internal", 70)):
            self.daemon.on("GET", "/v1/runs/1", (status, {"kind": kind, "message": "so it is", "problems": []}))
            done = self.trainyard("show", "1")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (code, "", "error: so it is\n"), kind)

    def test_a_daemon_that_is_not_there_is_named_with_the_remedy(self):
        done = self.trainyard("list", "--socket", "/nowhere/s")
        self.assertEqual(done.returncode, 5)
        self.assertIn("no daemon answers on /nowhere/s: No such file or directory", done.stderr)
        self.assertIn("systemctl start trainyardd", done.stderr)

    def test_a_lost_connection_says_whether_to_repeat_the_command(self):
        self.daemon.on("GET", "/v1/runs/1", None)
        done = self.trainyard("show", "1")
        self.assertEqual((done.returncode, done.stderr.splitlines()[-1]), (5, "repeat the command"))
        self.daemon.on("POST", "/v1/runs/1/cancel", None)
        self.assertIn("look before you repeat the command", self.trainyard("cancel", "1").stderr)

    def test_an_answer_in_other_words_names_where_to_look(self):
        self.daemon.on("GET", "/v1/runs/1", (500, "what?"))
        done = self.trainyard("show", "1")
        self.assertEqual(done.returncode, 70)
        self.assertIn("GET /v1/runs/1: HTTP 500", done.stderr)
        self.assertIn("journalctl -u trainyardd", done.stderr)

    def test_an_answer_without_identity_is_a_denial(self):
        self.daemon.on("GET", "/v1/runs/1", (401, {"kind": "denied", "message": "no credential", "problems": []}))
        self.assertEqual(self.trainyard("show", "1").returncode, 4)

    def test_a_full_disk_does_not_look_like_success(self):
        self.daemon.on("GET", "/v1/runs", (200, {"runs": [], "next": None}))
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([trainyard, "list"], env=self.environment(), stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 5)


class HostTest(CommandTest):
    """Which daemon is asked. The munge credentials are tested with a munged, in tests/integration/munge."""

    NO_MUNGED = {"TRAINYARD_MUNGE_SOCKET": "/nowhere/munge", "TRAINYARD_DAEMON_USER": "root"}

    def setUp(self):
        super().setUp()
        self.daemon.on("GET", "/v1/runs", (200, {"runs": [], "next": None}))

    def test_a_request_to_another_host_is_signed_or_not_sent(self):
        done = self.trainyard("list", "--host", "127.0.0.1:1", environment=self.NO_MUNGED)
        self.assertEqual(done.returncode, 5)
        self.assertIn("munged does not answer on this host", done.stderr)
        self.assertIn("systemctl start munge", done.stderr)

    def test_the_command_line_comes_first_then_the_host_then_the_socket(self):
        host = {"TRAINYARD_HOST": "127.0.0.1:1", **self.NO_MUNGED}
        self.assertEqual(self.trainyard("list").returncode, 0)
        self.assertEqual(self.trainyard("list", environment=host).returncode, 5)
        self.assertEqual(self.trainyard("list", "--socket", self.socket, environment=host).returncode, 0)
        self.assertEqual(self.trainyard("list", environment={"TRAINYARD_HOST": ""}).returncode, 0)

    def test_a_socket_and_a_host_are_one_too_many(self):
        done = self.trainyard("list", "--socket", self.socket, "--host", "head")
        self.assertEqual(done.returncode, 2)
        self.assertIn("give one", done.stderr)

    def test_what_is_no_host_is_refused(self):
        for host in ("http://head", "head:port", "a b"):
            done = self.trainyard("list", "--host", host)
            self.assertEqual((done.returncode, "is not a host" in done.stderr), (2, True), done.stderr)

    def test_an_unknown_user_of_the_daemon_is_named(self):
        done = self.trainyard("list", "--host", "head", environment={"TRAINYARD_DAEMON_USER": "no-such-user"})
        self.assertEqual(done.returncode, 3)
        self.assertIn("TRAINYARD_DAEMON_USER", done.stderr)


class SubmitTest(CommandTest):
    def test_all_problems_of_all_files_are_shown_and_nothing_is_sent(self):
        wrong = self.write("wrong.toml", MANIFEST.replace("label", "lable"))
        wronger = self.write("wronger.toml", MANIFEST.replace("dense = 10", "dense = -1"))
        done = self.trainyard("submit", "wrong.toml", self.manifest, "wronger.toml")
        self.assertEqual(done.returncode, 2)
        self.assertIn('    4 | lable = 64\n      | ^~~~~\n', done.stderr)
        self.assertIn("wronger.toml:9:", done.stderr)
        self.assertTrue(done.stderr.endswith("nothing was submitted\n"), done.stderr)
        self.assertEqual(self.daemon.requests, [], (wrong, wronger))

    def test_the_problems_that_only_the_daemon_sees_are_shown_in_their_line_too(self):
        problem = {"file": self.manifest, "line": 6, "column": 10, "object": "\"file:///srv/results/\"",
                   "message": "not writable by ada", "hint": ""}
        self.daemon.on("POST", "/v1/runs", (400, {"kind": "invalid", "message": "m", "problems": [problem]}))
        done = self.trainyard("submit", self.manifest)
        self.assertEqual(done.returncode, 2)
        self.assertIn('    6 | target = "file:///srv/results/"\n', done.stderr)

    def test_a_lost_answer_is_asked_for_again_under_the_same_id(self):
        self.daemon.on("POST", "/v1/runs", None, None, (200, {**SUBMITTED, "repeated": True}))
        done = self.trainyard("submit", self.manifest)
        self.assertEqual(done.returncode, 0, done.stderr)
        ids = {json.loads(body)["client_id"] for body in self.daemon.bodies("POST", "/v1/runs")}
        self.assertEqual(len(ids), 1)
        self.assertIn("training-1", done.stdout)

    def test_two_files_are_two_submissions(self):
        self.daemon.on("POST", "/v1/runs", (201, SUBMITTED))
        self.trainyard("submit", self.manifest, self.manifest, "--client-id", "x")
        ids = [json.loads(body)["client_id"] for body in self.daemon.bodies("POST", "/v1/runs")]
        self.assertEqual(ids, ["x", "x-2"])

    def test_stdin_is_a_manifest_too(self):
        self.daemon.on("POST", "/v1/runs", (200, SUBMITTED))
        done = self.trainyard("submit", "-", "--dry-run", input=MANIFEST)
        self.assertEqual(done.returncode, 0, done.stderr)
        request = json.loads(self.daemon.bodies("POST", "/v1/runs")[0])
        self.assertEqual((request["file"], request["manifest"], request["dry_run"]), ("stdin", MANIFEST, True))
        self.assertIn("plan        free: 0 of 1 GPU in use, 1 free", done.stdout)

    def test_code_is_uploaded_once_by_its_digest(self):
        self.write("src/train.py", "print('hello')\n")
        command = self.write("mine.toml", 'name = "mine"\n[results]\ntarget = "file:///srv/results/"\n'
                             '[command]\nrun = "python3 train.py"\ncode = "./src"\n')
        self.daemon.on("POST", "/v1/runs", (201, SUBMITTED))
        first = self.trainyard("submit", command)
        self.assertEqual(first.returncode, 3, "a PUT that the daemon refuses ends the command")
        digest = next(path.rsplit("/", 1)[1] for method, path, _ in self.daemon.requests if method == "PUT")
        target = "/v1/code/" + digest
        self.daemon.on("PUT", target, (201, {"digest": digest, "size_bytes": 1}))
        self.assertEqual(self.trainyard("submit", command).returncode, 0)
        self.daemon.on("HEAD", target, (200, {}))
        self.assertEqual(self.trainyard("submit", command).returncode, 0)
        self.assertEqual(len(self.daemon.bodies("PUT", target)), 2)
        self.assertEqual({json.loads(body)["code"] for body in self.daemon.bodies("POST", "/v1/runs")}, {digest})
        self.assertEqual([name for name in os.listdir(self.folder) if name.endswith(".tar")], [])


class WaitTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.daemon.on("POST", "/v1/runs", (201, SUBMITTED))
        self.daemon.on("GET", "/v1/runs/1/metrics", (200, {
            "metrics": [{"event": "start", "epochs": 2}, {"event": "epoch", "epoch": 1, "test_loss": 0.5, "test_accuracy": 0.9}],
            "next": 100, "attempt": 1, "over": False}),
            (200, {"metrics": [], "next": 100, "attempt": 1, "over": False}))

    def wait_for(self, *states):
        self.daemon.on("GET", "/v1/runs/1", *[answer if answer is None or isinstance(answer, tuple) else (200, answer)
                                              for answer in states])
        return self.trainyard("submit", "--wait", self.manifest)

    def test_a_completed_run_is_success_and_every_change_a_line(self):
        done = self.wait_for(run_in_state("queued", waiting="plan free is full"), run_in_state("running"),
                             run_in_state("completed", started_at=1795000000, ended_at=1795000065, gpu_seconds=65,
                                          results="file:///srv/results/training-1/"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("training-1 queued: plan free is full\n", done.stdout)
        self.assertIn("training-1 epoch 1/2  loss 0.5000  accuracy 0.9000\n", done.stdout)
        self.assertIn("training-1 completed in 1 min 05 s, accuracy 0.9000, 65 GPU-seconds\n", done.stdout)
        self.assertIn("results: file:///srv/results/training-1/\n", done.stdout)

    def test_as_json_nothing_but_objects_is_printed(self):
        over = run_in_state("completed", ended_at=1795000065)
        self.daemon.on("GET", "/v1/runs/1", (200, run_in_state("queued")), (200, over))
        done = self.trainyard("submit", "--wait", "--json", self.manifest)
        self.assertEqual((done.returncode, [json.loads(line) for line in done.stdout.splitlines()]), (0, [SUBMITTED, over]))

    def test_metrics_in_several_answers_are_all_read(self):
        def page(epoch):
            return (200, {"metrics": [{"event": "epoch", "epoch": epoch, "test_accuracy": epoch / 10}], "next": epoch,
                          "attempt": 1, "over": True})
        self.daemon.on("GET", "/v1/runs/1/metrics", page(1), page(2), page(9),
                       (200, {"metrics": [], "next": 9, "attempt": 1, "over": True}))
        self.assertIn("completed, accuracy 0.9000", self.wait_for(run_in_state("completed")).stdout)

    def test_a_failed_run_is_failure_with_its_last_lines(self):
        done = self.wait_for(run_in_state("failed", reason="exited with code 3", last_lines=["ValueError"]))
        self.assertEqual(done.returncode, 1)
        self.assertIn("exited with code 3\n  | ValueError\n", done.stdout)

    def test_a_daemon_that_is_restarted_is_awaited(self):
        done = self.wait_for(run_in_state("queued"), None, None, run_in_state("completed"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("the daemon does not answer; still waiting", done.stdout)
        self.assertIn("the daemon is back", done.stdout)

    def test_an_interrupt_ends_the_waiting_and_not_the_run(self):
        self.daemon.on("GET", "/v1/runs/1", (200, run_in_state("queued")))
        with subprocess.Popen([trainyard, "submit", "--wait", self.manifest], env=self.environment(), text=True,
                              stdout=subprocess.PIPE) as process:
            self.assertIn("training-1", process.stdout.readline())
            self.assertEqual(process.stdout.readline(), "training-1 queued\n")
            process.send_signal(signal.SIGINT)
            self.assertIn("no longer waiting; training-1 goes on", process.stdout.read())
            self.assertEqual(process.wait(10), 130)
        self.assertEqual(self.daemon.bodies("POST", "/v1/runs/1/cancel"), [])


class ReadingTest(CommandTest):
    def test_json_is_the_daemons_own(self):
        self.daemon.on("GET", "/v1/runs", (200, {"runs": [run_in_state("queued"), run_in_state("failed")], "next": None}))
        done = self.trainyard("list", "--json", "--state", "queued,failed", "--limit", "5")
        self.assertEqual([json.loads(line)["state"] for line in done.stdout.splitlines()], ["queued", "failed"])
        self.assertIn("state=queued,failed", self.daemon.queries[0])
        self.assertIn("user=", self.daemon.queries[0])

    def test_a_list_is_read_page_by_page(self):
        self.daemon.on("GET", "/v1/runs", (200, {"runs": [run_in_state("queued")], "next": 7}),
                       (200, {"runs": [run_in_state("failed")], "next": None}))
        self.assertEqual(len(self.trainyard("list", "--json").stdout.splitlines()), 2)
        self.assertIn("before=7", self.daemon.queries[1])

    def test_a_log_is_followed_to_its_end_and_into_the_next_attempt(self):
        self.daemon.on("GET", "/v1/runs/1/logs",
                       (200, {"text": "one\n", "next": 4, "size": 4, "attempt": 1, "over": False}),
                       (200, {"text": "", "next": 4, "size": 4, "attempt": 2, "over": False}),
                       (200, {"text": "again\n", "next": 6, "size": 6, "attempt": 2, "over": False}),
                       (200, {"text": "", "next": 6, "size": 6, "attempt": 2, "over": True}))
        done = self.trainyard("logs", "-f", "1")
        self.assertEqual((done.returncode, done.stdout), (0, "one\nagain\n"))

    def on_a_terminal(self, *arguments):
        """Returns what the program writes to its terminal, without the \\r that the line discipline adds."""
        ours, its = pty.openpty()
        done = subprocess.run([trainyard, "--socket", self.socket, *arguments], stdin=subprocess.DEVNULL, stdout=its,
                              stderr=subprocess.PIPE, timeout=30, check=True)
        self.assertEqual(done.stderr, b"")
        os.close(its)
        shown = b""
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:  # Linux reports EIO when no process can write any more
            pass
        os.close(ours)
        return shown.decode().replace("\r\n", "\n")

    def test_a_log_does_not_steer_the_terminal_of_its_reader(self):
        text = "\033[31mred\033[0m\033[2J\033]0;title\a\x9b2J\tloss\n"
        self.daemon.on("GET", "/v1/runs/1/logs",
                       (200, {"text": text, "next": 9, "size": 9, "attempt": 1, "over": True}),
                       (200, {"text": "", "next": 9, "size": 9, "attempt": 1, "over": True}))
        self.assertEqual(self.on_a_terminal("logs", "1"), "red?[2J?]0;title??2J\tloss\n")

    def test_a_log_has_all_its_bytes_in_a_pipe_and_where_they_are_asked_for(self):
        text = "\033[31mred\033[0m\033[2J\x9b\n"
        answer = (200, {"text": text, "next": 9, "size": 9, "attempt": 1, "over": True})
        rest = (200, {"text": "", "next": 9, "size": 9, "attempt": 1, "over": True})
        self.daemon.on("GET", "/v1/runs/1/logs", answer, rest)
        self.assertEqual(self.trainyard("logs", "1").stdout, text)
        self.daemon.on("GET", "/v1/runs/1/logs", answer, rest)
        self.assertEqual(self.on_a_terminal("logs", "--raw", "1"), text)

    def test_json_on_a_terminal_is_ascii(self):
        self.daemon.on("GET", "/v1/runs", (200, {"runs": [run_in_state("failed", reason="\x9b2J\u202e")], "next": None}))
        shown = self.on_a_terminal("list", "--json")
        self.assertTrue(shown.isascii(), shown)
        self.assertEqual(json.loads(shown)["reason"], "\x9b2J\u202e")

    def test_a_report_is_of_a_period_in_the_daemons_zone(self):
        self.daemon.on("GET", "/v1/status", (200, {"time_zone": "Europe/Berlin"}))
        self.daemon.on("GET", "/v1/report/usage", (200, {"since": 1, "until": 2, "zone": "Europe/Berlin", "by": ["user"],
                                                         "rows": [], "total": {"runs": 0, "jobs": 0, "gpu_seconds": 0}}))
        done = self.trainyard("report", "usage", "--since", "2026-11", "--until", "2026-12", "--csv",
                              environment={"TZ": "Europe/Berlin"})
        self.assertEqual(done.stdout,
                         "user,runs,jobs,gpu_seconds,gpu_hours,suspended_gpu_seconds,late_gpu_seconds\n")
        self.assertIn("since=1793487600&until=1796079600&zone=Europe%2FBerlin", self.daemon.queries[1])

    def test_times_are_those_of_the_users_zone_whatever_is_asked(self):
        self.daemon.on("GET", "/v1/status", (200, {"time_zone": "Europe/Berlin"}))
        self.daemon.on("GET", "/v1/report/usage", (200, {"since": 1, "until": 2, "zone": "Europe/Berlin", "by": ["user"],
                                                         "rows": [], "total": {"runs": 0, "jobs": 0, "gpu_seconds": 0}}))
        self.daemon.on("GET", "/v1/runs", (200, {"runs": [], "next": None}))
        self.daemon.on("GET", "/v1/admin/reconcile", (200, {"rows": [], "segments": 0, "equal": 0, "explained": 0,
                                                            "unexplained": 0}))
        for words in (["list"], ["report", "usage"], ["admin", "reconcile"]):
            for since, seconds in (("2026-11-23T10:30", 1795397400), ("2026-11-23T10:30:00Z", 1795429800),
                                   ("@1795426200", 1795426200)):
                done = self.trainyard(*words, "--since", since, environment={"TZ": "Asia/Tokyo"})
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(f"since={seconds}", self.daemon.queries[-1])

    def test_a_report_is_printed_in_one_way(self):
        done = self.trainyard("report", "usage", "--json", "--csv")
        self.assertEqual((done.returncode, "give one" in done.stderr), (2, True), done.stderr)

    def test_a_list_that_is_not_whole_says_so(self):
        self.daemon.on("GET", "/v1/runs", (200, {"runs": [run_in_state("queued")], "next": 1}))
        self.assertIn("\nthe newest 1; --limit shows more\n", self.trainyard("list", "--limit", "1").stdout)
        self.daemon.on("GET", "/v1/runs", (200, {"runs": [], "next": None}))
        self.assertEqual(self.trainyard("list", "--name", "x").stdout, "no run matches\n")

    def test_a_log_as_json_is_what_the_daemon_says(self):
        piece = {"text": "one\n", "next": 4, "size": 4, "attempt": 1, "over": True}
        self.daemon.on("GET", "/v1/runs/1/logs", (200, piece), (200, {**piece, "text": ""}))
        self.assertEqual([json.loads(line) for line in self.trainyard("logs", "--json", "1").stdout.splitlines()], [piece])

    def test_results_are_fetched_by_the_agents_program(self):
        self.daemon.on("GET", "/v1/runs/1/results", (200, {"url": "file:///r/training-1/", "stored": True, "objects": 1,
                                                           "size_bytes": 1}))
        agent = self.write("libexec/trainyard-agent", "#!/bin/sh\necho agent \"$@\"\n")
        os.chmod(agent, 0o755)
        done = subprocess.run([trainyard, "download", "1"], capture_output=True, text=True, check=False, cwd=self.folder,
                              env={**self.environment(), "TRAINYARD_LIBEXECDIR": os.path.dirname(agent)})
        self.assertTrue(done.stdout.endswith("agent fetch file:///r/training-1/ training-1\n"), done.stdout + done.stderr)
        done = subprocess.run([trainyard, "download", "1", "--json"], capture_output=True, text=True, check=False, cwd=self.folder,
                              env={**self.environment(), "TRAINYARD_LIBEXECDIR": os.path.dirname(agent)})
        self.assertEqual(done.stdout, "agent fetch file:///r/training-1/ training-1 --json\n")


    def upload(self, *words):
        """Returns the words with which `trainyard upload` starts the agent, or its error."""
        agent = self.write("libexec/trainyard-agent", "#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
        os.chmod(agent, 0o755)
        done = self.trainyard("upload", *words, environment={"TRAINYARD_LIBEXECDIR": os.path.dirname(agent)})
        return done.stdout.splitlines() if done.returncode == 0 else done.stderr

    def test_files_are_stored_by_the_agents_program(self):
        self.assertEqual(self.upload("mnist", "file:///r/", "--dry-run"), ["send", "--dry-run", "--", "mnist", "file:///r/"])
        self.assertIn("only for s3:// URLs", self.upload("mnist", "file:///r/", "--store", "cellar"))

    def test_files_go_to_the_store_that_is_named_with_the_keys_that_are_named(self):
        stores = [{"name": name, "endpoint": f"http://{name}", "region": "r", "style": "path", "ca_file": "", "proxy": "",
                   "connections": 4, "default": name == "attic", "credentials_file": "/c", "credential": ""}
                  for name in ("cellar", "attic")]
        self.daemon.on("GET", "/v1/stores", (200, {"stores": stores, "credentials_file": "/c"}))

        def access(*options):
            verb, option, value, *_ = self.upload("mnist", "s3://b/d/", *options)
            self.assertEqual((verb, option), ("send", "--store"))
            return json.loads(value)
        self.assertEqual(access("--json")["endpoint"], "http://attic")
        named = access("--store", "cellar", "--credentials", "work")
        self.assertEqual((named["endpoint"], named["credential"], named["credentials_file"]), ("http://cellar", "work", "/c"))
        self.assertIn("no such store", self.upload("mnist", "s3://b/d/", "--store", "loft"))


class SecretTest(CommandTest):
    """`trainyard credential add` on a terminal."""

    def setUp(self):
        super().setUp()
        self.daemon.on("GET", "/v1/stores", (200, {"stores": [], "credentials_file": os.path.join(self.folder, "keys")}))
        self.controller, self.terminal = pty.openpty()

        def take_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        self.process = subprocess.Popen([trainyard, "credential", "add"], stdin=self.terminal, stdout=self.terminal,
                                        stderr=self.terminal, env=self.environment(), preexec_fn=take_terminal)
        self.addCleanup(self.end)

    def end(self):
        self.process.kill()
        self.process.wait()
        os.close(self.controller)
        os.close(self.terminal)

    def shows_what_is_typed(self):
        return bool(termios.tcgetattr(self.terminal)[3] & termios.ECHO)

    def type_access_key(self):
        os.write(self.controller, b"key\n")
        deadline = time.monotonic() + 20
        while self.shows_what_is_typed():
            self.assertLess(time.monotonic(), deadline)

    def test_the_secret_is_not_shown(self):
        self.type_access_key()
        os.write(self.controller, b"secret\n")
        self.assertEqual(self.read_until(b"session token"), False)
        os.write(self.controller, b"\n")
        self.assertEqual(self.process.wait(20), 0)
        self.assertTrue(self.shows_what_is_typed())

    def read_until(self, text):
        """Reads what the terminal shows until it has this text; returns whether the secret was shown before."""
        shown = b""
        while text not in shown:
            shown += os.read(self.controller, 1000)
        return b"secret\r" in shown

    def test_ctrl_c_at_the_secret_ends_the_command_and_brings_the_echo_back(self):
        self.type_access_key()
        os.write(self.controller, b"\x03")
        self.assertEqual(self.process.wait(20), -signal.SIGINT)
        self.assertTrue(self.shows_what_is_typed())

    def test_a_signal_at_the_secret_brings_the_echo_back(self):
        self.type_access_key()
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.process.wait(20), -signal.SIGTERM)
        self.assertTrue(self.shows_what_is_typed())


class FilesTest(CommandTest):
    def test_init_never_overwrites(self):
        self.assertEqual(self.trainyard("init", "new.toml").returncode, 0)
        self.assertEqual(self.trainyard("init", "new.toml", "--command").returncode, 2)

    def test_init_writes_what_can_be_submitted(self):
        self.daemon.on("POST", "/v1/runs", (201, SUBMITTED))
        for words in (["new.toml"], ["mine.toml", "--command"]):
            told = self.trainyard("init", *words)
            self.assertEqual(told.returncode, 0, told.stderr)
            self.assertEqual(self.trainyard("submit", words[0]).returncode, 0)

    def test_init_looks_for_data_and_puts_results_beside_the_manifest(self):
        os.mkdir(os.path.join(self.folder, "sub"))
        here = os.path.realpath(self.folder)
        for file, folder in (("new.toml", here), ("sub/new.toml", here + "/sub"), ("sub/../other.toml", here)):
            self.trainyard("init", file)
            with open(os.path.join(self.folder, file), encoding="utf-8") as written:
                text = written.read()
            self.assertIn(f'source = "file://{folder}/digits.csv"', text)
            self.assertIn(f'target = "file://{folder}/results/"', text)
        self.assertIn(f'target = "file://{here}/results/"', self.trainyard("init", "-").stdout)

    def completions(self, *words):
        script = self.trainyard("--completion", "bash").stdout
        self.write("completion", script)
        quoted = " ".join(f"'{word}'" for word in words)
        done = subprocess.run(["bash", "-c", f"source ./completion; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
                               "_trainyard; printf '%s\\n' \"${COMPREPLY[@]}\""],
                              cwd=self.folder, capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_bash_completes_commands_options_words_and_files(self):
        self.assertEqual(self.completions("trainyard", "sh"), ["show"])
        self.assertEqual(self.completions("trainyard", "report", ""), ["usage"])
        self.assertEqual(self.completions("trainyard", "cache", ""), ["drop", "list", "pin", "verify"])
        self.assertEqual(self.completions("trainyard", "submit", "--dr"), ["--dry-run"])
        self.assertEqual(self.completions("trainyard", "list", "--state", "ca"), ["cancelled"])
        self.assertEqual(self.completions("trainyard", "--socket", "/s", "report", "usage", "--by", "pl"), ["plan"])
        self.assertEqual(self.completions("trainyard", "admin", "plan", ""), ["apply", "diff"])
        self.assertEqual(self.completions("trainyard", "submit", "dig"), ["digits.toml"])


if __name__ == "__main__":
    unittest.main()
