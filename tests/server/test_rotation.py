#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Certificates, CAs and servers that are replaced while clients call: no call fails."""

import http.client
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import ssl
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

from harness import HOST, JSON, PATIENCE, SAMPLE, SAMPLE_UID, Server, certs, eventually

CLIENTS = 4
ROTATIONS = 50  # of each kind of mount; half of them with a new CA
CALLS_A_CONNECTION = 3
CALLS = 1000
RESTARTS = 3  # of each of two servers


class Client(threading.Thread):
    """Calls without a pause, some calls a connection, until it is told to stop."""

    def __init__(self, port, trust, calls_a_connection=CALLS_A_CONNECTION):
        super().__init__(daemon=True)
        self.port, self.trust, self.calls_a_connection = port, trust, calls_a_connection
        self.rounds, self.calls, self.failed, self.over = 0, 0, [], False
        self.start()

    def run(self):
        while not self.over:
            try:
                self.calls_of_a_connection()
            except (OSError, http.client.HTTPException, AssertionError, KeyError, ValueError) as error:
                self.failed.append(f"after {self.calls} calls: {error!r}")
            self.rounds += 1

    def calls_of_a_connection(self):
        connection = http.client.HTTPSConnection(HOST, self.port, timeout=PATIENCE, context=self.trust())
        try:
            for _ in range(self.calls_a_connection):
                connection.request("POST", "/validate", SAMPLE, JSON)
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != 200 or json.loads(body)["response"]["uid"] != SAMPLE_UID:
                    raise AssertionError(f"{answer.status}: {body[:200]}")
                self.calls += 1
                if answer.headers.get("Connection") == "close":
                    return  # as HTTP wants it, and the API server's client does
        finally:
            connection.close()

    def stop(self):
        self.over = True
        self.join(PATIENCE)


class Mount(unittest.TestCase):
    """A folder of certificates as the server sees it, and where new ones are made."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.made, self.mount = pathlib.Path(temporary.name) / "made", pathlib.Path(temporary.name) / "mount"
        self.mount.mkdir()
        certs(self.made)
        self.bundle = (self.made / "ca.crt").read_text()
        self.contexts()
        self.swaps = 0

    def contexts(self):
        self.context = ssl.create_default_context(cadata=self.bundle)

    def begin(self, put):
        put()
        shutil.copy(self.made / "ca.crt", self.mount)  # for the harness
        self.server = Server(self.mount)
        self.addCleanup(lambda: self.assertEqual(self.server.stop(), 0))
        self.clients = [Client(self.server.port, lambda: self.context) for _ in range(CLIENTS)]
        for client in self.clients:
            self.addCleanup(client.stop)

    def trust(self, bundle):
        """From now on, and each client's running connection was the last with the old one."""
        self.bundle = bundle
        self.contexts()
        rounds = [client.rounds for client in self.clients]
        eventually(lambda: all(client.rounds > before + 1 for client, before in zip(self.clients, rounds)),
                   "each client has new trust")

    def loaded(self, event="certificate"):
        return len([line for line in list(self.server.log.lines) if line.get("event") == event])

    def expect(self, event, change, by_signal=True):
        before = self.loaded(event)
        change()
        if by_signal:
            self.server.process.send_signal(signal.SIGHUP)
        eventually(lambda: self.loaded(event) > before, event)

    def by_link(self):
        """As the kubelet does it: a new folder, and a link that is renamed to it."""
        self.swaps += 1
        folder = self.mount / f"..{self.swaps}"
        folder.mkdir()
        for name in ("tls.crt", "tls.key"):
            shutil.copy(self.made / name, folder)
            if not (self.mount / name).is_symlink():
                (self.mount / name).symlink_to(f"..data/{name}")
        (self.mount / "..new").symlink_to(folder.name)
        os.replace(self.mount / "..new", self.mount / "..data")
        shutil.rmtree(self.mount / f"..{self.swaps - 1}", ignore_errors=True)

    def by_name(self, *names):
        """One file after the other: in between they do not belong together."""
        for name in names or ("tls.crt", "tls.key"):
            shutil.copy(self.made / name, self.mount / "next")
            os.replace(self.mount / "next", self.mount / name)

    def rotate(self, number, put):
        old, new_ca = self.bundle, number % 2 == 1
        flags = (["--force-ca"] if new_ca else []) + (["--key-type", "rsa"] if number % 10 == 9 else [])
        certs(self.made, *flags)
        if new_ca:
            self.trust(old + (self.made / "ca.crt").read_text())
        self.expect("certificate", put, by_signal=number % 10 != 0)  # else the server's own look finds it
        if new_ca:
            self.trust((self.made / "ca.crt").read_text())

    def assert_no_call_failed(self):
        for client in self.clients:
            client.stop()
        self.assertEqual([each for client in self.clients for each in client.failed], [])
        calls = sum(client.calls for client in self.clients)
        self.assertGreater(calls, ROTATIONS)
        print(f"# {self._testMethodName}: {ROTATIONS} rotations, {calls} calls, 0 failed", flush=True)

    def test_by_links(self):
        self.begin(self.by_link)
        for number in range(ROTATIONS):
            self.rotate(number, self.by_link)
        self.assert_no_call_failed()

    def test_by_renames_with_torn_pairs(self):
        self.begin(self.by_name)
        for number in range(ROTATIONS):
            if number % 5 == 4:
                certs(self.made)
                self.expect("reload-failed", lambda: self.by_name("tls.crt"))
            self.rotate(number, self.by_name)
        self.assert_no_call_failed()


