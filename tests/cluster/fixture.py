# SPDX-License-Identifier: Apache-2.0
"""What the tests on a real API server share: one API server a program, one namespace a test."""

import atexit
import contextlib
import copy
import functools
import os
import pathlib
import re
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "lib"))

import yaml  # noqa: E402

from cluster import Cluster, missing_tools  # noqa: E402
from webhook import Webhook, register  # noqa: E402

EXAMPLES = ROOT / "manifests" / "examples"
PROGRAM = os.environ.get("RAYSERVICE_WEBHOOK_BINARY",
                         str(ROOT / "build" / "dev" / "bin" / "rayservice-webhook"))
SKIPPED = 77  # CTest's SKIP_RETURN_CODE
FINALIZER = "ray.io/rayservice-finalizer"
INJECTED = "rayservice-webhook/injected"

# KubeRay's own probe of a worker of a RayService, v1.4 to v1.7.
PROBE = {
    "exec": {"command": [
        "bash", "-c",
        "wget --tries 1 -T 2 -q -O- http://localhost:52365/api/local_raylet_healthz | grep success"
        " && wget --tries 1 -T 10 -q -O- http://localhost:8000/-/healthz | grep success"]},
    "initialDelaySeconds": 10, "timeoutSeconds": 2, "periodSeconds": 5,
    "successThreshold": 1, "failureThreshold": 1,
}


def example(name, /, **metadata):
    """A RayService of manifests/examples, as an object of one's own."""
    object_ = yaml.safe_load((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))
    object_["metadata"].update(metadata)
    return object_


def with_serve_config(object_, pattern, text):
    """The object with every match of pattern in serveConfigV2 replaced; there must be one."""
    changed = copy.deepcopy(object_)
    changed["spec"]["serveConfigV2"], count = re.subn(pattern, text, object_["spec"]["serveConfigV2"])
    if not count:
        raise ValueError(f"{pattern!r} is not in serveConfigV2")
    return changed


def head_params(object_):
    return object_["spec"]["rayClusterConfig"]["headGroupSpec"].get("rayStartParams", {})


def probes(object_):
    """The readiness probe of each worker group's Ray container; None where there is none."""
    return [group["template"]["spec"]["containers"][0].get("readinessProbe")
            for group in object_["spec"]["rayClusterConfig"].get("workerGroupSpecs", [])]


@functools.cache
def surroundings():
    """The API server and our server, started once and stopped when the tests are over."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    cluster = stack.enter_context(Cluster())
    cluster.install_crd()
    webhook = stack.enter_context(Webhook(PROGRAM, cluster.folder, [
        "--record", cluster.folder / "records", "--record-content", "--record-files", "1000"]))
    register(cluster, webhook)
    return cluster, webhook


class ClusterTest(unittest.TestCase):
    """An API server with the RayService definition, and our server registered with it."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.cluster, cls.webhook = surroundings()

    @classmethod
    def tearDownClass(cls):
        """All that was decided so far is decided again, without the server."""
        done = subprocess.run([PROGRAM, "replay", "--strict", cls.cluster.folder / "records"],
                              capture_output=True, text=True, check=False, timeout=120)
        if done.returncode or not re.fullmatch(r"would change 0 of [1-9]\d* decisions?\n", done.stdout):
            raise AssertionError(f"replay says {done.returncode}: {done.stdout}{done.stderr}")

    def setUp(self):
        self.namespace = self._testMethodName.replace("_", "-").lower()[:60].rstrip("-")
        self.cluster.must("create", "namespace", self.namespace)

    def kubectl(self, *arguments, stdin=None):
        return self.cluster.kubectl("--namespace", self.namespace, *arguments, stdin=stdin)

    def apply(self, object_, *flags):
        return self.kubectl("apply", *flags, "-f", "-", stdin=object_)

    def stored(self, name):
        return self.cluster.must("--namespace", self.namespace, "get", "rayservice", name,
                                 "-o", "json").json()

    def put(self, object_, manager="kuberay-operator"):
        """An UPDATE as a program sends it; `kubectl replace` would rewrite its own annotation."""
        path = (f"/apis/ray.io/v1/namespaces/{self.namespace}/rayservices/"
                f"{object_['metadata']['name']}?fieldManager={manager}")
        return self.kubectl("replace", "--raw", path, "-f", "-", stdin=object_)

    def applied(self, object_, *flags):
        """Applies it, which must succeed; the object as it is stored."""
        result = self.apply(object_, *flags)
        self.assertEqual(result.code, 0, result.text)
        return self.stored(object_["metadata"]["name"])

    def assert_injected(self, object_):
        self.assertEqual(head_params(object_).get("num-cpus"), "0")
        self.assertEqual(probes(object_), [PROBE] * len(probes(object_)))


def main(*more):
    """As unittest.main(), but without the programs of a cluster nothing can be tested. more: what else says so."""
    for reason in filter(None, (missing() for missing in (missing_tools, *more))):
        print(reason)
        sys.exit(SKIPPED)
    unittest.main(module="__main__", verbosity=2)
