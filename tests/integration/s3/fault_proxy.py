#!/usr/bin/env python3
"""A proxy before an object store that does to some requests what networks and stores do.

usage: fault_proxy.py UPSTREAM SEED SHARE [LOG]   UPSTREAM: host:port; SHARE: of the requests, 0 to 1, that have a fault

Listens on 127.0.0.1 and prints its port. Ends when its standard input ends. A line "halt N" there makes it stop after N
more bytes, in the middle of a request's body or of an answer, and print "halted"; "go on" ends that, and breaks off what was halted. An answer counts as a
byte more than it has, so the stop can be between a request and its answer. "lose TEXT" makes it pass on the next request
whose method, path and query contain TEXT, but not the answer; it answers further ones by itself: NoSuchUpload, as stores do
that have forgotten an upload that is complete. LOG gets a line for each GET and each PUT: method, path with
query, and range, "-" for none. A request that is broken off is not passed on.
"""
import http.client
import http.server
import random
import socket
import sys
import threading
import time

ERROR = ('<?xml version="1.0"?><Error><Code>{}</Code><Message>by the proxy</Message>'
         '<RequestId>proxy</RequestId></Error>')


class Halted(Exception):
    """What was halted is broken off when the proxy goes on."""


class Meter:
    """Counts the bytes of requests and answers, and halts all of them after a number of bytes."""

    def __init__(self):
        self.changed = threading.Condition()
        self.left = None  # bytes until the halt; None: no halt

    def pass_on(self, size):
        """Returns how many of the bytes may be sent now. Waits while all are halted, and raises Halted then."""
        with self.changed:
            if self.left is None:
                return size
            if self.left == 0:
                self.changed.wait_for(lambda: self.left != 0)
                raise Halted
            part = min(size, self.left)
            self.left -= part
            if self.left == 0:
                print("halted", flush=True)
            return part

    def set_left(self, size):
        with self.changed:
            self.left = size
            self.changed.notify_all()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    to_lose = None  # the text of a request whose answer will be lost
    lost = None  # the same, after it was lost

    def handle_request(self):
        try:
            self.pass_through()
        except Halted:
            self.reset()

    def pass_through(self):
        body = self.receive(int(self.headers.get("Content-Length") or 0))
        if body is None:
            return self.reset()
        with Handler.lock:
            if LOG and self.command in ("GET", "PUT"):
                print(self.command, self.path, self.headers.get("Range", "-"), file=LOG, flush=True)
            is_repeated = self.contains(Handler.lost)
            is_lost = self.contains(Handler.to_lose)
            if is_lost:
                Handler.lost, Handler.to_lose = Handler.to_lose, None
            fault = DICE.choice(FAULTS) if DICE.random() < SHARE else None
            share = DICE.random()
        if is_repeated:
            return self.answer(404, {}, ERROR.format("NoSuchUpload").encode())
        if fault in REFUSALS:
            status, code = REFUSALS[fault]
            headers = {"Location": "http://127.0.0.1:1/"} if status == 307 else {}
            return self.answer(status, headers, ERROR.format(code).encode())
        if fault == "reset":
            return self.reset()
        answer, content = self.forward(body)
        METER.pass_on(1)
        if is_lost:
            return self.reset()
        headers = {name: value for name, value in answer.getheaders()
                   if name.lower() not in ("content-length", "transfer-encoding", "connection")}
        self.spoil(fault, share, answer.status, headers, content)

    def contains(self, text):
        return text is not None and text in f"{self.command} {self.path}"

    def receive(self, size):
        """Returns the body of the request; None if the client breaks off."""
        body = bytearray()
        while len(body) < size:
            piece = self.rfile.read(METER.pass_on(min(size - len(body), 1 << 16)))
            if not piece:
                return None
            body += piece
        return bytes(body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_request

    def spoil(self, fault, share, status, headers, content):
        """Answers with what the store has said, but for the fault."""
        kept = content[:int(share * len(content))]
        if fault == "wrong etag" and "ETag" in headers:
            headers["ETag"] = '"0123456789abcdef"'
        if fault == "short" and status in (200, 206):  # a shorter body, which its length belongs to
            content = kept
        if fault in ("broken off", "stalled") and content:
            self.answer(status, headers, kept, length=len(content))
            if fault == "stalled":
                time.sleep(0.3)
            return self.reset()
        return self.answer(status, headers, content)

    def forward(self, body):
        upstream = http.client.HTTPConnection(UPSTREAM, timeout=60)
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() != "connection":
                upstream.putheader(name, value)
        upstream.endheaders(body)
        answer = upstream.getresponse()
        content = answer.read()
        self.head_length = answer.getheader("Content-Length")
        upstream.close()
        return answer, content

    def answer(self, status, headers, content, length=None):
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if self.command == "HEAD" and status == 200:
            length = self.head_length
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.send(content)

    def send(self, content):
        sent = 0
        while sent < len(content):
            part = METER.pass_on(min(len(content) - sent, 1 << 16))
            self.wfile.write(content[sent:sent + part])
            self.wfile.flush()
            sent += part

    def reset(self):
        """Ends the connection by a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.close_connection = True
        self.connection.close()

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """Ignores clients that went away."""


REFUSALS = {"500": (500, "InternalError"), "502": (502, ""), "503": (503, "SlowDown"), "403": (403, "AccessDenied"),
            "expired": (403, "ExpiredToken"), "redirect": (307, "TemporaryRedirect")}
FAULTS = [*REFUSALS, "500", "503", "reset", "broken off", "broken off", "stalled", "short", "short", "wrong etag"]
UPSTREAM, DICE, SHARE = sys.argv[1], random.Random(int(sys.argv[2])), float(sys.argv[3])
LOG = open(sys.argv[4], "a") if len(sys.argv) > 4 else None
METER = Meter()

server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
for line in sys.stdin:
    command, _, value = line.strip().partition(" ")
    if command == "lose":
        Handler.to_lose = value
    else:
        METER.set_left(int(value) if command == "halt" else None)
