# SPDX-License-Identifier: Apache-2.0
"""A small world whose time the test makes pass: API servers with clocks of their own, copies of the controller, two
servers of ours, and a relay that makes each call of an API server a new handshake."""

import base64
import contextlib
import functools
import os
import signal
import socket
import ssl
import subprocess
import threading
import time

import cluster
from controller import SECRETS, Controller, Installation, SecretWebhook
from webhook import HOST, called_directly

MINUTE, HOUR, DAY, YEAR = 60, 3600, 86400, 365 * 86400
LEAF, CA, SETTLE = 7 * DAY, YEAR, 3 * MINUTE  # what the controller does without flags
LAG = 170  # a kubelet's, when it is slow; less than SETTLE
GLANCE = 50  # time that passes between two calls while something is going on
PATIENCE = 300  # such calls


def eventually(done, what, seconds=60):
    """In real time."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise AssertionError(f"no {what} in {seconds} s")
        time.sleep(0.02)


class MovedCluster(cluster.Cluster):
    """Its API server's clock can be set."""

    ahead = 0
    away = False

    def set_clock(self, ahead):
        self.ahead = ahead
        if not self.away:
            self._processes[-1].clock.set(ahead, 0)

    def stop_api_server(self):
        self.away = True
        super().stop_api_server()

    def start_api_server(self):
        super().start_api_server()
        self.away = False

    @property
    def now(self):
        return time.time() + self.ahead

    def words(self):
        """What the API server says in its log."""
        return self._processes[-1].log.read_text(errors="replace").splitlines()


class SecondApiServer(MovedCluster):
    """Over the etcd of another one."""

    def __init__(self, first):
        super().__init__()
        self._first = first

    def _start(self):
        port, = cluster.free_ports(1)
        self.url, self._token = f"https://{HOST}:{port}", self._first._token
        self._flags = self._first._flags | {"secure-port": port, "cert-dir": self.folder / "apiserver"}
        self._write_kubeconfig()
        self.start_api_server()


class MovedController(Controller):
    """More time passes for it than for us. Its own time of day stays what it is: it does not count."""

    moved = (0, 0)
    token_seconds = 10 * YEAR

    def wait(self, seconds):
        self.moved = (0, self.moved[1] + seconds)
        self._process.clock.set(*self.moved)


class Relay:
    """A port that leads to another port of ours."""

    def __init__(self):
        self._listener = socket.create_server((HOST, 0))
        self.port = self._listener.getsockname()[1]
        self._target, self._open = None, set()
        threading.Thread(target=self._serve, daemon=True).start()

    def lead(self, port):
        """What is connected is cut off, so that the next call begins with a handshake."""
        self._target = port
        for each in list(self._open):
            each.shutdown()

    def _serve(self):
        while True:
            near, _ = self._listener.accept()
            Relayed(near, socket.create_connection((HOST, self._target)), self._open)


class Relayed:
    """One connection, as long as both of its ends are there."""

    def __init__(self, near, far, among):
        self._ends, self._among = (near, far), among
        for each in self._ends:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        among.add(self)
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        there = threading.Thread(target=self._pump, args=self._ends, daemon=True)
        there.start()
        self._pump(*reversed(self._ends))
        there.join()
        self._among.discard(self)
        for each in self._ends:
            each.close()

    def _pump(self, source, sink):
        with contextlib.suppress(OSError):  # cut off
            while data := source.recv(65536):
                sink.sendall(data)
        self.shutdown()

    def shutdown(self):
        for each in self._ends:
            with contextlib.suppress(OSError):  # its other end was faster
                each.shutdown(socket.SHUT_RDWR)


@functools.cache
def facts(certificate):
    """(its end, its subject, its issuer) of PEM."""
    done = subprocess.run(["openssl", "x509", "-noout", "-enddate", "-subject", "-issuer"], input=certificate,
                          capture_output=True, check=True, timeout=60)
    values = [line.split("=", 1)[1] for line in done.stdout.decode().splitlines()]
    return ssl.cert_time_to_seconds(values[0]), values[1], values[2]


