#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`certs controller` and an API server that misbehaves: it says so, goes on, and never ends.

Usage: test_controller_api.py PROGRAM
"""
import base64
import contextlib
import http.server
import json
import os
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM = ""
TOKEN = "very-secret-token"
PATIENCE = 5
MANY = 8  # calls: more than two looks
TWO_LOOKS = 9  # calls: one look that writes, and one that does not
LARGEST_MAPPING = 1 << 28  # a sanitizer's own are larger


def object_of(**more):
    return json.dumps({"metadata": {"resourceVersion": "1"}, **more}).encode()


# what the API server does → how it answers, and what the log must say of it
ANSWERS = {
    "refuses": ((401, b'{"kind":"Status","message":"Unauthorized"}'), "GET is answered with 401: Unauthorized"),
    "breaks": ((500, b"<html>"), "GET is answered with 500"),
    "redirects": ((302, b""), "GET is answered with 302"),
    "is-empty": ((200, b""), "is no object"),
    "is-no-json": ((200, b"\xff\xfe{"), "is no object"),
    "is-another-json": ((200, b"[1,2,3]"), "it has no resourceVersion"),
    "is-deep": ((200, b"[" * 100000), "is no object"),
    "is-huge": ((200, b" " * (5 * 1024 * 1024)), "larger than 4 MiB"),
    "is-cut-off": ((200, None), "no answer from"),
    "is-silent": (None, "no answer from"),
    "has-odd-members": ((200, object_of(data=7, webhooks={"a": "b"})), None),
    "has-odd-data": ((200, object_of(data={"ca.crt": "%%%", "tls.crt": "====", "old.crt": 5}, webhooks=[7, {}, None])),
                     "are no pair that fits"),
}


class Stub:
    """HTTPS on a free loopback port, with a certificate from `certs init`; a context manager."""

    def __init__(self, folder, answer, headers=None, port=0):
        subprocess.run([PROGRAM, "certs", "init", "--dir", folder, "--name", "127.0.0.1"], check=True,
                       stdout=subprocess.DEVNULL, timeout=60)
        self.asked, self.written, self.peers, self.release, self.answer = [], [], set(), threading.Event(), answer
        stub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802 (http.server's name)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                stub.asked.append((self.path, self.headers.get("Authorization")))
                stub.peers.add(self.client_address)
                if body:
                    stub.written.append(json.loads(body))
                if stub.answer is None:
                    stub.release.wait(PATIENCE)
                    return
                code, body = stub.answer(self.path) if callable(stub.answer) else stub.answer
                self.send_response(code)
                self.send_header("Location", "/elsewhere")
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "1000" if body is None else str(len(body)))
                self.end_headers()
                self.wfile.write(b"{" if body is None else body)

            do_POST = do_PATCH = do_GET  # noqa: N815

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(folder, "tls.crt"), os.path.join(folder, "tls.key"))
        self._server = Server(("127.0.0.1", port), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self.url = f"https://127.0.0.1:{self.port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.release.set()
        self._server.shutdown()
        self._server.server_close()


def parts(key):
    """What would give a P-256 key away: its text, that as base64, and its number in either order of bytes."""
    lines = key.splitlines()
    der = base64.b64decode(b"".join(lines[1:-1]))
    mark = bytes.fromhex("0201010420")  # version 1, then 32 bytes
    number = der[der.index(mark) + len(mark):][:32]
    return lines[1][:48], base64.b64encode(key)[60:108], number, number[::-1]


def in_memory(pid, needles):
    """Those that are in what a process may write."""
    found = set()
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            begin, end = (int(each, 16) for each in line.split()[0].split("-"))
            if line.split()[1][:2] != "rw" or end - begin > LARGEST_MAPPING:
                continue
            memory.seek(begin)
            with contextlib.suppress(OSError):  # it went away
                content = memory.read(end - begin)
                found.update(needle for needle in needles if needle in content)
    return found


class Controller(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.authority = os.path.join(self.folder, "ca.crt")
        self.token = os.path.join(self.folder, "token")
        self.log = os.path.join(self.folder, "log")
        self.write_token(TOKEN + "\n")

    def write_token(self, text):
        with open(self.token, "w", encoding="utf-8") as file:
            file.write(text)

    def flags(self, url, authority, more):
        return [PROGRAM, "certs", "controller", "--api-server", url, "--token-file", self.token, "--ca-file", authority,
                "--name", "svc.ns.svc", "--timeout", "500ms", "--interval", "100ms", *more]

    def lines(self):
        with open(self.log, encoding="utf-8") as file:
            return [json.loads(line) for line in file.read().split("\n")[:-1]]

    def wait(self, done):
        end = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > end:
                raise AssertionError(f"it did not come to that: {self.lines()[-3:]}")
            time.sleep(0.05)

    def until_said(self, sentence):
        self.wait(lambda: any(sentence in line["message"] for line in self.lines()))

    @contextlib.contextmanager
    def running(self, url, authority=None, more=()):
        """It must be alive at the end, and end with 0 when it is told to."""
        with open(self.log, "wb") as file:
            process = subprocess.Popen(self.flags(url, authority or self.authority, more), stderr=file)
        try:
            yield process.pid
            self.assertIsNone(process.poll(), "it ended")
            process.terminate()
            self.assertEqual(process.wait(PATIENCE), 0)
        finally:
            process.kill()
            process.wait()
        with open(self.log, encoding="utf-8") as file:
            text = file.read()
        self.assertNotIn(TOKEN, text)
        self.assertNotIn("PRIVATE", text)

    def test_answers(self):
        """It says once what lasts, and goes on asking."""
        for name, (answer, sentence) in ANSWERS.items():
            with self.subTest(name), Stub(self.folder, answer) as stub, self.running(stub.url):
                if sentence:
                    self.until_said(sentence)
                self.wait(lambda stub=stub: len(stub.asked) > MANY)
                said = [(line["event"], line.get("object"), line["message"][:30]) for line in self.lines()
                        if line["event"] in ("api-failed", "unusable")]
                self.assertEqual(len(set(said)), len(said))
                self.assertEqual({token for _, token in stub.asked}, {f"Bearer {TOKEN}"})
                self.assertNotIn("/elsewhere", [path for path, _ in stub.asked])

    def test_a_failure_changes_and_ends(self):
        with Stub(self.folder, (500, b"")) as stub, self.running(stub.url):
            self.until_said("GET is answered with 500")
            stub.answer = (503, b"")
            self.until_said("GET is answered with 503")
            stub.answer = (200, object_of(data={}, webhooks=[]))
            self.wait(lambda: [line for line in self.lines() if line["event"] == "api-answers"])
            self.until_said("it is well again, after ")

    def test_it_waits_as_long_as_it_is_told_to(self):
        """By itself it asks again within a tenth of a second."""
        for status, pause in ((429, "20"), (503, "20"), (429, time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(
                time.time() + 60)))):
            with self.subTest(status=status, pause=pause), \
                    Stub(self.folder, (status, b""), {"Retry-After": pause}) as stub, self.running(stub.url):
                self.until_said(f"GET is answered with {status}")
                time.sleep(1)
                self.assertEqual(len(stub.asked), 1)

    def test_it_does_not_wait_without_being_told_to(self):
        for status, pause in ((429, None), (429, "0"), (500, "20")):
            with self.subTest(status=status, pause=pause), \
                    Stub(self.folder, (status, b""), {"Retry-After": pause} if pause else {}) as stub, \
                    self.running(stub.url):
                self.wait(lambda stub=stub: len(stub.asked) > MANY)

    def test_nobody_listens(self):
        with Stub(self.folder, (200, b"")) as stub:
            port = stub.port
        with self.running(stub.url):
            self.until_said("no answer from")
            with Stub(self.folder, (500, b""), port=port):
                # The stub has a new certificate, of another CA; the file is read for each connection.
                self.until_said("GET is answered with 500")

    def test_a_stranger_gets_no_token(self):
        other = os.path.join(self.folder, "other")
        subprocess.run([PROGRAM, "certs", "init", "--dir", other, "--name", "x"], check=True, stdout=subprocess.DEVNULL,
                       timeout=60)
        authority = os.path.join(other, "ca.crt")
        with Stub(self.folder, (500, b"")) as stub, self.running(stub.url, authority):
            self.until_said("certificate")
            self.assertEqual(stub.asked, [])
            os.replace(self.authority, authority)
            self.wait(lambda: stub.asked)

    def test_tokens(self):
        for content, sentence in (("", "no token in it"), ("a b", "no token in it"), (None, "No such file")):
            with self.subTest(content), Stub(self.folder, (500, b"")) as stub:
                os.unlink(self.token)
                if content is not None:
                    self.write_token(content)
                with self.running(stub.url):
                    self.until_said(sentence)
                    self.assertEqual(stub.asked, [])
                    self.write_token(TOKEN)
                    self.wait(lambda stub=stub: stub.asked)

    def test_no_key_and_no_token_stays_in_its_memory(self):
        """While it waits with its connection open: neither the CA's key, which is in the last answer of each look, nor
        the one that it made."""
        def answer(path):
            written = stub.written[-1]["data"] if stub.written else {}
            return 200, object_of(data=authority if path.endswith("-ca") else written, webhooks=[])

        subprocess.run([PROGRAM, "certs", "init", "--dir", self.folder, "--name", "127.0.0.1"], check=True,
                       stdout=subprocess.DEVNULL, timeout=60)
        authority = {name: base64.b64encode(self.content(name)).decode() for name in ("ca.crt", "ca.key")}
        with Stub(self.folder, answer, {"Connection": "keep-alive"}) as stub, \
                self.running(stub.url, more=("--interval", "1h")) as pid:
            self.wait(lambda: len(stub.asked) >= TWO_LOOKS)
            keys = [self.content("ca.key"), base64.b64decode(stub.written[-1]["data"]["tls.key"])]
            self.assertTrue(in_memory(pid, [b"--interval"]))  # it would be found
            self.wait(lambda: not in_memory(pid, [TOKEN.encode(), *(part for key in keys for part in parts(key))]))
            self.assertEqual((len(stub.asked), len(stub.written), len(stub.peers)), (TWO_LOOKS, 1, 1))

    def test_old_authorities_that_can_not_be_read_stay_trusted(self):
        other = os.path.join(self.folder, "other")
        for folder in (self.folder, other):
            subprocess.run([PROGRAM, "certs", "init", "--dir", folder, "--name", "127.0.0.1"], check=True,
                           stdout=subprocess.DEVNULL, timeout=60)
        authority = {name: base64.b64encode(self.content(name)).decode() for name in ("ca.crt", "ca.key")}
        authority |= {"old.crt": base64.b64encode(b"cut off").decode(),
                      "old.until": base64.b64encode(b"2100-01-01T00:00:00Z").decode()}
        bundle = base64.b64encode(self.content("ca.crt") + self.content("other/ca.crt")).decode()

        def answer(path):
            written = [each["data"] for each in stub.written if "data" in each]
            data = authority if path.endswith("-ca") else written[-1] if written else {}
            return 200, object_of(data=data, webhooks=[{"name": "a", "clientConfig": {"caBundle": bundle}}])

        with Stub(self.folder, answer) as stub, self.running(stub.url):
            self.until_said("old.crt can not be read; the CAs in each caBundle are kept")
            self.wait(lambda: stub.written and len(stub.asked) > 2 * MANY)
            self.assertEqual([each for each in stub.written if "data" not in each], [])
            self.assertEqual(sum(line["event"] == "unusable" and "old.crt" in line["message"] for line in self.lines()), 1)

    def content(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()

    def test_flags(self):
        def refused(*more):
            done = subprocess.run([PROGRAM, "certs", "controller", *more], capture_output=True, text=True, timeout=60,
                                  env={"PATH": os.environ["PATH"]}, check=False)
            self.assertEqual(done.returncode, 2)
            return done.stderr

        name = ("--name", "a.b.svc")
        self.assertIn("say for whom", refused())
        self.assertIn("not in a Pod", refused(*name))
        self.assertIn("must begin with https://", refused(*name, "--api-server", "http://x"))
        self.assertIn("must differ", refused(*name, "--secret", "a", "--ca-secret", "a"))
        self.assertIn("three times", refused(*name, "--lifetime", "10h", "--ca-lifetime", "20h"))
        self.assertIn("no name of an object", refused(*name, "--api-server", "https://x", "--namespace", "a/b"))


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main(verbosity=2)
