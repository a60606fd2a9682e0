# SPDX-License-Identifier: Apache-2.0
"""The program from outside, and a manifest to give it."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""

MANIFEST = """\
apiVersion: ray.io/v1
kind: RayService
metadata:
  name: svc
spec:
  serveConfigV2: |
    applications:
    - name: app
      import_path: app:deployment
      deployments:
      - name: Model
        num_replicas: 2
        max_replicas_per_node: 1
        ray_actor_options: {num_cpus: 1}
  rayClusterConfig:
    rayVersion: "2.52.0"
    headGroupSpec:
      rayStartParams: {}
      template: {spec: {containers: [{name: head, image: "rayproject/ray:2.52.0"}]}}
    workerGroupSpecs:
    - groupName: small
      replicas: 2
      minReplicas: 2
      maxReplicas: 2
      rayStartParams: {}
      template:
        spec:
          containers:
          - name: worker
            image: rayproject/ray:2.52.0
            resources: {limits: {cpu: "2", memory: 2Gi}, requests: {cpu: "2", memory: 2Gi}}
"""

# Denied, at 19:34, and nothing else is wrong with it.
DENIED = MANIFEST.replace("      rayStartParams: {}\n      template: {spec",
                          "      rayStartParams: {num-cpus: nine}\n      template: {spec")


def environment(**variables):
    """Nothing of the caller's that would change an answer."""
    clean = {name: value for name, value in os.environ.items()
             if not name.startswith(("RAYSERVICE_WEBHOOK_", "LC_", "LANG", "NO_COLOR"))}
    return clean | {"LC_ALL": "C.UTF-8"} | variables


def run(*arguments, text="", **variables):
    data = text if isinstance(text, bytes) else text.encode()
    done = subprocess.run([PROGRAM, *map(str, arguments)], input=data, capture_output=True,
                          timeout=60, env=environment(**variables))
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    return done


class Place(unittest.TestCase):
    """A directory for each test."""

    maxDiff = None

    def setUp(self):
        top = tempfile.TemporaryDirectory()
        self.addCleanup(top.cleanup)
        self.dir = pathlib.Path(top.name)

    def write(self, name, text):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path


def main():
    """The program's path is the first argument."""
    global PROGRAM
    PROGRAM = sys.argv.pop(1)
    unittest.main(module="__main__", verbosity=2)  # so that a skipped test says why
