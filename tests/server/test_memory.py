#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The server takes no more memory than --max-memory says, whatever its peers do: the worst that is known, each by
itself and then all of it at once, with the smallest size possible and with the standard one."""

import concurrent.futures
import http.client
import os
import pathlib
import re
import socket
import subprocess
import threading
import time
import unittest

from harness import HOST, PATIENCE, PROGRAM, FolderTest, Server, ServerTest, client_hello, eventually, head, review

MIB = 1024 * 1024
# A sanitizer has shadows of its own and keeps what was freed: its builds show only that all of this is survived.
EXACT = not re.search(rb"__[at]san_init", pathlib.Path(PROGRAM).read_bytes())
SILENT = int(os.environ.get("RAYSERVICE_WEBHOOK_PEERS", "512"))
SECONDS = 3


def ray_service(text="applications: []", groups=0):
    pod = {"spec": {"containers": [{}]}}
    return {"apiVersion": "ray.io/v1", "kind": "RayService", "metadata": {"name": "x", "namespace": "n"},
            "spec": {"serveConfigV2": text, "rayClusterConfig": {
                "rayVersion": "2.52.0", "headGroupSpec": {"template": pod},
                "workerGroupSpecs": [{"groupName": f"w{index}", "replicas": 1, "template": pod}
                                     for index in range(groups)]}}}


def post(path, body, connection="close"):
    return head(path, "Host: x", "Content-Type: application/json", f"Content-Length: {len(body)}",
                f"Connection: {connection}") + body


GROUPS = review.line(review.make(ray_service(groups=2800)))  # 250 KB, and an answer of 1.6 MB
FINDINGS = review.line(review.make(ray_service("applications: [" + "a," * 49000 + "]")))  # 98 KB, and 51 MB to judge
DEEP = b"[" * 500 + b"]" * 500  # of the stack
LARGE = b"[" + b"1," * 49000 + b" " * 7200000 + b"1]"
HALF = head("/validate", "Host: x", "X: " + "x" * 29000, "Content-Type: application/json", "Content-Length: 65536")
TOO_LARGE = head("/validate", "Host: x", "Content-Type: application/json", "Transfer-Encoding: chunked",
                 "Connection: close")
CHUNK = b"10000\r\n" + b" " * 65536 + b"\r\n"


class Bound:
    """With a server of that size; what each test adds is seen in the high-water mark of the process."""

    def hold(self, count, make):
        """That many peers that stay; who is cut stays away."""
        def one(index):
            try:
                return make(f"127.0.1.{index % 250 + 1}")
            except OSError:
                return None

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            peers = list(pool.map(one, range(count)))
        self.addCleanup(lambda: [sock.close() for sock in peers if sock])

    def repeat(self, threads, call):
        """That many peers at once, again and again for some seconds."""
        end = time.monotonic() + SECONDS

        def run():
            while time.monotonic() < end:
                try:
                    call()
                except (OSError, http.client.HTTPException):
                    pass  # it was cut

        crowd = [threading.Thread(target=run) for _ in range(threads)]
        for thread in crowd:
            thread.start()
        return crowd

    def tcp(self, source, data=b""):
        """Who is cut while he sends may wait for a window that never opens, so nobody waits for long."""
        sock = socket.create_connection((HOST, self.server.port), SECONDS, (source, 0))
        sock.sendall(data)
        return sock

    def tls(self, source, *data):
        sock = self.server.context.wrap_socket(self.tcp(source), server_hostname=HOST)
        for each in data:
            sock.sendall(each)
        return sock

    def ask(self, path, body):
        return self.server.raw(post(path, body), self.tls("127.0.0.2"))

    def is_served(self):
        try:
            status, _, headers = self.server.post()
        except OSError:  # all places are taken by requests that are judged
            return False
        self.assertEqual(status == 429, "Retry-After" in headers)
        return status == 200

    def check(self, what, crowd=()):
        for thread in crowd:
            thread.join(PATIENCE)
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        peak = int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024
        print(f"# {what}: at most {peak / MIB:.0f} of {self.most / MIB:.0f} MiB resident", flush=True)
        eventually(self.is_served, "who is told to try again is served")
        if EXACT:
            self.assertLessEqual(peak, self.most)

    def silent(self):
        self.hold(SILENT, self.tcp)

    def half_a_handshake(self):
        hello = client_hello(self.server.context)
        self.hold(SILENT, lambda source: self.tcp(source, hello))

    def half_a_body_behind_a_long_header(self):
        self.hold(SILENT, lambda source: self.tls(source, post("/validate", DEEP, "keep-alive"), HALF + b" " * 65000))

    def answers_unread(self):
        self.hold(150, lambda source: self.tls(source, post("/mutate", GROUPS)))

    def large_bodies(self):
        crowd = self.repeat(50, lambda: self.server.raw(TOO_LARGE + CHUNK * 128 + b"0\r\n\r\n", self.tls("127.0.0.2")))
        self.hold(50, lambda source: self.tls(source, post("/validate", LARGE)[:-1]))
        return crowd

    def costly_to_judge(self):
        return (self.repeat(16, lambda: self.ask("/validate", FINDINGS)) +
                self.repeat(4, lambda: self.ask("/validate", LARGE)) +
                self.repeat(4, lambda: self.ask("/mutate", GROUPS)))

    def test_worst(self):
        loads = (self.silent, self.half_a_handshake, self.half_a_body_behind_a_long_header, self.answers_unread,
                 self.large_bodies, self.costly_to_judge)
        for load in loads:
            self.check(load.__name__, load() or ())
            self.doCleanups()
        crowd = [thread for load in reversed(loads) for thread in load() or ()]
        self.check("all at once", crowd)


def smallest():
    """What the server itself says."""
    done = subprocess.run([PROGRAM, "serve", "--tls-cert", "x", "--tls-key", "x", "--max-memory", "1Mi"],
                          capture_output=True, text=True, timeout=PATIENCE, check=False)
    return int(re.search(r"the smallest possible is (\d+)Mi", done.stderr).group(1)) * MIB


class Smallest(Bound, ServerTest):
    most = smallest()
    flags = ("--max-memory", str(most))

    def test_one_request_at_a_time(self):
        plan = self.server.log.first("memory")
        self.assertEqual((plan["most"], plan["requestsAtOnce"]), (self.most, 1))
        crowd = self.repeat(8, lambda: self.ask("/validate", LARGE))
        for _ in range(5):
            self.assert_serves()
        self.check("large bodies beside small ones", crowd)


class Standard(Bound, ServerTest):
    most = 736 * MIB

    def test_plan(self):
        plan = self.server.log.first("memory")
        self.assertEqual((plan["most"], plan["connections"], plan["requestsAtOnce"]), (self.most, 512, 5))


class Flags(FolderTest):
    def refused(self, *flags):
        done = subprocess.run([PROGRAM, "serve", "--tls-cert", self.folder / "tls.crt", "--tls-key",
                               self.folder / "tls.key", *flags], capture_output=True, text=True, timeout=PATIENCE,
                              check=False)
        self.assertEqual(done.returncode, 2)
        return done.stderr

    def test_too_little(self):
        self.assertIn("--max-memory is 100Mi: the smallest possible is ", self.refused("--max-memory", "100Mi"))

    def test_connections_that_do_not_fit(self):
        self.assertRegex(self.refused("--max-connections", "5000"),
                         r"--max-connections 5000 needs --max-memory \d+Mi at least, and it is 736Mi")

    def test_both_given(self):
        server = Server(self.folder, "--max-memory", "200Mi", "--max-connections", "100")
        plan = server.log.first("memory")
        self.assertEqual((plan["most"], plan["connections"]), (200 * MIB, 100))
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
