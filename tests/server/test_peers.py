# SPDX-License-Identifier: Apache-2.0
"""Peers that are slow, silent, many or rude never keep another from its answer, and cost nothing."""

import http.client
import os
import signal
import socket
import ssl
import threading
import time
import unittest

from harness import SAMPLE, ServerTest, client_hello, eventually, head, is_closed, review

HEADER = head("/validate", "Host: localhost", "Content-Type: application/json", f"Content-Length: {len(SAMPLE)}")


def service_of_groups(count):
    """Each gets a probe: the answer has six times the size of the question."""
    return {"apiVersion": "ray.io/v1", "kind": "RayService", "metadata": {"name": "x", "namespace": "n"},
            "spec": {"serveConfigV2": "applications: []", "rayClusterConfig": {
                "rayVersion": "2.52.0", "headGroupSpec": {"template": {"spec": {"containers": [{}]}}},
                "workerGroupSpecs": [{"groupName": f"w{index}", "replicas": 1,
                                      "template": {"spec": {"containers": [{}]}}} for index in range(count)]}}}


def nobody_is_there(server):
    return not sum(value for name, value in server.metrics().items()
                   if name.startswith('rayservice_webhook_connections{port="webhook"'))


def ask(sock):
    """A good call on a kept connection; the whole answer is read."""
    sock.sendall(HEADER + SAMPLE)
    answer = http.client.HTTPResponse(sock, method="POST")
    answer.begin()
    if answer.status != 200 or not answer.read():
        raise AssertionError(f"answered {answer.status}")


