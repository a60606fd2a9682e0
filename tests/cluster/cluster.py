# SPDX-License-Identifier: Apache-2.0
"""A Kubernetes API server of one's own: etcd and kube-apiserver on loopback ports, and kubectl.

The three programs lie in the folder that KUBEBUILDER_ASSETS names; `./dev cluster-tools` makes one.
Whatever was started dies with this process, also when it is killed.
"""

import ctypes
import http.client
import json
import os
import pathlib
import secrets
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import clock

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = ("etcd", "kube-apiserver", "kubectl")
START_SECONDS = 60
STOP_SECONDS = 10
TRIES = 3  # another program may take a free port before we do

_prctl = ctypes.CDLL(None).prctl
PR_SET_PDEATHSIG = 1


def missing_tools():
    """What keeps a cluster from starting, as a sentence; None if nothing does."""
    folder = os.environ.get("KUBEBUILDER_ASSETS")
    if not folder:
        return "KUBEBUILDER_ASSETS names no folder with etcd, kube-apiserver and kubectl; `./dev cluster-tools` builds them"
    lost = [name for name in PROGRAMS if not os.access(pathlib.Path(folder, name), os.X_OK)]
    return f"{folder} has no {', '.join(lost)}; `./dev cluster-tools` builds them" if lost else None


def tool(name):
    return str(pathlib.Path(os.environ["KUBEBUILDER_ASSETS"], name))


def free_ports(count):
    """Ports of 127.0.0.1 that were free a moment ago, all different."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Process:
    """A program in the background, with its output in a file. moved: how far ahead its time of day is and how much more
    has passed for it, in seconds; its clock can be set then."""

    def __init__(self, command, log, moved=None):
        def prepare():
            _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if moved is not None:
                clock.be_stopped()

        self.log = pathlib.Path(log)
        with open(self.log, "ab") as output:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,  # Ctrl-C is for us; we stop it in good order
                preexec_fn=prepare)
        self.name = pathlib.Path(command[0]).name
        self.clock = None if moved is None else clock.Clock(self._process.pid, *moved)

    @property
    def alive(self):
        return self._process.poll() is None

    @property
    def pid(self):
        return self._process.pid

    def wait(self):
        return self._process.wait()

    def stop(self, seconds=STOP_SECONDS):
        """SIGTERM, then SIGKILL; the exit code."""
        if self.clock:
            self.clock.close()
        if self.alive:
            self._process.terminate()
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait(seconds)

    def wait_until(self, ready, what, seconds=START_SECONDS):
        """Asks ready() until it is true; the program's last words if it ends or takes too long."""
        end = time.monotonic() + seconds
        while not ready():
            if not self.alive or time.monotonic() > end:
                words = self.log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{self.name}: no {what}\n{words}")
            time.sleep(0.05)


def answers(url, context=None, headers=None):
    """True where a GET of url is answered with 200."""
    try:
        request = urllib.request.Request(url, headers=headers or {})
        with urllib.request.urlopen(request, timeout=2, context=context) as reply:
            return reply.status == 200
    except (urllib.error.URLError, OSError):
        return False


class Result:
    """What a command said: its exit code, and its output for people."""

    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    @property
    def text(self):
        return self.err + self.out

    @property
    def warnings(self):
        return [line[9:] for line in self.err.splitlines() if line.startswith("Warning: ")]

    def json(self):
        return json.loads(self.out)


