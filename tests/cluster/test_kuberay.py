#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""KubeRay's real definition with KubeRay's own samples: none may be refused, each is injected."""

import unittest

import yaml

from fixture import INJECTED, ROOT, ClusterTest, main

KUBERAY = ROOT.parent / "shared" / "kuberay"
SAMPLES = sorted((KUBERAY / "samples").glob("*.yaml"))
DEFINITION = KUBERAY / "crds" / "ray.io_rayservices.v1.7.0.yaml"


@unittest.skipUnless(KUBERAY.is_dir(), "../shared/kuberay is not here: KubeRay's own files")
class Samples(ClusterTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cluster.install_crd(DEFINITION)

    def apart(self, number):
        """A namespace of its own for a sample: their names repeat."""
        self.namespace = f"{self.id().rsplit('_', 1)[-1]}-{number}"
        self.cluster.must("create", "namespace", self.namespace)

    def test_every_sample_is_created(self):
        for number, path in enumerate(SAMPLES):
            with self.subTest(sample=path.name):
                self.apart(number)
                result = self.kubectl("create", "-f", path)
                self.assertEqual(result.code, 0, result.text)
                print(f"# {path.name}", *result.warnings or ["no warning"], sep="\n#   ")
        self.assertGreater(len(SAMPLES), 10)

    def test_a_second_apply_changes_nothing(self):
        for number, path in enumerate(SAMPLES):
            with self.subTest(sample=path.name):
                self.apart(number)
                self.kubectl("apply", "-f", path)
                before = self.services(path)
                self.assertEqual(self.kubectl("apply", "-f", path).code, 0)
                self.assertEqual(self.services(path), before)

    def services(self, path):
        """The RayServices of a file as they are stored: generation, spec and what was injected."""
        names = [each["metadata"]["name"]
                 for each in yaml.safe_load_all(path.read_text(encoding="utf-8"))
                 if each and each["kind"] == "RayService"]
        found = [self.stored(name) for name in names]
        return [(each["metadata"]["generation"], each["spec"],
                 each["metadata"]["annotations"].get(INJECTED)) for each in found]


if __name__ == "__main__":
    main()