def old_until(authority):
    text = authority["old.until"].decode()
    return ssl.cert_time_to_seconds(time.strftime("%b %d %H:%M:%S %Y GMT", time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")))


class World(Installation):
    def __init__(self, api, program):
        self.relay = Relay()
        self.late = SecretWebhook(program, api.folder / "mounted-late")
        self.apis, self.copies = [api], []
        self.passed, self._due, self.stored, self.newest = 0, None, None, None
        super().__init__(api, program)

    def lead_here(self, client):
        path = client.pop("service")["path"]
        client["url"] = f"https://{HOST}:{self.relay.port}{path}"

    # Time.

    def pass_time(self, seconds):
        self.passed += seconds
        for api in self.apis:
            api.set_clock(api.ahead + seconds)
        for copy in self.copies:
            copy.wait(seconds)

    def leap(self, seconds):
        """The clocks of all API servers are set. Tokens of another time are none: kubelets fetch new ones."""
        for api in self.apis:
            api.set_clock(api.ahead + seconds)
        for copy in self.copies:
            copy.renew_token()

    @property
    def now(self):
        """By the clock that is ahead of all."""
        return max(api.now for api in self.apis)

    # Servers.

    @staticmethod
    def _serves(server, certificate):
        served = ssl.get_server_certificate((HOST, server.port), timeout=10)
        return ssl.PEM_cert_to_DER_cert(served) == ssl.PEM_cert_to_DER_cert(certificate.decode())

    def _mount(self, server, secret):
        """Whether there was anything new; it is served then."""
        changed = server.mount(secret)
        if changed and server.running:
            os.kill(server.pid, signal.SIGHUP)
            eventually(lambda: self._serves(server, secret["tls.crt"]), "new certificate")
        return changed

    def sync(self):
        """One server's kubelet is quick, the other's comes when LAG has passed."""
        self.stored = self.secret(SECRETS[0])
        self.newest = self.stored or self.newest
        if self.newest and self._mount(self.webhook, self.newest) and self._due is None:
            self._due = self.passed + LAG
        if self._due is not None and self.passed >= self._due:
            self._mount(self.late, self.newest)
            self._due = None

    # Calls.

    def call(self):
        """Each API server calls each server, once to change and once to judge an object, twice."""
        self.sync()
        answered = True
        for api in self.apis:
            for server in (self.webhook, self.late):
                self.relay.lead(server.port)
                self.calls += 1
                if not called_directly(api):
                    answered = False
                    self.failed += 1
        return answered

    # What the controller has to do by its rules.

    def _leaf_task(self, leaf, authority):
        left = facts(leaf)[0] - self.now if leaf else 0
        if not leaf or left <= LEAF / 3:
            return "a certificate"
        if left > LEAF + LEAF / 3:
            return "a certificate of today"
        return None if facts(leaf)[2] == facts(authority)[1] else "a certificate of the new CA"

    def task(self):
        """What is to be done, None for nothing; after a sync()."""
        leaf = (self.stored or {}).get("tls.crt")
        secret = self.secret(SECRETS[1]) or {}
        authority = secret.get("ca.crt")
        if not authority or "next.crt" in secret:
            return "a CA that signs"
        if set(self.bundles()) != {authority + secret.get("old.crt", b"")}:
            return "a caBundle"
        if facts(authority)[0] - self.now <= CA / 3:
            return "a new CA"
        if "old.crt" in secret and not self.now < old_until(secret) <= self.now + LEAF + LEAF / 3:
            return "to forget a CA"
        return self._leaf_task(leaf, authority) or ("a kubelet" if self._due is not None else None)

    def leaf_left(self):
        self.sync()
        return int(facts(self.stored["tls.crt"])[0] - self.now)

    def stranger(self):
        """As base64, a CA that signs nothing of ours: the API server's own certificate."""
        return base64.b64encode((self.api.folder / "apiserver" / "apiserver.crt").read_bytes()).decode()

    def begin(self):
        """Until the first certificate is where it should be."""
        def stored():
            self.sync()
            return self.stored

        eventually(stored, "certificate")
        self.until_done(lambda _: self.breathe())

    def until_done(self, meanwhile):
        """Time passes until there is no task."""
        for _ in range(PATIENCE):
            self.sync()
            what = self.task()
            if not what:
                return
            meanwhile(what)
            self.pass_time(GLANCE)
        raise AssertionError(f"the controller does not come to it: {what}")

    def until(self, done, what):
        """Time passes, and each call is answered, until done()."""
        for _ in range(PATIENCE):
            if done():
                return
            self.must_answer(f"before {what}")
            self.pass_time(GLANCE)
        raise AssertionError(f"no {what}")

    def must_answer(self, when):
        if not self.call():
            words = [line for api in self.apis for line in api.words() if "failed calling webhook" in line]
            raise AssertionError(f"not answered: {when}\n{words[-1:]}")

    def settle(self):
        """Until all is done; each call on the way must be answered."""
        self.until_done(lambda what: self.must_answer(f"while this was to be done: {what}"))

    def repair(self):
        """As settle(), after something that ends what is served: calls must be answered again when all is done."""
        self.until_done(lambda _: self.breathe())
        self.must_answer("after the repair")

    def breathe(self):
        """Real time, for the controller to look in."""
        time.sleep(0.1)

    def walk(self, days, step):
        """step(): how many seconds nobody looks."""
        end = self.passed + days * DAY
        while self.passed < end:
            self.pass_time(step())
            self.must_answer("after a step")
            self.settle()
