# SPDX-License-Identifier: Apache-2.0
"""Our server as a process of its own, with certificates from `certs init`, and its registration."""

import json
import pathlib
import shutil
import subprocess
import time

import yaml

import cluster

HERE = pathlib.Path(__file__).resolve().parent
MANIFESTS = HERE.parent.parent / "manifests"
HOST = "127.0.0.1"
LEARN_SECONDS = 10

POD = {"spec": {"containers": [{"name": "ray", "image": "rayproject/ray:2.52.0"}]}}
TRIAL = {
    "apiVersion": "ray.io/v1", "kind": "RayService",
    "metadata": {"name": "trial", "namespace": "default"},
    "spec": {"serveConfigV2": "applications: [", "rayClusterConfig": {
        "headGroupSpec": {"template": POD},
        "workerGroupSpecs": [{"groupName": "trial", "replicas": 1, "template": POD}]}},
}


class Webhook:
    """`rayservice-webhook serve` on free loopback ports; a context manager."""

    def __init__(self, program, folder, flags=()):
        self.program = str(program)
        self.folder = pathlib.Path(folder)
        self._flags = list(flags)
        self._process = None
        self.port, self.metrics_port = cluster.free_ports(2)

    @property
    def authority(self):
        return self.folder / "ca.crt"

    @property
    def log(self):
        return self.folder / "serve.log"

    @property
    def pid(self):
        return self._process.pid

    @property
    def running(self):
        return self._process is not None

    def url(self, stage):
        return f"https://{HOST}:{self.port}/{stage}"

    def command(self):
        return [self.program, "serve", "--tls-cert", self.folder / "tls.crt",
                "--tls-key", self.folder / "tls.key", "--listen", f"{HOST}:{self.port}",
                "--metrics-listen", f"{HOST}:{self.metrics_port}", "--drain-delay", "0s",
                *self._flags]

    def make_certificates(self, *flags):
        subprocess.run([self.program, "certs", "init", "--dir", self.folder, "--name", HOST, *flags],
                       check=True, stdout=subprocess.DEVNULL, timeout=60)

    def start(self, flags=None):
        """On the same ports each time, so that a registration stays true; with these flags from now on."""
        if flags is not None:
            self._flags = list(flags)
        if not self.authority.exists():
            self.make_certificates()
        self._process = cluster.Process(self.command(), self.log)
        ready = f"http://{HOST}:{self.metrics_port}/readyz"
        self._process.wait_until(lambda: cluster.answers(ready), "readiness")

    def wait(self):
        """Until it ends by itself."""
        return self._process.wait()

    def stop(self):
        """The exit code."""
        code = self._process.stop()
        self._process = None
        return code

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self._process:
            self.stop()


def overlay(api, webhook, components=()):
    """A copy of the project's own, with this server's certificates: the path of the overlay."""
    copy = api.folder / "manifests"
    shutil.copytree(MANIFESTS, copy, dirs_exist_ok=True)
    certificates = copy / "overlays" / "own-ca" / "certs"
    certificates.mkdir(exist_ok=True)
    for name in ("tls.crt", "tls.key", "ca.crt"):
        shutil.copy(webhook.folder / name, certificates)
    with open(certificates.parent / "kustomization.yaml", "a", encoding="utf-8") as file:
        file.write(f"components: {json.dumps([f'../../components/{name}' for name in components])}\n")
    return certificates.parent


def manifests(api, webhook, components=()):
    """What `kubectl apply -k` would apply, but each Service is a URL."""
    rendered = api.must("kustomize", overlay(api, webhook, components)).out
    documents = list(yaml.safe_load_all(rendered))
    for each in (each for document in documents for each in document.get("webhooks", [])):
        service = each["clientConfig"].pop("service")
        each["clientConfig"]["url"] = webhook.url(service["path"].lstrip("/"))
    return documents


def install(api, documents):
    namespaces = [each for each in documents if each["kind"] == "Namespace"]
    for items in (namespaces, [each for each in documents if each not in namespaces]):
        result = api.must("apply", "-f", "-",
                          stdin={"apiVersion": "v1", "kind": "List", "items": items})
        if result.warnings:
            raise RuntimeError(f"the manifests are warned of: {result.text}")


def register(api, webhook):
    """Installs everything that manifests/ would, and waits until our server is asked."""
    install(api, manifests(api, webhook))
    wait_until_called(api, webhook)


def called(api):
    """Whether both stages answer: the trial is refused, and its fault is ours."""
    refused = api.kubectl("create", "--dry-run=server", "-f", "-", stdin=TRIAL)
    empty = dict(TRIAL, spec=dict(TRIAL["spec"], serveConfigV2="applications: []"))
    passed = api.kubectl("create", "--dry-run=server", "-o", "json", "-f", "-", stdin=empty)
    return "serve-config-yaml" in refused.err and "rayservice-webhook/" in passed.out


def called_directly(api):
    """The same without kubectl: many times a second."""
    path = "/apis/ray.io/v1/namespaces/default/rayservices?dryRun=All"
    refused = api.ask("POST", path, TRIAL)[1].get("message", "")
    passed = api.ask("POST", path, dict(TRIAL, spec=dict(TRIAL["spec"], serveConfigV2="applications: []")))[1]
    return "serve-config-yaml" in refused and "rayservice-webhook/" in str(passed.get("metadata", {}))


def wait_until_called(api, webhook):
    """The API server learns of a registration a moment after it is stored."""
    end = time.monotonic() + LEARN_SECONDS
    while not called(api):
        if time.monotonic() > end:
            words = webhook.log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"the API server does not call the webhook\n{words}")
        time.sleep(0.05)
