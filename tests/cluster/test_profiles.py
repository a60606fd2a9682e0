#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""From looking on to enforcing: what each profile makes kubectl print, and what it writes into the audit log."""

import atexit
import contextlib
import functools
import json
import re
import subprocess
import time

import webhook as server
from cluster import Cluster
from fixture import INJECTED, PROGRAM, ROOT, ClusterTest, example, head_params, main, probes, with_serve_config

ONE, TWO, THREE = (f"{count}-for-two-workers" for count in ("one-replica", "two-replicas", "three-replicas"))
BROKEN = "broken-serve-config"
WEBHOOK = "validate.rayservice-webhook.ray.io"
AUDIT = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"], "rules": [
    {"level": "Metadata", "resources": [{"group": "ray.io", "resources": ["rayservices"]}]}, {"level": "None"}]}
TRIES = 200
# The fault of BROKEN as kubectl would show it.
FAULT = (r"spec\.serveConfigV2: serve-config-yaml: line 8, column 26: KubeRay can not read it: mapping values are "
         r"not allowed here: a text with `: ` in it must be in quotes")


# And that of THREE, which is none where the head takes a replica: it is judged as if it did not.
EXCESS = (r"spec\.serveConfigV2: applications\[0\]\.deployments\[0\]\.num_replicas: replicas-exceed-capacity: line \d+, "
          r"column \d+: wants 3, at most 2 can start .*, or num-cpus on the head")


def the_query():
    """The page's way to list what would have been refused."""
    page = (ROOT / "manifests" / "README.md").read_text(encoding="utf-8")
    (query,) = re.findall(r"^jq -r '([^']+)' audit\.log$", page, re.MULTILINE)
    return query


