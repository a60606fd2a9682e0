# SPDX-License-Identifier: Apache-2.0
"""manifests/ in an API server, as people install them, with a recorder in place of our server."""

import atexit
import base64
import contextlib
import functools
import json
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

from cluster import Cluster
from fixture import PROGRAM, ROOT
from recorder import Recorder

NAME = "rayservice-webhook"
SERVICE = f"{NAME}.{NAME}.svc"
CONFIGURATIONS = ("mutatingwebhookconfiguration", "validatingwebhookconfiguration")
MARKS = '{"head":"num-cpus","groups":["small"]}'
PROBE = {"exec": {"command": ["true"]}}
LEARN_SECONDS = 30


def overlay(folder):
    """A copy of the manifests with the certificate that the overlay own-ca asks for."""
    shutil.copytree(ROOT / "manifests", folder / "manifests")
    own_ca = folder / "manifests" / "overlays" / "own-ca"
    shutil.rmtree(own_ca / "certs", ignore_errors=True)
    subprocess.run([PROGRAM, "certs", "init", "--dir", own_ca / "certs", "--name", SERVICE], check=True,
                   stdout=subprocess.DEVNULL, timeout=60)
    return own_ca


def in_base64(path):
    return base64.b64encode(pathlib.Path(path).read_bytes()).decode()


def ray_service(name="svc", *, marked=True, probe=True):
    """As it is stored after an injection; unmarked and without a probe as its owner wrote it."""
    worker = {"name": "ray-worker", "image": "rayproject/ray:2.52.0"}
    if probe:
        worker["readinessProbe"] = PROBE
    annotations = {f"{NAME}/injected": MARKS} if marked else {}
    return {
        "apiVersion": "ray.io/v1", "kind": "RayService", "metadata": {"name": name, "annotations": annotations},
        "spec": {"serveConfigV2": "applications: []", "rayClusterConfig": {
            "headGroupSpec": {"rayStartParams": {"num-cpus": "0"} if probe else {}, "template": {
                "spec": {"containers": [{"name": "ray-head", "image": "rayproject/ray:2.52.0"}]}}},
            "workerGroupSpecs": [{"groupName": "small", "replicas": 1, "minReplicas": 1, "maxReplicas": 1,
                                  "rayStartParams": {}, "template": {"spec": {"containers": [worker]}}}]}}}


def workers(object_):
    return object_["spec"]["rayClusterConfig"]["workerGroupSpecs"]


def head(object_):
    return object_["spec"]["rayClusterConfig"]["headGroupSpec"]


def container(object_):
    return workers(object_)[0]["template"]["spec"]["containers"][0]


@functools.cache
def api_server():
    """One for all classes."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    cluster = stack.enter_context(Cluster())
    cluster.install_crd()
    return cluster


class ManifestTest(unittest.TestCase):
    """Everything of the overlay own-ca is in the API server, for real."""

    maxDiff = None

    COMPONENTS = []

    @classmethod
    def setUpClass(cls):
        cls.cluster = api_server()
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.overlay = overlay(folder)
        shutil.copy(cls.overlay / "certs" / "ca.crt", folder / "manifests" / "components" / "mtls" / "client-ca.crt")
        with open(cls.overlay / "kustomization.yaml", "a", encoding="utf-8") as file:
            file.write(f"components: {json.dumps(cls.COMPONENTS)}\n")
        for kind in CONFIGURATIONS:
            cls.cluster.must("delete", kind, NAME, "--ignore-not-found")
        cls.applied = cls.cluster.kubectl("apply", "--validate=strict", "-k", cls.overlay)


class RegistrationTest(ManifestTest):
    """The same, with a webhook that changes nothing in place of ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.recorder = cls.enterClassContext(Recorder(PROGRAM, folder))
        for kind in CONFIGURATIONS:
            configuration = cls.cluster.get(kind, NAME)
            for hook in configuration["webhooks"]:
                hook["clientConfig"] = {"url": cls.recorder.url(hook["clientConfig"]["service"]["path"]),
                                        "caBundle": in_base64(cls.recorder.authority)}
            cls.cluster.must("replace", "-f", "-", stdin=configuration)
        cls.wait_for_calls()

    @classmethod
    def wait_for_calls(cls):
        """The API server takes a moment to hear of a registration and of the policy."""
        namespace = f"warm-up-{cls.__name__.lower()}"
        cls.cluster.must("create", "namespace", namespace)
        end = time.monotonic() + LEARN_SECONDS
        while not cls.is_called(namespace):
            if time.monotonic() > end:
                raise RuntimeError("the API server never asked")

    @classmethod
    def is_called(cls, namespace):
        cls.recorder.calls()
        cls.cluster.must("-n", namespace, "delete", "--ignore-not-found", "rayservice", "svc")
        cls.cluster.must("-n", namespace, "create", "-f", "-", stdin=ray_service())
        created = cls.recorder.calls()
        refused = cls.cluster.kubectl("-n", namespace, "replace", "-f", "-", stdin=ray_service(probe=False))
        return created == [("/mutate", "CREATE"), ("/validate", "CREATE")] and refused.code

    def setUp(self):
        self.namespace = self._testMethodName.replace("_", "-")[:60].rstrip("-")
        self.cluster.must("create", "namespace", self.namespace)
        self.recorder.calls()

    def kubectl(self, *arguments, stdin=None):
        return self.cluster.kubectl("-n", self.namespace, *arguments, stdin=stdin)

    def put(self, verb, object_):
        result = self.kubectl(verb, "-f", "-", stdin=object_)
        self.assertEqual(result.code, 0, result.text)
        return self.recorder.calls()

    def refuse(self, object_, *sentences):
        result = self.kubectl("replace", "-f", "-", stdin=object_)
        self.assertNotEqual(result.code, 0)
        for sentence in sentences:
            self.assertIn(sentence, result.text)
        return self.recorder.calls()

    def down(self):
        self.recorder.stop()
        self.addCleanup(self.recorder.start)
