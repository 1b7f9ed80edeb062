"""Requests by which one user can keep the daemon's loop busy. Run as that user, on the head node:

    attacks.py SOCKET RESULTS ATTACK

ATTACK is a name in ATTACKS. An attack ends when the daemon has answered. It fails unless the answer has the
expected status, because an attack that is refused too early measures nothing.
"""
import concurrent.futures
import contextlib
import hashlib
import http.client
import json
import os
import resource
import socket
import sys
import time

MIB = 1 << 20
TIMES = 3
MOST_LARGEST = 2  # submissions of 10 000 runs: a user may have 20 000 runs
IDLE_SECONDS = 5


class Door:
    """Sends requests to the daemon's socket `path`. `results`: URL for the results of accepted runs."""

    def __init__(self, path, results):
        self.path, self.results = path, results

    def connect(self):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(120)
        try:
            line.connect(self.path)
        except OSError:
            line.close()
            raise
        return line

    def ask(self, method, target, body=b""):
        """Sends a request. Returns the answer's status and text; (0, "") if the daemon does not answer."""
        asked = http.client.HTTPConnection("localhost")
        with contextlib.closing(asked), contextlib.suppress(OSError, http.client.HTTPException):
            asked.sock = self.connect()
            asked.request(method, target, body)
            answer = asked.getresponse()
            return answer.status, answer.read().decode()
        return 0, ""

    def submit(self, manifest, file="worst.toml", **more):
        body = {"client_id": os.urandom(8).hex(), "file": file, "manifest": manifest, **more}
        return self.ask("POST", "/v1/runs", json.dumps(body))

    def command(self, run, *, head="", tail=""):
        return (f"{head}name = \"worst\"\n[results]\ntarget = \"{self.results}\"\n[resources]\ngpus_per_node = 1\n"
                f"[command]\nrun = '''\n{run}\n'''\n{tail}")

    def script(self, array, bytes_of_script):
        text = f"#!/bin/sh\n#SBATCH --gres=gpu:1 --time=10 --array={array}\n"
        text += "# nothing\n" * ((bytes_of_script - len(text)) // 10)
        origin = {"path": "/tmp/worst.sh", "directory": "/tmp", "host": "head", "umask": 18, "variables": {}}
        return self.submit(text, "worst.sh", **{"from": origin})


def expect(statuses, answer):
    if answer[0] not in statuses:
        sys.exit(f"HTTP {answer[0]}, not {statuses}: {answer[1][:500]}")


def several(status, act, times=TIMES):
    for _ in range(times):
        expect({status}, act())


def deeply_nested(door):
    deep = b"[" * (MIB // 2 - 50) + b"]" * (MIB // 2 - 50)
    several(400, lambda: door.ask("POST", "/v1/runs", b'{"manifest":"","set":' + deep + b"}"))


def one_line_of_numbers(door):
    seeds = "1," * 100_000
    several(400, lambda: door.submit(door.command("true", tail=f"[sweep]\nseed = [{seeds}1]\n")))


def array_of_a_million(door):
    several(400, lambda: door.script("0-999999", 1000))


def array_of_long_scripts(door):
    several(400, lambda: door.script("0-9999", 250_000))


def largest_array(door):
    """Submits an array with the most tasks and the longest script that the daemon accepts together."""
    several(201, lambda: door.script("0-9999", 4900), MOST_LARGEST)


def largest_sweep(door):
    """Submits a sweep with the most runs, and nearly the most text, that the daemon accepts."""
    seeds = ",".join(str(n) for n in range(10_000))
    manifest = door.command("exit {seed} #" + 2000 * "x", tail=f"[sweep]\nseed = [{seeds}]\n")
    several(201, lambda: door.submit(manifest), MOST_LARGEST)


def placeholders(door):
    long = "b" * 120_000
    several(400, lambda: door.submit(door.command("{a}" * 40_000, tail=f'[sweep]\na = ["{long}"]\n')))


def braces(door):
    seeds = ",".join(str(n) for n in range(100))
    several(400, lambda: door.submit(door.command("{" * 200_000, tail=f"[sweep]\nseed = [{seeds}]\n")))


def a_thousand_connections(door):
    """Opens connections. Half of them send nothing, the others one byte at a time."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (2048, 2048))
    lines = []
    for _ in range(1000):
        with contextlib.suppress(OSError):
            line = door.connect()
            line.settimeout(1)
            lines.append(line)
    head = b"GET /v1/status HTTP/1.1\r\nX: " + b"x" * 10_000
    deadline = time.monotonic() + IDLE_SECONDS
    for n in range(len(head)):
        for line in lines[::2]:
            with contextlib.suppress(OSError):
                line.send(head[n:n + 1])
        if time.monotonic() > deadline:
            return


def large_uploads(door):
    def upload():
        code = os.urandom(64 * MIB)
        return door.ask("PUT", f"/v1/code/{hashlib.sha256(code).hexdigest()}", code)
    several(201, upload)


def invented_names(door):
    def submit(n):
        manifest = door.command("true").replace("[resources]\n", f'[resources]\npartition = "p{n}"\n')
        return door.submit(manifest, dry_run=True)
    with concurrent.futures.ThreadPoolExecutor(32) as crowd:
        for answer in crowd.map(submit, range(300)):
            expect({200, 400}, answer)  # 200 if Slurm did not say in time whether the partition exists


def long_lists(door):
    """Asks for all runs of the user, list by list, and for his whole account."""
    for query in ("limit=1000", "state=cancelled&limit=1000", "name=nobody", "state=completed&limit=1000"):
        expect({200}, door.ask("GET", f"/v1/runs?{query}"))
    for by in ("user", "gpu", "month,plan"):
        expect({200}, door.ask("GET", f"/v1/report/usage?since=1970-01-01&by={by}"))


ATTACKS = {
    "nested": ("1 MiB of nested JSON", deeply_nested),
    "numbers": ("a line of 100 000 numbers in a sweep", one_line_of_numbers),
    "million": ("an array of 1 000 000", array_of_a_million),
    "scripts": ("an array of 10 000 scripts of 250 KB", array_of_long_scripts),
    "largest-array": ("two arrays of 10 000 scripts, which are taken", largest_array),
    "largest-sweep": ("two sweeps of 10 000 runs, which are taken", largest_sweep),
    "placeholders": ("40 000 placeholders for 120 KB each", placeholders),
    "braces": ("200 000 braces in 100 runs", braces),
    "connections": ("1 000 idle and slow connections", a_thousand_connections),
    "uploads": ("code of 64 MiB, three times", large_uploads),
    "names": ("300 dry runs on partitions that are not there", invented_names),
    "lists": ("all of his runs and his account since 1970", long_lists),
}

if __name__ == "__main__":
    _, path, results, attack = sys.argv
    ATTACKS[attack][1](Door(path, results))