class Deadlines(ServerTest):
    flags = ("--header-timeout", "700ms", "--body-timeout", "900ms", "--idle-timeout", "1100ms",
             "--answer-timeout", "1300ms")

    def ended(self):
        return self.server.metric('connections_ended_total{port="webhook",why="deadline"}')

    def assert_cut(self, sock):
        with sock:
            self.assertTrue(is_closed(sock))

    def trickle(self, sock, data):
        """A byte every 50 ms: never silent, never done. Ends when the server has had enough."""
        with sock:
            for byte in data:
                try:
                    sock.sendall(bytes([byte]))
                except OSError:
                    return
                time.sleep(0.05)
        self.fail(f"{len(data)} bytes were taken one by one")

    def test_silent(self):
        before = self.ended()
        self.assert_cut(self.server.tcp())
        self.assertEqual(self.ended() - before, 1)

    def test_stops_after_the_client_hello(self):
        sock = self.server.tcp()
        sock.sendall(client_hello(self.server.context))
        sock.recv(1)
        with sock:
            sock.settimeout(10)
            while sock.recv(65536):  # the server's half of the handshake, then the end
                pass

    def test_silent_after_the_handshake(self):
        self.assert_cut(self.server.tls())

    def test_half_a_header(self):
        sock = self.server.tls()
        sock.sendall(HEADER[:40])
        self.assert_cut(sock)

    def test_half_a_body(self):
        sock = self.server.tls()
        sock.sendall(HEADER + SAMPLE[:100])
        self.assert_cut(sock)

    def test_header_byte_by_byte(self):
        self.trickle(self.server.tls(), HEADER * 10)

    def test_handshake_byte_by_byte(self):
        self.trickle(self.server.tcp(), client_hello(self.server.context))

    def test_body_byte_by_byte(self):
        sock = self.server.tls()
        sock.sendall(HEADER)
        self.trickle(sock, SAMPLE)

    def test_second_header_byte_by_byte(self):
        sock = self.server.tls()
        ask(sock)
        self.trickle(sock, HEADER * 10)

    def test_idle(self):
        sock = self.server.tls()
        ask(sock)
        self.assert_cut(sock)

    def test_answer_that_nobody_reads(self):
        """Many requests on one connection, no answer read, until the pipe is full."""
        sock = self.server.tls()
        with sock:
            with self.assertRaises(OSError):
                for _ in range(20000):
                    sock.sendall(HEADER + SAMPLE)

    def test_plain_port_too(self):
        for sent in (b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"):
            sock = self.server.tcp(self.server.plain_port)
            sock.sendall(sent)
            self.assert_cut(sock)

    def test_a_kept_connection_outlives_the_header_timeout(self):
        connection = self.server.http()
        for _ in range(3):
            self.assertEqual(self.server.post(connection=connection)[0], 200)
            time.sleep(0.8)
        self.assertEqual(self.server.metric('connections{port="webhook",state="idle"}'), 1)
        connection.close()


class Crowd(ServerTest):
    """More peers than places, of every rude kind, beside one that asks."""

    most = 60
    crowd = 400
    flags = ("--max-connections", str(most))

    def crowd_of(self, make):
        socks = []
        for _ in range(self.crowd):
            sock = make()
            sock.setblocking(False)
            socks.append(sock)
        return socks

    def measure(self, socks):
        """A healthy caller is served; prints how long it took."""
        started = time.monotonic()
        for _ in range(5):
            self.assert_serves()
        asked = time.monotonic() - started
        cpu, since = self.server.cpu_seconds(), time.monotonic()
        time.sleep(1)
        cpu = (self.server.cpu_seconds() - cpu) / (time.monotonic() - since)
        print(f"# {self.id().rpartition('.')[2]}: {len(socks)} peers, {self.most} places: a new connection and a call "
              f"in {asked / 5 * 1000:.0f} ms, afterwards {cpu * 100:.1f} % CPU")
        for sock in socks:
            sock.close()
        # A spinning connection takes a whole core.
        self.assertLess(cpu, 0.5)

    def test_silent(self):
        self.measure(self.crowd_of(self.server.tcp))

    def test_stopped_after_the_client_hello(self):
        hello = client_hello(self.server.context)

        def make():
            sock = self.server.tcp()
            sock.sendall(hello)
            return sock

        self.measure(self.crowd_of(make))

    def test_half_a_header(self):
        def make():
            sock = self.server.tls()
            sock.sendall(HEADER[:40])
            return sock

        self.crowd = self.most + 20
        self.measure(self.crowd_of(make))

    def test_half_a_body(self):
        def make():
            sock = self.server.tls()
            sock.sendall(HEADER + SAMPLE[:1000])
            return sock

        self.crowd = self.most + 20
        self.measure(self.crowd_of(make))

    def test_idle_connections(self):
        def make():
            sock = self.server.tls()
            ask(sock)
            return sock

        self.crowd = self.most + 20
        self.measure(self.crowd_of(make))

    def test_kept_connections_survive_silent_crowds(self):
        """The API server's idle connections go last."""
        kept = [self.server.http() for _ in range(10)]
        for connection in kept:
            self.assertEqual(self.server.post(connection=connection)[0], 200)
        socks = self.crowd_of(self.server.tcp)
        for connection in kept:
            self.assertIsNotNone(connection.sock)
            self.assertEqual(self.server.post(connection=connection)[0], 200)
            connection.close()
        for sock in socks:
            sock.close()

    def survives(self, crowd):
        """A handshake whose last message is late: does it survive that crowd?"""
        sock, incoming, outgoing = self.server.tcp(), ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self.server.context.wrap_bio(incoming, outgoing, server_hostname="localhost")
        finished = False
        while not finished:
            try:
                tls.do_handshake()
                finished = True  # our last message is in `outgoing`
            except ssl.SSLWantReadError:
                sock.sendall(outgoing.read())
                received = sock.recv(65536)
                self.assertTrue(received)
                incoming.write(received)
        socks = crowd()
        tls.write(HEADER + SAMPLE)
        try:
            sock.sendall(outgoing.read())
            return bool(sock.recv(65536))
        except ConnectionError:
            return False
        finally:
            for other in socks + [sock]:
                other.close()

    def test_a_silent_rush_does_not_push_out_a_handshake(self):
        self.assertTrue(self.survives(lambda: self.crowd_of(self.server.tcp)))

    def test_a_rush_from_one_address_pushes_out_its_own(self):
        hello = client_hello(self.server.context)

        def make(source):
            sock = socket.create_connection(("127.0.0.1", self.server.port), source_address=(source, 0))
            sock.sendall(hello)
            return sock

        self.assertTrue(self.survives(lambda: self.crowd_of(lambda: make("127.0.0.2"))))

    def test_the_plain_port_answers_beside_a_crowd(self):
        socks = [self.server.tcp(self.server.plain_port) for _ in range(200)]
        self.assertEqual(self.server.get("/healthz"), "ok\n")
        for sock in socks:
            sock.close()

    def test_nobody_stays(self):
        socks = self.crowd_of(self.server.tcp)
        for sock in socks:
            sock.close()
        eventually(lambda: nobody_is_there(self.server), "all connections are forgotten")


class LargeBodies(ServerTest):
    """What large bodies take is bounded in all, and a slow one makes room."""

    def test_slow_large_bodies_do_not_keep_another_out(self):
        size = 6 * 1024 * 1024
        header = head("/validate", "Host: localhost", "Content-Type: application/json", f"Content-Length: {size}")
        socks = []
        for _ in range(14):  # 84 MiB, of 64
            sock = self.server.tls()
            sock.sendall(header + b" " * (size - 1))
            socks.append(sock)
        self.assertEqual(self.server.post(body=b" " * size)[0], 400)
        self.assert_serves()
        self.assertGreater(self.server.metric('connections_ended_total{port="webhook",why="crowded"}'), 0)
        for sock in socks:
            sock.close()

    def test_large_bodies_beside_small_ones(self):
        stop = threading.Event()

        def flood():
            while not stop.is_set():
                self.server.post(body=b"[" + b"1," * 1_500_000 + b"1]")

        floods = [threading.Thread(target=flood) for _ in range(3)]
        for thread in floods:
            thread.start()
        try:
            slowest = 0.0
            for _ in range(20):
                started = time.monotonic()
                self.assert_serves()
                slowest = max(slowest, time.monotonic() - started)
            print(f"# beside three floods of 3 MB bodies, the slowest of 20 small calls took {slowest * 1000:.0f} ms")
        finally:
            stop.set()
            for thread in floods:
                thread.join()


class LargeAnswers(ServerTest):
    """An answer that nobody reads is memory too: bounded in all, and the oldest makes room."""

    def ask_and_leave(self, body):
        sock = self.server.tls()
        sock.sendall(head("/mutate", "Host: x", "Content-Type: application/json", f"Content-Length: {len(body)}") + body)
        sock.recv(1)  # it is there
        return sock

    def test_answers_that_nobody_reads(self):
        body = review.line(review.make(service_of_groups(2500)))
        status, answer, _ = self.server.post("/mutate", body)
        self.assertEqual((status, len(answer) > 1 << 20), (200, True))
        socks = [self.ask_and_leave(body) for _ in range(64 * (1 << 20) // len(answer) + 30)]
        eventually(lambda: self.server.metric('connections_ended_total{port="webhook",why="crowded"}') >= 20,
                   "who does not read makes room")
        self.assertLess(self.server.metric('connections{port="webhook",state="sending"}'), 80)
        self.assertEqual(self.server.post("/mutate", body)[:2], (200, answer))
        self.assert_serves()
        for sock in socks:
            sock.close()


class Full(ServerTest):
    """All places are taken by requests being answered: who comes now is refused, with what he has sent already."""

    flags = ("--max-connections", "1")

    def test_who_is_refused_has_sent_a_hello(self):
        body = review.line(review.make(service_of_groups(5000)))
        stop = threading.Event()

        def keep_busy():
            while not stop.is_set():
                try:
                    self.server.post("/mutate", body)
                except (OSError, http.client.HTTPException):
                    pass  # made room, for it had its answer

        busy, hello = threading.Thread(target=keep_busy), client_hello(self.server.context)
        busy.start()
        for _ in range(20):
            os.kill(self.server.process.pid, signal.SIGSTOP)  # so that the hello is there before it is accepted
            sock = self.server.tcp()
            sock.sendall(hello)
            os.kill(self.server.process.pid, signal.SIGCONT)
            time.sleep(0.05)
            sock.close()
        stop.set()
        busy.join()
        self.assertGreater(self.server.metric('connections_ended_total{port="webhook",why="crowded"}'), 0)
        eventually(lambda: nobody_is_there(self.server), "all connections are forgotten")
        self.assert_serves()


if __name__ == "__main__":
    unittest.main()