class Cluster:
    """One API server with an empty etcd; a context manager. User `admin` may do everything."""

    ahead = None  # seconds that the API server's time of day is ahead, where it can be set

    def __init__(self, admission_config=None, audit_policy=None):
        self._folder = tempfile.TemporaryDirectory(prefix="cluster-")
        self.folder = pathlib.Path(self._folder.name)
        self._admission_config = admission_config
        self._audit_policy = audit_policy
        self._token = secrets.token_hex(16)
        self._processes = []
        self.url = None

    def __enter__(self):
        for last in range(TRIES - 1, -1, -1):
            try:
                self._start()
                return self
            except RuntimeError:
                self._stop()
                if not last:
                    self._folder.cleanup()
                    raise
        return self

    def __exit__(self, *_):
        self._stop()
        self._folder.cleanup()

    @property
    def audit_log(self):
        """With an audit policy: an event a line."""
        return self.folder / "audit.log"

    def _stop(self):
        for process in reversed(self._processes):
            process.stop()
        self._processes = []

    def _run(self, name, flags, moved=None):
        process = Process([tool(name)] + [f"--{key}={value}" for key, value in flags.items()],
                          self.folder / f"{name}.log", moved)
        self._processes.append(process)
        return process

    def _start(self):
        client, peer, secure = free_ports(3)
        etcd = self._run("etcd", self._etcd_flags(client, peer))
        etcd.wait_until(lambda: answers(f"http://127.0.0.1:{client}/health"), "health")
        self.url = f"https://127.0.0.1:{secure}"
        self._write_secrets()
        self._write_kubeconfig()
        self._flags = self._apiserver_flags(client, secure)
        self.start_api_server()

    def start_api_server(self):
        """On the same port, over the same etcd."""
        moved = None if self.ahead is None else (self.ahead, 0)
        self._run("kube-apiserver", self._flags, moved).wait_until(self._ready, "readiness")

    def stop_api_server(self):
        self._processes.pop().stop(seconds=60)

    def _etcd_flags(self, client, peer):
        name, mine, theirs = "one", f"http://127.0.0.1:{client}", f"http://127.0.0.1:{peer}"
        return {
            "name": name, "data-dir": tempfile.mkdtemp(prefix="etcd-", dir=self.folder),
            "listen-client-urls": mine, "advertise-client-urls": mine,
            "listen-peer-urls": theirs, "initial-advertise-peer-urls": theirs,
            "initial-cluster": f"{name}={theirs}", "unsafe-no-fsync": "true", "log-level": "error",
        }

    def _apiserver_flags(self, etcd, secure):
        key = self.folder / "service-account.key"
        flags = {
            "etcd-servers": f"http://127.0.0.1:{etcd}",
            "secure-port": secure, "bind-address": "127.0.0.1",
            "cert-dir": self.folder / "apiserver",
            "service-account-key-file": key, "service-account-signing-key-file": key,
            "service-account-issuer": "https://kubernetes.default.svc",
            "token-auth-file": self.folder / "tokens.csv",
            "authorization-mode": "RBAC", "service-cluster-ip-range": "10.0.0.0/24",
            "disable-admission-plugins": "ServiceAccount",
        }
        if self._admission_config:
            flags["admission-control-config-file"] = self._admission_config
        if self._audit_policy:
            flags["audit-policy-file"] = write_json(self.folder / "audit-policy.json", self._audit_policy)
            flags["audit-log-path"] = self.audit_log
        return flags

    def _write_secrets(self):
        (self.folder / "tokens.csv").write_text(f"{self._token},admin,admin,system:masters\n")
        subprocess.run(["openssl", "genrsa", "-out", self.folder / "service-account.key", "2048"],
                       check=True, capture_output=True, timeout=START_SECONDS)

    def _write_kubeconfig(self):
        # The API server's own certificate is made at its start and signed by nobody.
        config = {
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "test", "cluster": {
                "server": self.url, "insecure-skip-tls-verify": True}}],
            "users": [{"name": "admin", "user": {"token": self._token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
        }
        write_json(self.folder / "kubeconfig", config)

    def _ready(self):
        # Namespace default comes a moment after readiness.
        return self.kubectl("get", "--raw", "/readyz").code == 0 \
            and self.kubectl("get", "namespace", "default").code == 0

    def kubectl(self, *arguments, stdin=None, seconds=60, **variables):
        """Runs kubectl as user admin. stdin: text, or an object that becomes JSON."""
        text = stdin if stdin is None or isinstance(stdin, str) else json.dumps(stdin)
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder),
                       "KUBECONFIG": str(self.folder / "kubeconfig")} | variables
        return Result(subprocess.run([tool("kubectl"), *map(str, arguments)], input=text, text=True,
                                     capture_output=True, timeout=seconds, env=environment,
                                     check=False))

    def ask(self, method, path, body=None):
        """One call without kubectl, which takes a tenth of a second to start: (status, its JSON). Status 0: no
        answer. It is no means to see what a user sees."""
        address = self.url.removeprefix("https://")
        connection = http.client.HTTPSConnection(address, timeout=60, context=ssl._create_unverified_context())
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            reply = connection.getresponse()
            return reply.status, json.loads(reply.read())
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}
        finally:
            connection.close()

    def must(self, *arguments, stdin=None):
        """As kubectl, but anything than success is an error of the test's surroundings."""
        result = self.kubectl(*arguments, stdin=stdin)
        if result.code:
            raise RuntimeError(f"kubectl {' '.join(map(str, arguments))}: {result.text}")
        return result

    def get(self, kind, name):
        return self.must("get", kind, name, "-o", "json").json()

    def install_crd(self, path=HERE / "crd.yaml"):
        """Replaces the RayService definition, and waits until the API server serves it."""
        self.must("apply", "--server-side", "--force-conflicts", "-f", path)
        end = time.monotonic() + START_SECONDS
        while self.kubectl("get", "rayservices.ray.io").code:  # `wait` fails before there is a status
            if time.monotonic() > end:
                raise RuntimeError("the API server does not serve rayservices.ray.io")
            time.sleep(0.05)


def write_json(path, value):
    """The path. YAML's readers take JSON too."""
    pathlib.Path(path).write_text(json.dumps(value), encoding="utf-8")
    return path
