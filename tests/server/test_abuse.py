#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Crowds that never tire: bodies over the limit, renegotiation, wrong certificates, beside a caller that asks."""

import pathlib
import re
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

from harness import HOST, PATIENCE, SAMPLE, Server, ServerTest, certs, head

CALL = head("/validate", "Host: x", "Content-Type: application/json", f"Content-Length: {len(SAMPLE)}",
            "Connection: close") + SAMPLE
MOST_RESIDENT = 768 * 1024 * 1024  # the memory limit of manifests/base/deployment.yaml


class Abuse(ServerTest):
    """Whole crowds of callers that do what no API server does, all at once, beside one that asks."""

    certs_flags = ("--client-name", "kube-apiserver")
    peers = 50
    seconds = 3

    def flood(self, call):
        """What the callers got back while a healthy one was served; prints how long that took."""
        stop, slowest, asked, got = threading.Event(), 0.0, 0, []

        def keep_at_it():
            while not stop.is_set():
                got.append(call())

        threads = [threading.Thread(target=keep_at_it) for _ in range(self.peers)]
        for thread in threads:
            thread.start()
        end = time.monotonic() + self.seconds
        try:
            while time.monotonic() < end or asked < 5:
                started = time.monotonic()
                self.assert_serves()
                slowest, asked = max(slowest, time.monotonic() - started), asked + 1
        finally:
            stop.set()
            for thread in threads:
                thread.join(PATIENCE)
        print(f"# {self.id().rpartition('.')[2]}: beside {self.peers} peers with {len(got)} tries, the slowest of "
              f"{asked} calls took {slowest * 1000:.0f} ms")
        self.assertGreater(len(got), self.peers)
        return set(got)

    def status(self, request, context=None):
        """Of the answer; 0 where the connection just ended."""
        try:
            return self.server.raw(request, self.server.tls(context))[0]
        except OSError:
            return 0

    def test_bodies_over_the_limit(self):
        size = 8 * 1024 * 1024
        announced = head("/validate", "Host: x", "Content-Type: application/json", f"Content-Length: {size}")
        self.assertLessEqual(self.flood(lambda: self.status(announced + b" " * 65536)), {413, 0})
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        chunked = head("/validate", "Host: x", "Content-Type: application/json", "Transfer-Encoding: chunked")
        self.assertLessEqual({self.status(chunked + chunk * 128)}, {413, 0})
        self.assert_serves()
        self.assertLess(self.high_water(), MOST_RESIDENT)

    def high_water(self):
        """Bytes that were resident at most. A sanitizer keeps what was freed, so its builds only show a bound."""
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        peak = int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024
        print(f"# at most {peak // 1024 // 1024} MiB resident")
        return peak

    def test_handshakes_without_end(self):
        """A ClientHello of 16 MiB: what TLS has not understood is bounded like all the rest."""
        size = (16 << 20) - 1
        message = b"\x01" + size.to_bytes(3, "big") + b"\x03\x03"
        records = b"".join(b"\x16\x03\x01" + len(part).to_bytes(2, "big") + part for part in
                           (message + bytes(16000), *[bytes(16384)] * 63))

        def call():
            with self.server.tcp() as sock:
                try:
                    for _ in range(16):
                        sock.sendall(records)
                except OSError:
                    return "cut"
                return "taken"

        self.assertEqual(self.flood(call), {"cut"})
        self.assertLess(self.high_water(), MOST_RESIDENT)

    def test_renegotiation(self):
        """TLS 1.2 has it; a peer could have a handshake computed again and again."""
        client = subprocess.Popen(
            ["openssl", "s_client", "-connect", f"{HOST}:{self.server.port}", "-tls1_2", "-msg"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            client.stdin.write(b"R\n")  # and its end stays open: the server has to close
            client.stdin.flush()
            said = client.stdout.read().decode()
            client.wait(PATIENCE)
        finally:
            client.kill()
            client.stdin.close()
            client.stdout.close()
        self.assertEqual([len(re.findall(rf"Handshake.*, {name}\n", said)) for name in ("ClientHello", "ServerHello")],
                         [2, 1], said)
        self.assert_serves()

    def test_wrong_certificates(self):
        """Each costs a handshake, and none a request."""
        server = Server(self.folder, "--client-ca", self.folder / "ca.crt", "--client-name", "kube-apiserver")
        with tempfile.TemporaryDirectory() as others:
            certs(others, "--client-name", "kube-apiserver")
            wrong = ssl.create_default_context(cafile=self.folder / "ca.crt")
            wrong.load_cert_chain(f"{others}/client.crt", f"{others}/client.key")
        right, mine, self.server = server.client_context("client"), self.server, server
        server.context = right
        try:
            self.assertEqual(self.flood(lambda: self.status(CALL, wrong)), {0})
            refused = server.metric("client_certificates_refused_total")
            self.assertGreater(refused, self.peers)
            self.assertEqual(server.stop(), 0)
        finally:
            self.server = mine


if __name__ == "__main__":
    unittest.main()
