#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What comes after creation: the same file again, edits, the operator's own writes, deletion, and
our absence. KubeRay starts a second RayCluster for any change of what was injected."""

import copy
import re

from fixture import FINALIZER, INJECTED, ClusterTest, example, main, probes, with_serve_config

NAME = "one-replica-for-two-workers"
SILENT = "two-replicas-for-two-workers"


def as_the_operator_writes(stored):
    """KubeRay's UPDATE after creation: its finalizer, and the empty structs of its Go types."""
    written = copy.deepcopy(stored)
    written["metadata"].setdefault("finalizers", []).append(FINALIZER)
    config = written["spec"]["rayClusterConfig"]
    config["headGroupSpec"]["template"]["metadata"] = {}
    for group in config["workerGroupSpecs"]:
        group["scaleStrategy"] = {}
        group["template"]["metadata"] = {}
    written["status"] = {"activeServiceStatus": {"rayClusterStatus": {
        "desiredCPU": "0", "desiredMemory": "0", "desiredGPU": "0", "desiredTPU": "0", "head": {}}}}
    return written


class SameFileAgain(ClusterTest):
    def assert_settled(self, object_, again):
        """again(object_) leaves the stored object as it is."""
        before = self.stored(object_["metadata"]["name"])
        result = again(object_)
        self.assertEqual(result.code, 0, result.text)
        after = self.stored(object_["metadata"]["name"])
        self.assertEqual(after["metadata"]["generation"], before["metadata"]["generation"])
        self.assertEqual(after["spec"], before["spec"])
        self.assertIn(INJECTED, after["metadata"]["annotations"])
        self.assert_injected(after)

    def test_client_side_apply(self):
        self.assertEqual(self.applied(example(NAME))["metadata"]["generation"], 1)
        self.assert_settled(example(NAME), self.apply)

    def test_server_side_apply(self):
        def again(object_):
            return self.apply(object_, "--server-side")

        self.assertEqual(self.applied(example(NAME), "--server-side")["metadata"]["generation"], 1)
        self.assert_settled(example(NAME), again)

    def test_replace(self):
        def again(object_):
            return self.kubectl("replace", "-f", "-", stdin=object_)

        self.applied(example(NAME))
        self.assert_settled(example(NAME), again)
        self.assert_settled(example(NAME), again)

    def test_each_after_the_other(self):
        self.applied(example(NAME))
        self.kubectl("replace", "-f", "-", stdin=example(NAME))
        self.assert_settled(example(NAME), lambda object_: self.apply(
            object_, "--server-side", "--force-conflicts"))
        self.assert_settled(example(NAME), self.apply)


class Owners(ClusterTest):
    """Server-side apply knows who wrote what; workerGroupSpecs has one owner as a whole."""

    ARGO = ("--server-side", "--force-conflicts", "--field-manager=argocd-controller")

    def assert_conflict(self, manager):
        """Before any webhook is asked. Forced once, later ones pass without, and nothing of ours moves."""
        before = self.stored(SILENT)
        result = self.apply(example(SILENT), "--server-side")
        self.assertEqual(result.code, 1)
        self.assertIn(f'conflict with "{manager}" using ray.io/v1: .spec.rayClusterConfig.workerGroupSpecs', result.err)
        self.applied(example(SILENT), "--server-side", "--force-conflicts")
        edited = with_serve_config(example(SILENT), "num_cpus: 0.1", "num_cpus: 0.2")
        after = self.applied(edited, "--server-side")
        self.assertEqual(probes(after), probes(before))
        self.assert_injected(after)
        self.assertEqual(after["metadata"]["annotations"][INJECTED], before["metadata"]["annotations"][INJECTED])

    def test_server_side_after_client_side(self):
        self.applied(example(SILENT))
        self.assert_conflict("kubectl-client-side-apply")

    def test_server_side_after_the_operator(self):
        self.applied(example(SILENT), "--server-side")
        self.put(as_the_operator_writes(self.stored(SILENT)))
        self.assert_conflict("kuberay-operator")

    def diffs(self):
        """What would change, by kubectl and as Argo CD asks."""
        for flags in ((), self.ARGO):
            result = self.kubectl("diff", *flags, "-f", "-", stdin=example(SILENT))
            lines = [line[1:].strip() for line in result.out.splitlines() if re.match(r"[-+](?![-+])", line)]
            yield result.code, [line for line in lines if not line.startswith("generation: ")], result.err

    def test_a_diff_shows_nothing_of_ours(self):
        for flags in ((), self.ARGO):
            with self.subTest(flags=flags):
                self.applied(example(SILENT), *flags)
                self.assertEqual(list(self.diffs()), [(0, [], "")] * 2)
                self.put(as_the_operator_writes(self.stored(SILENT)))
                self.assertEqual(list(self.diffs()), [(1, ["scaleStrategy: {}", "metadata: {}"], "")] * 2)
                self.applied(example(SILENT), *flags)
                self.assertEqual(list(self.diffs()), [(0, [], "")] * 2)
                self.kubectl("delete", "rayservice", SILENT, "--wait=false")
                self.kubectl("patch", "rayservice", SILENT, "--type=merge", "-p", '{"metadata":{"finalizers":[]}}')


