# SPDX-License-Identifier: Apache-2.0
"""A server to ask, on 127.0.0.1 and free ports, and the ways to ask it, politely and otherwise."""

import http.client
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import review  # noqa: E402  pylint: disable=wrong-import-position

PROGRAM = os.environ.get("RAYSERVICE_WEBHOOK_BINARY")
if not PROGRAM:
    raise SystemExit("set RAYSERVICE_WEBHOOK_BINARY to the program to test")
UNDER = os.environ.get("RAYSERVICE_WEBHOOK_UNDER", "").split()  # what runs the server: valgrind
PATIENCE = 30  # seconds until a test gives up: no figure of the product
HOST = "127.0.0.1"
JSON = {"Content-Type": "application/json"}
SAMPLE = next((pathlib.Path(__file__).resolve().parent.parent / "reviews").glob("002-*.json")).read_bytes()
SAMPLE_UID = json.loads(SAMPLE)["request"]["uid"]


def certs(folder, *flags):
    subprocess.run([PROGRAM, "certs", "init", "--dir", folder, "--name", HOST, "--name", "localhost", *flags],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE)


class Log:
    """The server's stderr: parsed as it comes, so that the pipe never fills."""

    def __init__(self, stream):
        self.lines, self.raw, self.changed = [], [], threading.Condition()
        self.thread = threading.Thread(target=self.read, args=(stream,), daemon=True)
        self.thread.start()

    def read(self, stream):
        for line in stream:
            with self.changed:
                self.raw.append(line)
                try:
                    self.lines.append(review.loads(line))
                except ValueError:
                    pass
                self.changed.notify_all()
        stream.close()

    def wait(self, event, count=1, **fields):
        """The first `count` lines of that event with those fields; fails the test without them."""
        def found():
            return [line for line in list(self.lines) if line.get("event") == event
                    and all(line.get(key) == value for key, value in fields.items())]
        with self.changed:
            if not self.changed.wait_for(lambda: len(found()) >= count, PATIENCE):
                raise AssertionError(f"no {event} {fields} in the log: {self.raw}")
        return found()

    def first(self, event, **fields):
        return self.wait(event, **fields)[0]


class Server:
    def __init__(self, folder, *flags, listen=f"{HOST}:0"):
        self.folder = pathlib.Path(folder)
        self.process = subprocess.Popen(
            [*UNDER, PROGRAM, "serve", "--tls-cert", self.folder / "tls.crt", "--tls-key", self.folder / "tls.key",
             "--listen", listen, "--metrics-listen", f"{HOST}:0", "--drain-delay", "0s", *flags],
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.log = Log(self.process.stderr)
        started = self.log.wait("listening", 2)
        self.plain_port, self.port = (int(line["address"].rpartition(":")[2]) for line in started)
        self.context = self.client_context()

    def client_context(self, client=None):
        context = ssl.create_default_context(cafile=self.folder / "ca.crt")
        if client:
            context.load_cert_chain(self.folder / f"{client}.crt", self.folder / f"{client}.key")
        return context

    def tcp(self, port=None):
        return socket.create_connection((HOST, port or self.port), PATIENCE)

    def tls(self, context=None):
        return (context or self.context).wrap_socket(self.tcp(), server_hostname=HOST)

    def http(self, context=None):
        return http.client.HTTPSConnection(HOST, self.port, timeout=PATIENCE, context=context or self.context)

    def post(self, path="/validate", body=SAMPLE, headers=None, connection=None):
        """(status, body, headers); on a connection of its own unless one is given."""
        used = connection or self.http()
        try:
            used.request("POST", path, body, JSON if headers is None else headers)
            answer = used.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            if not connection:
                used.close()

    def raw(self, request, sock=None):
        """Sends bytes, returns (status, whole answer); (0, b"") if there was none."""
        sock = sock or self.tls()
        with sock:
            try:
                sock.sendall(request)
            except OSError:
                pass  # refused before it was complete
            data = read_to_end(sock)
        match = re.match(rb"HTTP/1\.1 (\d+) ", data)
        return (int(match.group(1)) if match else 0), data

    def get(self, path):
        with urllib.request.urlopen(f"http://{HOST}:{self.plain_port}{path}", timeout=PATIENCE) as answer:
            return answer.read().decode()

    def metrics(self):
        return {name: float(value) for name, value in
                (line.rsplit(" ", 1) for line in self.get("/metrics").splitlines() if not line.startswith("#"))}

    def metric(self, name):
        return self.metrics()["rayservice_webhook_" + name]

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self, number=signal.SIGTERM):
        """The exit code. A sanitizer's complaint makes it another one."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        self.log.thread.join(PATIENCE)
        return code


class FolderTest(unittest.TestCase):
    """Certificates for the tests of a class."""

    certs_flags = ()

    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.top.cleanup)
        cls.folder = pathlib.Path(cls.top.name) / "certs"
        certs(cls.folder, *cls.certs_flags)


class ServerTest(FolderTest):
    """One server for the tests of a class, with the class's flags; each test may start others."""

    flags = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start()

    @classmethod
    def start(cls, *flags):
        return Server(cls.folder, *(flags or cls.flags))

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        if code != 0:
            raise AssertionError(f"the server ended with {code}: {b''.join(cls.server.log.raw).decode()[-4000:]}")

    def assert_serves(self, server=None):
        server = server or self.server
        status, body, _ = server.post()
        self.assertEqual((status, json.loads(body)["response"]["uid"]), (200, SAMPLE_UID))


def read_to_end(sock):
    """What comes until the peer closes; a reset is an end too."""
    data = b""
    try:
        while piece := sock.recv(65536):
            data += piece
    except (ConnectionError, ssl.SSLError):
        pass
    return data


def head(path="/validate", *fields, method="POST"):
    lines = [f"{method} {path} HTTP/1.1", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def is_closed(sock, seconds=PATIENCE):
    """Did the peer close within that time?"""
    sock.settimeout(seconds)
    try:
        return not read_to_end(sock)
    except (TimeoutError, socket.timeout):
        return False


def client_hello(context):
    """The first bytes of a handshake."""
    sent = ssl.MemoryBIO()
    try:
        context.wrap_bio(ssl.MemoryBIO(), sent, server_hostname=HOST).do_handshake()
    except ssl.SSLWantReadError:
        pass
    return sent.read()


def eventually(check, what):
    """Waits until check() holds."""
    end = time.monotonic() + PATIENCE
    while not check():
        if time.monotonic() > end:
            raise AssertionError(f"never happened: {what}")
        time.sleep(0.02)
