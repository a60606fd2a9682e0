#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our server is away, or came after the objects: what the registration promises for both."""

import json
import re
import time

from fixture import INJECTED, ROOT, ClusterTest, example, head_params, main, probes, with_serve_config
from test_updates import as_the_operator_writes
from webhook import register

ONE, TWO, THREE = (f"{count}-for-two-workers"
                   for count in ("one-replica", "two-replicas", "three-replicas"))


PAGE = (ROOT / "manifests" / "README.md").read_text(encoding="utf-8")


class Absence(ClusterTest):
    def away(self):
        """Stops our server until the end of the test, or until back()."""
        self.addCleanup(self.back)
        self.assertEqual(self.webhook.stop(), 0)

    def back(self):
        if not self.webhook.running:
            self.webhook.start()

    def older(self, object_):
        """Stores an object as if from before our time."""
        self.away()
        stored = self.applied(object_)
        self.assertEqual((head_params(stored), probes(stored)), ({}, [None]))
        self.back()
        return stored

    def test_creation_passes_uninjected(self):
        stored = self.older(example(THREE))
        self.assertNotIn(INJECTED, stored["metadata"]["annotations"])

    def test_what_was_injected_is_not_lost(self):
        """The same file carries no probe: taken as it is, it would start a second RayCluster."""
        before = self.applied(example(ONE))
        self.away()
        for flags in ((), ("--server-side", "--force-conflicts")):
            result = self.apply(example(ONE), *flags)
            self.assertEqual(result.code, 1, result.text)
            self.assertIn("failed calling webhook", result.err)
        result = self.kubectl("replace", "-f", "-", stdin=example(ONE))
        self.assertEqual(result.code, 1, result.text)
        self.assertEqual(self.stored(ONE)["spec"], before["spec"])

    def test_all_else_passes(self):
        self.applied(example(ONE))
        self.away()
        self.assertEqual(self.kubectl("label", "rayservice", ONE, "team=a").code, 0)
        self.assertEqual(self.kubectl("annotate", "rayservice", ONE, "note=b").code, 0)
        self.assertEqual(self.kubectl("delete", "rayservice", ONE).code, 0)

    def unregister(self):
        """Takes our webhooks away; the guard policy stays."""
        self.addCleanup(register, self.cluster, self.webhook)
        for kind in ("mutating", "validating"):
            self.cluster.must("delete", f"{kind}webhookconfiguration", "rayservice-webhook")

    def refusal(self, pattern, *flags):
        """What a dry run of the same file says, once the API server has learnt what is new."""
        said = None
        for _ in range(200):
            said = self.apply(example(ONE), "--dry-run=server", *flags)
            if re.search(pattern, said.err):
                break
            time.sleep(0.05)
        self.assertRegex(said.err, pattern)
        self.assertEqual(said.code, 1)

    def test_the_guard_needs_no_server(self):
        before = self.applied(example(ONE))
        self.unregister()
        self.refusal("the readiness probe that rayservice-webhook injected is gone from small-group")
        self.refusal("the readiness probe that rayservice-webhook injected is gone from small-group",
                     "--server-side", "--force-conflicts")
        result = self.kubectl("replace", "-f", "-", stdin=example(ONE))
        self.assertEqual(result.code, 1, result.text)
        self.assertEqual(self.stored(ONE)["spec"], before["spec"])
        self.assertEqual(self.kubectl("label", "rayservice", ONE, "team=a").code, 0)
        self.assertEqual(self.put(as_the_operator_writes(self.stored(ONE))).code, 0)
        out = example(ONE, annotations={"rayservice-webhook/inject": "off"})
        self.assertEqual(probes(self.applied(out)), [None])

    def test_the_ways_out_of_the_page(self):
        """The registrations, then the guard: what each command lets through, with our server down."""
        registrations, guard = re.findall(r"^kubectl (delete \S+configuration \S+|delete \S+binding \S+)$", PAGE, re.MULTILINE)
        self.applied(example(TWO))
        before = self.applied(example(ONE))
        self.away()
        self.addCleanup(register, self.cluster, self.webhook)
        self.addCleanup(self.back)
        self.assertIn("failed calling webhook", self.apply(example(ONE)).err)
        self.cluster.must(*registrations.split())
        self.refusal("the readiness probe that rayservice-webhook injected is gone from small-group")
        self.assertEqual(self.kubectl("patch", "rayservice", ONE, "--type=json", "-p", json.dumps(
            [{"op": "replace", "path": "/spec/rayClusterConfig/workerGroupSpecs/0/replicas", "value": 3}])).code, 0)
        self.assertEqual(self.apply(example(THREE)).code, 0)
        self.assertEqual(probes(self.stored(ONE)), probes(before))
        out = example(TWO, annotations={"rayservice-webhook/inject": "off"})
        self.assertEqual(probes(self.applied(out)), [None])
        self.cluster.must(*guard.split())
        for _ in range(200):
            if not self.apply(example(ONE)).code:
                break
            time.sleep(0.05)
        self.assertEqual(probes(self.stored(ONE)), [None])

    def test_an_older_object_is_left_as_it_is(self):
        """Injecting later would start a second RayCluster too."""
        self.older(example(TWO))
        self.assertEqual(self.kubectl("annotate", "rayservice", TWO, "note=b").code, 0)
        edited = with_serve_config(example(TWO), "num_cpus: 0.1", "num_cpus: 0.2")
        stored = self.applied(edited)
        self.assertEqual((head_params(stored), probes(stored)), ({}, [None]))

    def test_an_older_object_is_injected_when_asked(self):
        self.older(example(TWO))
        asked = example(TWO, annotations={"rayservice-webhook/inject": "now"})
        self.assert_injected(self.applied(asked))

    def test_an_older_fault_stops_nobody(self):
        # Five: these heads take a replica, too.
        faulty = with_serve_config(example(THREE), "num_replicas: 3", "num_replicas: 5")
        self.older(faulty)
        self.assertEqual(self.kubectl("label", "rayservice", THREE, "team=a").code, 0)
        result = self.put(as_the_operator_writes(self.stored(THREE)))
        self.assertEqual(result.code, 0, result.text)
        edited = with_serve_config(faulty, "num_cpus: 0.1", "num_cpus: 0.2")
        result = self.apply(edited)
        self.assertEqual(result.code, 0, result.text)
        self.assertIn("replicas-exceed-capacity", "".join(result.warnings))
        self.cluster.must("-n", self.namespace, "delete", "rayservice", THREE, "--wait=false")
        freed = self.stored(THREE)
        freed["metadata"]["finalizers"] = []
        self.assertEqual(self.put(freed).code, 0)
        self.assertEqual(self.kubectl("get", "rayservice", "-o", "name").out, "")


if __name__ == "__main__":
    main()
