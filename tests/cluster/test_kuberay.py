#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""KubeRay's real definition with KubeRay's own samples: what is said of each, and that it is stored."""

import unittest

import yaml

from fixture import INJECTED, ROOT, ClusterTest, example, main

KUBERAY = ROOT.parent / "shared" / "kuberay"
SAMPLES = sorted((KUBERAY / "samples").glob("*.yaml"))
DEFINITION = KUBERAY / "crds" / "ray.io_rayservices.v1.7.0.yaml"


def documents_of(path):
    return [each for each in yaml.safe_load_all(path.read_text(encoding="utf-8")) if each]


def with_head_cpu(document):
    """The head takes a replica, by the user's will."""
    if document["kind"] == "RayService":
        head = document["spec"]["rayClusterConfig"]["headGroupSpec"]
        head.setdefault("rayStartParams", {})["num-cpus"] = "1"
    return document


def opted_out(document):
    if document["kind"] == "RayService":
        document["metadata"].setdefault("annotations", {})["rayservice-webhook/inject"] = "off"
    return document


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

    def test_there_are_samples(self):
        self.assertGreater(len(SAMPLES), 10)

    def create(self, documents):
        # Not as a List: kubectl asks more of those than the API server does.
        return self.kubectl("create", "-f", "-", stdin=yaml.safe_dump_all(documents))

    def test_every_sample_is_created(self):
        for number, path in enumerate(SAMPLES):
            with self.subTest(sample=path.name):
                self.apart(number)
                result = self.create(documents_of(path))
                print(f"# {path.name}", *result.warnings or ["no warning"], sep="\n#   ")
                if result.code:
                    self.created_as_advised(path, result.err)

    def created_as_advised(self, path, refusal):
        """Without its num-cpus the head takes no replica; who needs it to take some must say so."""
        print(f"#   {refusal}")
        self.assertRegex(refusal, r"replicas-exceed-capacity: .* or num-cpus on the head\n$")
        self.assertEqual(refusal.count("spec.serveConfigV2: "), 1)
        self.apart(self.namespace.rsplit("-", 1)[-1] + "-advised")
        result = self.create([with_head_cpu(each) for each in documents_of(path)])
        self.assertEqual(result.code, 0, result.text)
        self.assertIn("head-runs-replicas", "".join(result.warnings))
        self.apart(self.namespace.rsplit("-", 2)[-2] + "-out")
        result = self.create([opted_out(each) for each in documents_of(path)])
        self.assertEqual(result.code, 0, result.text)

    def test_a_second_apply_changes_nothing(self):
        for number, path in enumerate(SAMPLES):
            with self.subTest(sample=path.name):
                self.apart(number)
                if self.kubectl("apply", "-f", path).code:
                    continue
                before = self.services(path)
                self.assertGreater(len(before), 0)
                self.assertEqual(self.kubectl("apply", "-f", path).code, 0)
                self.assertEqual(self.services(path), before)

    def test_the_older_api_version(self):
        """v1alpha1 knows fewer fields, and the API server asks us about v1 (matchPolicy Equivalent)."""
        self.apart(0)
        object_ = example("two-replicas-for-two-workers", name="older")
        object_["apiVersion"] = "ray.io/v1alpha1"
        for _ in range(2):
            self.assert_injected(self.applied(object_))

    def services(self, path):
        """The RayServices of a file as they are stored: generation, spec and what was injected."""
        names = [each["metadata"]["name"] for each in documents_of(path)
                 if each["kind"] == "RayService"]
        found = [self.stored(name) for name in names]
        return [(each["metadata"]["generation"], each["spec"],
                 each["metadata"]["annotations"].get(INJECTED)) for each in found]


if __name__ == "__main__":
    main()
