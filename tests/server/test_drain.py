#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SIGTERM under load, again and again: who calls until his API server has learnt that the Pod goes loses no call,
and who never finishes one keeps nobody. RAYSERVICE_WEBHOOK_ROUNDS says how often."""

import os
import signal
import time
import unittest

from harness import FolderTest, Server, eventually, head, review
from test_peers import service_of_groups
from test_rotation import Client

ROUNDS = int(os.environ.get("RAYSERVICE_WEBHOOK_ROUNDS", "3"))
DELAY_SECONDS = 1.0
LEARNT_SECONDS = 0.5  # after SIGTERM, no new call to this server
KEEP, NEW = 1 << 30, 1  # calls a connection; a kept one ends with "Connection: close"
CLIENTS = (KEEP, KEEP, NEW, NEW)
CALLS = 20  # of each client before the signal


class Drained(FolderTest):
    def round(self):
        """How many calls there were in all, and between the signal and the end."""
        server = Server(self.folder, "--drain-delay", f"{int(DELAY_SECONDS * 1000)}ms")
        clients = [Client(server.port, lambda: server.context, calls) for calls in CLIENTS]
        eventually(lambda: min(client.calls for client in clients) > CALLS, f"{CALLS} calls of each client")
        server.process.send_signal(signal.SIGTERM)
        before = [client.calls for client in clients]
        time.sleep(LEARNT_SECONDS)
        for client in clients:
            client.stop()
        self.assertEqual(server.stop(), 0)  # a second signal ends the rest of the delay
        self.assertEqual([each for client in clients for each in client.failed], [])
        late = [client.calls - count for client, count in zip(clients, before)]
        self.assertGreater(min(late), 0)
        answered = len([line for line in server.log.lines if line.get("event") == "decision"])
        self.assertEqual(answered, sum(client.calls for client in clients))
        server.log.first("stopped")
        return answered, sum(late)

    def test_no_call_is_lost(self):
        rounds = [self.round() for _ in range(ROUNDS)]
        calls, late = (sum(column) for column in zip(*rounds))
        print(f"# {ROUNDS} rounds, {calls} calls, {late} of them after SIGTERM, 0 lost", flush=True)

    def test_a_call_that_never_ends_does_not_hold_it_up(self):
        """Whoever takes an hour for his body, and whoever does not read his answer, gets seconds at the end."""
        server = Server(self.folder, "--body-timeout", "1h", "--answer-timeout", "1h")
        body = review.line(review.make(service_of_groups(2500)))
        socks = [server.tls() for _ in range(2)]
        for sock, sent in zip(socks, (body, body[:-1])):
            sock.sendall(head("/mutate", "Host: x", "Content-Type: application/json",
                              f"Content-Length: {len(body)}") + sent)
        server.log.wait("decision")
        self.assertEqual(server.stop(), 0)
        for sock in socks:
            sock.close()


if __name__ == "__main__":
    unittest.main()
