#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`certs controller` and an API server that misbehaves: it says so, goes on, and never ends.

Usage: test_controller_api.py PROGRAM
"""
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
PATIENCE = 30


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

    def __init__(self, folder, answer):
        subprocess.run([PROGRAM, "certs", "init", "--dir", folder, "--name", "127.0.0.1"], check=True,
                       stdout=subprocess.DEVNULL, timeout=60)
        self.asked, self.release = [], threading.Event()
        stub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802 (http.server's name)
                stub.asked.append((self.path, self.headers.get("Authorization")))
                if answer is None:
                    stub.release.wait(PATIENCE)
                    return
                code, body = answer
                self.send_response(code)
                self.send_header("Location", "/elsewhere")
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
        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.release.set()
        self._server.shutdown()
        self._server.server_close()


class Controller(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.token = os.path.join(self.folder, "token")
        self.write_token(TOKEN + "\n")

    def write_token(self, text):
        with open(self.token, "w", encoding="utf-8") as file:
            file.write(text)

    def flags(self, url, authority):
        return [PROGRAM, "certs", "controller", "--api-server", url, "--token-file", self.token, "--ca-file", authority,
                "--name", "svc.ns.svc", "--timeout", "500ms", "--interval", "100ms"]

    def log_of(self, url, enough, authority=None):
        """Runs it until the log is enough, then ends it: its exit code must be 0."""
        log = os.path.join(self.folder, "log")
        with open(log, "wb") as file:
            process = subprocess.Popen(self.flags(url, authority or os.path.join(self.folder, "ca.crt")), stderr=file)
        self.addCleanup(process.kill)
        end, lines = time.monotonic() + PATIENCE, []
        while not enough(lines) and time.monotonic() < end and process.poll() is None:
            time.sleep(0.05)
            with open(log, encoding="utf-8") as file:
                lines = [json.loads(line) for line in file.read().split("\n")[:-1]]
        self.assertIsNone(process.poll(), "it ended")
        process.terminate()
        self.assertEqual(process.wait(PATIENCE), 0)
        with open(log, encoding="utf-8") as file:
            text = file.read()
        self.assertTrue(enough(lines), text[-2000:])
        self.assertNotIn(TOKEN, text)
        self.assertNotIn("PRIVATE", text)
        return lines

    @staticmethod
    def says(sentence):
        return lambda lines: sum(sentence in line["message"] for line in lines) >= 2

    def test_answers(self):
        for name, (answer, sentence) in ANSWERS.items():
            with self.subTest(name), Stub(self.folder, answer) as stub:
                enough = self.says(sentence) if sentence else lambda _, stub=stub: len(stub.asked) > 12
                self.log_of(stub.url, enough)
                self.assertEqual({token for _, token in stub.asked}, {f"Bearer {TOKEN}"})
                self.assertNotIn("/elsewhere", [path for path, _ in stub.asked])

    def test_nobody_listens(self):
        with Stub(self.folder, (200, b"")) as stub:
            url = stub.url
        self.log_of(url, self.says("no answer from"))

    def test_a_stranger_gets_no_token(self):
        other = os.path.join(self.folder, "other")
        subprocess.run([PROGRAM, "certs", "init", "--dir", other, "--name", "x"], check=True, stdout=subprocess.DEVNULL,
                       timeout=60)
        with Stub(self.folder, (200, b"{}")) as stub:
            self.log_of(stub.url, self.says("certificate"), os.path.join(other, "ca.crt"))
            self.assertEqual(stub.asked, [])

    def test_tokens(self):
        for content, sentence in (("", "no token in it"), ("a b", "no token in it"), (None, "No such file")):
            with self.subTest(content), Stub(self.folder, (200, b"{}")) as stub:
                os.unlink(self.token)
                if content is not None:
                    self.write_token(content)
                self.log_of(stub.url, self.says(sentence))
                self.assertEqual(stub.asked, [])

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
