#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ray's guide to worker Pods that stay unready, and what kubectl says at each of its turns."""

import examples
from fixture import INJECTED, ClusterTest, example, head_params, main, probes, with_serve_config

NAME = "one-replica-for-two-workers"


class Guide(ClusterTest):
    def refused(self, object_, *flags):
        result = self.apply(object_, *flags)
        self.assertEqual(result.code, 1, result.text)
        self.assertEqual(self.kubectl("get", "rayservice", "-o", "name").out, "")
        return result.err

    def test_one_replica_is_created_with_the_probe_and_a_warning(self):
        result = self.apply(example(NAME))
        self.assertEqual(result.code, 0, result.text)
        self.assertEqual(result.out, f"rayservice.ray.io/{NAME} created\n")
        self.assertEqual(len(result.warnings), 1, result.err)
        self.assertRegex(result.warnings[0],
                         r"^worker-without-replica: 1 of 2 workers in small-group ")
        self.assertIn("num_replicas: 2", result.warnings[0])
        self.assertIn("replicas: 1", result.warnings[0])
        stored = self.stored(NAME)
        self.assert_injected(stored)
        self.assertIn(INJECTED, stored["metadata"]["annotations"])

    def test_nothing_else_is_changed(self):
        """Beside what was injected, the object is what the API server makes of it by itself."""
        object_ = example(NAME)
        stored = self.applied(object_)
        del stored["spec"]["rayClusterConfig"]["headGroupSpec"]["rayStartParams"]["num-cpus"]
        for group in stored["spec"]["rayClusterConfig"]["workerGroupSpecs"]:
            del group["template"]["spec"]["containers"][0]["readinessProbe"]
            self.assertEqual(group.pop("numOfHosts"), 1)  # the definition's default
        self.assertEqual(stored["spec"], object_["spec"])

    def test_two_replicas_are_silent(self):
        result = self.apply(example("two-replicas-for-two-workers"))
        self.assertEqual((result.code, result.text),
                         (0, "rayservice.ray.io/two-replicas-for-two-workers created\n"))

    def test_three_replicas_are_refused(self):
        name = "three-replicas-for-two-workers"
        said = self.refused(example(name))
        self.assertTrue(said.startswith(f'The RayService "{name}" is invalid: '), said)
        self.assertIn("spec.serveConfigV2: applications[0].deployments[0].num_replicas: "
                      "replicas-exceed-capacity: ", said)
        self.assertRegex(said, r"\b3\b.*\b2\b")

    def test_two_faults_are_two_bullets(self):
        object_ = with_serve_config(example("three-replicas-for-two-workers"),
                                    "route_prefix: /basic", "route_prefix: basic")
        said = self.refused(object_)
        self.assertRegex(said, r'^The RayService ".*" is invalid: *\n\* spec\.serveConfigV2: .*\n'
                               r"\* spec\.serveConfigV2: .*\n$")

    def test_broken_yaml_is_refused_with_its_place(self):
        said = self.refused(example("broken-serve-config"))
        self.assertRegex(said, r"serve-config-yaml: .*line \d+, column \d+")

    def test_dry_run_says_the_same_and_stores_nothing(self):
        dry = self.apply(example(NAME), "--dry-run=server", "-o", "json")
        self.assert_injected(dry.json())
        self.assertEqual(self.kubectl("get", "rayservice", "-o", "name").out, "")
        self.assertEqual(dry.warnings, self.apply(example(NAME)).warnings)
        self.assertEqual(len(dry.warnings), 1)
        name = "three-replicas-for-two-workers"
        self.assertEqual(self.apply(example(name), "--dry-run=server").err,
                         self.apply(example(name)).err)

    def test_the_older_version_is_served_too(self):
        result = self.apply(dict(example(NAME), apiVersion="ray.io/v1alpha1"))
        self.assertEqual(result.code, 0, result.text)
        self.assertEqual(len(result.warnings), 1, result.err)
        self.assert_injected(self.stored(NAME))

    def test_a_value_of_the_users_own_stays(self):
        object_ = example("two-replicas-for-two-workers")
        mine = {"httpGet": {"path": "/-/healthz", "port": 8000}}
        object_["spec"]["rayClusterConfig"]["headGroupSpec"]["rayStartParams"] = {"num-cpus": "1"}
        group = object_["spec"]["rayClusterConfig"]["workerGroupSpecs"][0]
        group["template"]["spec"]["containers"][0]["readinessProbe"] = mine
        stored = self.applied(object_)
        self.assertEqual(head_params(stored), {"num-cpus": "1"})
        self.assertEqual(probes(stored), [mine])


class Examples(ClusterTest):
    def test_each_makes_kubectl_say_what_it_promises(self):
        """`python3 tests/cluster/examples.py` writes the truth into them."""
        self.assertGreater(len(examples.files()), 3)
        for path in examples.files():
            with self.subTest(example=path.name):
                self.assertEqual(examples.truth(self.kubectl, path), examples.promise(path))


if __name__ == "__main__":
    main()