@functools.cache
def surroundings():
    """An API server that writes an audit log, and our server with the policy that a profile mounts."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    cluster = stack.enter_context(Cluster(audit_policy=AUDIT))
    cluster.install_crd()
    webhook = stack.enter_context(server.Webhook(PROGRAM, cluster.folder))
    server.register(cluster, webhook)
    return cluster, webhook


class ProfileTest(ClusterTest):
    @classmethod
    def setUpClass(cls):
        cls.cluster, cls.webhook = surroundings()

    @classmethod
    def tearDownClass(cls):
        """Nothing is recorded here."""

    def profile(self, *components):
        """Installs the overlay with these components, and starts our server with the policy they mount."""
        documents = server.manifests(self.cluster, self.webhook, components)
        server.install(self.cluster, documents)
        mounted = [each["data"]["policy.yaml"] for each in documents if each["kind"] == "ConfigMap"]
        policy = self.cluster.folder / "policy.yaml"
        policy.write_text("".join(mounted), encoding="utf-8")
        if self.webhook.running:
            self.webhook.stop()
        self.webhook.start((["--policy", policy] if mounted else []) + ["--record", self.records, "--record-content"])

    @property
    def records(self):
        return self.cluster.folder / f"records-{self.namespace}"

    def down(self):
        self.addCleanup(lambda: self.webhook.running or self.webhook.start())
        self.webhook.stop()

    def annotations(self, name, webhook=WEBHOOK, verb="create"):
        """Of one webhook and the last such request, without its name. The log is written when the answer is out."""
        for _ in range(TRIES):
            for line in reversed(self.cluster.audit_log.read_text().splitlines()):
                event = json.loads(line)
                where = event["objectRef"]
                if (where.get("namespace"), where.get("name"), event["verb"]) == (self.namespace, name, verb):
                    return {key.partition("/")[2]: text for key, text in event.get("annotations", {}).items()
                            if key.startswith(webhook + "/")}
            time.sleep(0.05)
        raise AssertionError(f"no {verb} of {name} in the audit log")


class Profiles(ProfileTest):
    def test_audit_lets_pass_without_a_word(self):
        self.profile("audit")
        for name in (BROKEN, ONE, THREE):
            result = self.apply(example(name))
            self.assertEqual((result.code, result.text), (0, f"rayservice.ray.io/{name} created\n"))
            stored = self.stored(name)
            self.assertEqual((head_params(stored), probes(stored)), ({}, [None]))
            self.assertNotIn(INJECTED, stored["metadata"]["annotations"])
        told = self.annotations(BROKEN)
        self.assertEqual((told["decision"], told["rules"]), ("allowed", "serve-config-yaml"))
        self.assertRegex(told["would-deny"], f"^{FAULT}$")
        self.assertRegex(self.annotations(THREE)["would-deny"], f"^{EXCESS}$")
        told = self.annotations(ONE)
        self.assertNotIn("would-deny", told)
        self.assertIn("worker-without-replica: ", told["would-warn"])
        self.assertEqual(self.annotations(ONE, "inject.rayservice-webhook.ray.io"),
                         {"decision": "allowed", "would-inject": "head num-cpus, proxy probe in small-group"})

    def test_warn_says_it_and_lets_pass(self):
        self.profile("warn")
        result = self.apply(example(BROKEN))
        self.assertEqual((result.code, result.out), (0, f"rayservice.ray.io/{BROKEN} created\n"))
        self.assertEqual([warning.partition(":")[0] for warning in result.warnings], ["serve-config-yaml"])
        self.assertRegex(self.annotations(BROKEN)["would-deny"], f"^{FAULT}$")
        self.assert_injected(self.stored(BROKEN))
        self.down()
        self.assertEqual(self.apply(example(TWO)).text, f"rayservice.ray.io/{TWO} created\n")

    def assert_refused(self):
        result = self.apply(example(BROKEN))
        self.assertEqual(result.code, 1, result.text)
        self.assertRegex(result.err, f'^The RayService "{BROKEN}" is invalid: {FAULT}\n$')
        self.assertEqual(self.annotations(BROKEN), {"decision": "denied", "rules": "serve-config-yaml"})

    def test_base_refuses_and_fails_open(self):
        self.profile()
        self.assert_refused()
        self.down()
        self.assertEqual(self.apply(example(TWO)).text, f"rayservice.ray.io/{TWO} created\n")

    def test_enforce_refuses_and_fails_closed(self):
        self.profile("enforce")
        self.addCleanup(self.open_again)
        self.assert_refused()
        self.down()
        for _ in range(TRIES):  # the API server learns of it a moment later
            result = self.apply(example(TWO), "--dry-run=server")
            if result.code:
                break
            time.sleep(0.05)
        self.assertIn(f'failed calling webhook "{WEBHOOK}"', result.err)

    def open_again(self):
        """The next profile fails open: so the API server has to have learnt of it."""
        self.profile()
        self.webhook.stop()
        for _ in range(TRIES):
            if not self.apply(example(TWO), "--dry-run=server").code:
                break
            time.sleep(0.05)

    def test_two_of_them_are_an_error(self):
        for pair in (("audit", "warn"), ("warn", "enforce"), ("enforce", "audit"), ("policy", "audit"), ("warn", "policy")):
            with self.subTest(pair=pair):
                overlay = server.overlay(self.cluster, self.webhook, pair)
                result = self.cluster.kubectl("kustomize", overlay)
                self.assertEqual(result.code, 1)
                self.assertRegex(result.err, "rayservice-webhook-(profile|policy).* exists")


class Switching(ProfileTest):
    def assert_kept(self, before, write):
        """The plain manifest again takes nothing away: a second RayCluster would start."""
        for object_ in (with_serve_config(example(TWO), "num_cpus: 0.1", "num_cpus: 0.2"), example(TWO)):
            result = write(object_)
            self.assertEqual(result.code, 0, result.text)
            after = self.stored(TWO)
            self.assertEqual(after["spec"]["rayClusterConfig"], before["spec"]["rayClusterConfig"])
            self.assertEqual(after["metadata"]["annotations"][INJECTED], before["metadata"]["annotations"][INJECTED])
            self.assertEqual(after["spec"]["serveConfigV2"], object_["spec"]["serveConfigV2"])

    def test_what_was_injected_stays(self):
        self.profile()
        before = self.applied(example(TWO))
        self.assert_injected(before)
        for components in (["audit"], ["warn"]):
            self.profile(*components)
            for write in (self.apply, lambda object_: self.kubectl("replace", "-f", "-", stdin=object_)):
                with self.subTest(components=components):
                    self.assert_kept(before, write)

    def test_what_came_while_looking_on_is_left_as_it_is(self):
        self.profile("audit")
        self.applied(example(TWO))
        self.profile("warn")
        result = self.apply(with_serve_config(example(TWO), "num_cpus: 0.1", "num_cpus: 0.2"))
        self.assertEqual(result.code, 0, result.text)
        self.assertIn("would start a second RayCluster", result.err)
        stored = self.stored(TWO)
        self.assertEqual((head_params(stored), probes(stored)), ({}, [None]))


class Listing(ProfileTest):
    def look_on(self):
        self.profile("audit")
        for name in (BROKEN, THREE, ONE):
            self.applied(example(name))

    def test_replay_lists_it_too(self):
        """Of what the component record wrote, with the line that the page leaves out."""
        self.look_on()
        self.webhook.stop()
        policy = (ROOT / "manifests/components/audit/policy.yaml").read_text(encoding="utf-8").replace("atMost: audit\n", "")
        done = subprocess.run([PROGRAM, "replay", "-o", "json", "--policy", "-", self.records], input=policy,
                              capture_output=True, text=True, check=False)
        changes = [each for each in json.loads(done.stdout)["changes"] if each["changes"] == "decision"]
        self.assertEqual([(each["name"], each["would"]["allowed"]) for each in changes], [(BROKEN, False), (THREE, False)])

    def test_the_page_lists_what_would_have_been_refused(self):
        self.look_on()
        self.annotations(ONE)
        done = subprocess.run(["jq", "-r", the_query(), self.cluster.audit_log], capture_output=True, text=True, check=True)
        lines = [line for line in done.stdout.splitlines() if self.namespace in line]
        self.assertEqual(len(lines), 2, done.stdout)
        for line, name, fault in zip(lines, (BROKEN, THREE), (FAULT, EXCESS)):
            self.assertRegex(line, rf"^\S+Z admin create {self.namespace}/{name}: {fault}$")


if __name__ == "__main__":
    main()