class Balancer(threading.Thread):
    """TCP to one of the servers that are ready, as a Service does it: it learns of one that goes a moment late."""

    LOOK_SECONDS = 0.1

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server((HOST, 0))
        self.port = self.listener.getsockname()[1]
        self.backends, self.ready, self.turn, self.over = {}, [], 0, False
        threading.Thread(target=self.look, daemon=True).start()
        self.start()

    def look(self):
        while not self.over:
            ready = []
            for name, server in list(self.backends.items()):
                try:
                    server.get("/readyz")
                    ready.append(name)
                except (urllib.error.URLError, OSError):
                    pass
            self.ready = ready
            time.sleep(self.LOOK_SECONDS)

    def run(self):
        while not self.over:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client):
        with client:
            ready = list(self.ready)
            if not ready:
                return
            self.turn += 1
            try:
                backend = self.backends[ready[self.turn % len(ready)]].tcp()
            except OSError:
                return
            with backend:
                self.pump({client: backend, backend: client})

    @staticmethod
    def pump(ends):
        while True:
            for end in select.select(list(ends), [], [], PATIENCE)[0] or [None]:
                try:
                    data = end.recv(65536) if end else b""
                    if not data:
                        return
                    ends[end].sendall(data)
                except OSError:
                    return

    def close(self):
        self.over = True
        self.listener.close()


class Replaced(unittest.TestCase):
    def start(self, name):
        server = Server(self.folder, "--drain-delay", "1s")
        self.balancer.backends[name] = server
        eventually(lambda: name in self.balancer.ready, "the balancer knows it")
        return server

    def test_one_of_two_at_a_time(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        certs(self.folder)
        self.balancer = Balancer()
        self.addCleanup(self.balancer.close)
        servers = {name: self.start(name) for name in ("one", "two")}
        context = servers["one"].context
        clients = [Client(self.balancer.port, lambda: context) for _ in range(CLIENTS)]
        for name in ("one", "two") * RESTARTS:
            self.assertEqual(servers[name].stop(), 0)
            servers[name] = self.start(name)
        eventually(lambda: sum(client.calls for client in clients) >= CALLS, f"{CALLS} calls")
        for client in clients:
            client.stop()
        self.assertEqual([each for client in clients for each in client.failed], [])
        for server in servers.values():
            self.assertEqual(server.stop(), 0)
        print(f"# {2 * RESTARTS} restarts, {sum(client.calls for client in clients)} calls, 0 lost", flush=True)


if __name__ == "__main__":
    unittest.main()