class Edits(ClusterTest):
    def test_an_edit_of_the_serve_config_keeps_what_was_injected(self):
        self.applied(example(NAME))
        edited = with_serve_config(example(NAME), "num_replicas: 1", "num_replicas: 2")
        result = self.apply(edited)
        self.assertEqual((result.code, result.warnings), (0, []), result.text)
        stored = self.stored(NAME)
        self.assertEqual(stored["metadata"]["generation"], 2)
        self.assert_injected(stored)

    def test_an_edit_to_a_fault_is_refused(self):
        before = self.applied(example(SILENT))
        result = self.apply(with_serve_config(example(SILENT), "num_replicas: 2", "num_replicas: 3"))
        self.assertEqual(result.code, 1, result.text)
        self.assertIn("replicas-exceed-capacity", result.err)
        self.assertEqual(self.stored(SILENT), before)

    def test_patches_pass(self):
        self.applied(example(SILENT))
        self.assertEqual(self.kubectl("label", "rayservice", SILENT, "team=a").code, 0)
        self.assertEqual(self.kubectl("annotate", "rayservice", SILENT, "note=b").code, 0)
        stored = self.stored(SILENT)
        self.assertEqual(stored["metadata"]["generation"], 1)
        self.assert_injected(stored)

    def test_a_worker_group_added_later_gets_the_probe(self):
        self.applied(example(SILENT))
        object_ = example(SILENT)
        groups = object_["spec"]["rayClusterConfig"]["workerGroupSpecs"]
        groups.append(dict(copy.deepcopy(groups[0]), groupName="second-group"))
        self.assertEqual(len(probes(self.applied(object_))), 2)
        self.assert_injected(self.stored(SILENT))


class Operator(ClusterTest):
    def add_finalizer(self, name):
        result = self.put(as_the_operator_writes(self.stored(name)))
        self.assertEqual((result.code, result.warnings), (0, []), result.text)
        stored = self.stored(name)
        self.assertEqual(stored["metadata"]["finalizers"], [FINALIZER])
        return stored

    def delete(self, name):
        """As the operator sees it: marked for deletion, then freed by an UPDATE without its finalizer."""
        self.cluster.must("-n", self.namespace, "delete", "rayservice", name, "--wait=false")
        marked = self.stored(name)
        self.assertIn("deletionTimestamp", marked["metadata"])
        marked["metadata"]["finalizers"] = []
        result = self.put(marked)
        self.assertEqual(result.code, 0, result.text)
        self.assertEqual(self.kubectl("get", "rayservice", "-o", "name").out, "")

    def test_finalizer_and_deletion_pass(self):
        before = self.applied(example(NAME))
        after = self.add_finalizer(NAME)
        self.assertEqual(probes(after), probes(before))
        self.assert_injected(after)
        self.delete(NAME)

    def test_the_same_file_after_the_finalizer(self):
        self.applied(example(NAME))
        self.add_finalizer(NAME)
        stored = self.applied(example(NAME))
        self.assert_injected(stored)
        self.assertEqual(stored["metadata"]["finalizers"], [FINALIZER])
        self.assertEqual(self.applied(example(NAME))["metadata"]["generation"],
                         stored["metadata"]["generation"])

    def test_status_is_none_of_our_business(self):
        self.applied(example(NAME))
        result = self.kubectl("patch", "rayservice", NAME, "--subresource=status", "--type=merge",
                              "-p", '{"status":{"serviceStatus":"Running"}}')
        self.assertEqual((result.code, result.warnings), (0, []), result.text)
        self.assertEqual(self.stored(NAME)["status"], {"serviceStatus": "Running"})


if __name__ == "__main__":
    main()
