"""Tests of requests from a login node: as on the head node, but over TCP; munge says which user asks."""
import json

from daemon_case import OVER, SETTINGS, DaemonCase

BEN = "yard_ben"
PORT = 6822

# A program that sends the request of its arguments `times` times, signed by munge unless `signed_target` is
# empty. It prints the status and the error's message of each answer.
ASK = """
import hashlib, http.client, json, subprocess, sys
host, munge, method, target, signed_target, times = sys.argv[1:7]
headers = {}
if signed_target:
    payload = "\\n".join(["trainyard request 1", method, signed_target, hashlib.sha256(b"").hexdigest()])
    made = subprocess.run(["munge", "--socket", munge, "--restrict-uid", "yard_daemon", "--string", payload], check=True,
                          capture_output=True, text=True)
    headers["Authorization"] = "MUNGE " + made.stdout.strip()
for _ in range(int(times)):
    connection = http.client.HTTPConnection(host, %d, timeout=10)
    connection.request(method, target, headers=headers)
    answer = connection.getresponse()
    print(answer.status, json.loads(answer.read()).get("message", ""))
""" % PORT


class FromALoginNode(DaemonCase):
    settings = {**SETTINGS, "network": {"listen": f"0.0.0.0:{PORT}"}, "daemon": {"operators": [f"@{BEN}"]}}

    def ask(self, method, target, *, signed=None, times=1, user="yard_ada"):
        """Runs ASK on the login node and returns a line per answer. The request is signed for the target
        `signed`, or not at all."""
        told = self.yard.execute("python3", "-c", ASK, self.yard.head_address, self.yard.sandbox / "munge/socket", method,
                                 target, signed or "", times, user=user, on="n1")
        return told.stdout.splitlines()

    def test_a_user_submits_with_code_watches_and_lists_as_on_the_head_node(self):
        source = self.folder / "src"
        source.mkdir()
        (source / "answer.py").write_text("import getpass; print('trained by', getpass.getuser())\n")
        manifest = self.command("python3 answer.py", name="from-afar", more='code = "./src"')
        answer = self.yard.from_login_node("submit", "--json", manifest)
        (number,) = json.loads(answer.stdout.splitlines()[0])["runs"]
        followed = self.yard.from_login_node("logs", "--follow", number).stdout
        self.assertIn("trained by yard_ada", followed)
        run = self.wait_for(number, *OVER)
        self.assert_completed(run)
        self.assertEqual(run["user"], "yard_ada")
        over_network = self.yard.from_login_node("show", "--json", number).stdout
        self.assertEqual(json.loads(over_network), self.show(number))
        self.assertIn("from-afar", self.yard.from_login_node("list").stdout)

    def test_a_user_who_operates_sees_and_cancels_the_runs_of_others_and_drains(self):
        (number,) = self.submit(self.command("sleep 600", name="adas", resources=""))
        self.yard.from_login_node("admin", "drain", expect=4)
        self.assertIn("adas", self.yard.from_login_node("list", "--user", "yard_ada", user=BEN).stdout)
        self.yard.from_login_node("admin", "drain", user=BEN)
        self.yard.from_login_node("admin", "resume", user=BEN)
        self.yard.from_login_node("cancel", number, user=BEN)
        self.wait_for(number, "cancelled")

    def test_a_request_without_a_credential_is_refused_with_the_remedy(self):
        (told,) = self.ask("GET", "/v1/status")
        self.assertRegex(told, "^401 no munge credential came with the request: .*on the head node$")

    def test_a_credential_is_good_once(self):
        first, second = self.ask("GET", "/v1/status", signed="/v1/status", times=2)
        self.assertEqual(first, "200 ")
        self.assertRegex(second, "^401 the munge credential does not count: it was used before")

    def test_a_credential_is_good_for_no_other_request(self):
        (told,) = self.ask("GET", "/v1/runs?user=yard_ben", signed="/v1/runs?user=yard_ada")
        self.assertRegex(told, "^401 the munge credential was made for another request")

    def test_a_login_node_without_munge_is_told_so(self):
        told = self.yard.from_login_node("list", environment={"TRAINYARD_MUNGE_SOCKET": "/nowhere"}, expect=5)
        self.assertIn("munged does not answer on this host", told.stderr)

    def test_a_credential_for_a_daemon_of_another_user_is_refused(self):
        told = self.yard.from_login_node("list", environment={"TRAINYARD_DAEMON_USER": BEN}, expect=4)
        self.assertIn("set TRAINYARD_DAEMON_USER", told.stderr)


class WithoutTheSetting(DaemonCase):
    def test_nothing_listens_on_the_network(self):
        listening = self.yard.execute("ss", "-Hltn").stdout
        self.assertNotIn(f":{PORT} ", listening)
        told = self.yard.from_login_node("list", expect=5)
        self.assertIn(f"no daemon answers on {self.yard.head_address}:{PORT}", told.stderr)
        self.assertIn("[network] listen", told.stderr)
