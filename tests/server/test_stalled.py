#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Twice as many peers as places, all of them stalled at the same point, beside a caller that asks all the time.

The peers have an address of their own, as Pods have: who shares one with a rush may have to make room for it.

RAYSERVICE_WEBHOOK_PEERS=1000 for a crowd that fills the server as it is shipped.
"""

import os
import pathlib
import re
import socket
import threading
import time
import unittest

from harness import HOST, PATIENCE, SAMPLE, ServerTest, client_hello, head

PEERS = int(os.environ.get("RAYSERVICE_WEBHOOK_PEERS", "100"))
PLACES = min(512, PEERS // 2)  # 512 is the server's own
SECONDS = 4
MOST_RESIDENT = 768 * 1024 * 1024  # the memory limit of manifests/base/deployment.yaml
HEADER = head("/validate", "Host: localhost", "Content-Type: application/json", f"Content-Length: {len(SAMPLE)}")


class Caller(threading.Thread):
    """New connections, a call each, until it is told to stop."""

    def __init__(self, test):
        super().__init__(daemon=True)
        self.test, self.took, self.failed, self.over = test, [], [], threading.Event()
        self.start()

    def run(self):
        while not self.over.is_set():
            started = time.monotonic()
            try:
                self.test.assert_serves()
            except (OSError, AssertionError, ValueError) as error:
                self.failed.append(repr(error))
            self.took.append(time.monotonic() - started)
            self.over.wait(0.02)

    def stop(self):
        self.over.set()
        self.join()


class Stalled(ServerTest):
    flags = ("--max-connections", str(PLACES))

    def setUp(self):
        self.server = self.start()
        self.addCleanup(lambda: self.assertEqual(self.server.stop(), 0))

    def resident(self):
        """Bytes, at most until now."""
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024

    def stall(self, make, each_second=lambda sock: None):
        caller, peers = Caller(self), []
        self.addCleanup(lambda: [sock.close() for sock in peers])
        self.addCleanup(caller.stop)
        for _ in range(PEERS):
            peers.append(make())
            peers[-1].settimeout(0)
        cpu, since = self.server.cpu_seconds(), time.monotonic()
        for _ in range(SECONDS):
            for sock in peers:
                try:
                    each_second(sock)
                except OSError:
                    pass  # it was cut, and stays away
            time.sleep(1)
        cpu, calls = self.server.cpu_seconds() - cpu, len(caller.took)
        caller.stop()
        print(f"# {self.id().rpartition('.')[2]}: {PEERS} peers, {PLACES} places: the slowest of {calls} calls took "
              f"{max(caller.took) * 1000:.0f} ms; {cpu / (time.monotonic() - since) * 100:.1f} % CPU with the calls; at "
              f"most {self.resident() // 1024 // 1024} MiB resident", flush=True)
        self.assertEqual(caller.failed, [])
        self.assertGreaterEqual(calls, SECONDS)
        self.assertLess(self.resident(), MOST_RESIDENT)
        self.assertGreater(self.server.metric('connections_ended_total{port="webhook",why="crowded"}'), 0)

    def tcp(self, data=b""):
        sock = socket.create_connection((HOST, self.server.port), PATIENCE, ("127.0.0.2", 0))
        sock.sendall(data)
        return sock

    def tls(self, data, wait=False):
        sock = self.server.context.wrap_socket(self.tcp(), server_hostname=HOST, do_handshake_on_connect=False)
        try:
            sock.do_handshake()
            sock.sendall(data)
            if wait:
                sock.recv(1)  # of an answer, or its end
        except OSError:
            pass  # cut already
        return sock

    def test_silent(self):
        self.stall(self.tcp)

    def test_half_a_handshake(self):
        hello = client_hello(self.server.context)
        self.stall(lambda: self.tcp(hello))

    def test_a_header_at_a_byte_a_second(self):
        self.stall(lambda: self.tls(HEADER[:20]), lambda sock: sock.send(b"x"))

    def test_half_a_body(self):
        self.stall(lambda: self.tls(HEADER + SAMPLE[:1000]))

    def test_idle(self):
        self.stall(lambda: self.tls(HEADER + SAMPLE, wait=True))


if __name__ == "__main__":
    unittest.main()
