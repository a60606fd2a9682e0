#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No way of writing a RayService starts a second RayCluster by our doing: each client way, each
change, with our server up and down, as a table. And an object from before our time, with faults."""

import copy
import json
import re
import sys

from fixture import FINALIZER, INJECTED, ClusterTest, example, head_params, main, probes
from test_updates import as_the_operator_writes

FILE = "two-replicas-for-two-workers"
EDITOR = f"{sys.executable} {__file__} --edit"
MUTED = ("replicas", "minReplicas", "maxReplicas")  # KubeRay 1.2 and later take them out of its hash
RUNNING = {"status": {"activeServiceStatus": {"rayClusterName": "svc-raycluster-abcde"}}}

# What a person changes: in the text of the file, and which JSON Patch says the same.
CONFIG = "/spec/rayClusterConfig"
CHANGES = {
    "the same file": [],
    "serveConfigV2": [(r"num_cpus: 0\.1", "num_cpus: 0.2")],
    "replicas": [(r"(\breplicas\"?): 2\b", r"\1: 3")],
    "an image": [(r"ray:2\.52\.0(?=\"|$)", "ray:2.52.0-py311")],
}


def changed_text(text, change):
    for pattern, new in CHANGES[change]:
        text = re.sub(pattern, new, text, flags=re.MULTILINE)
    return text


def changed(object_, change):
    return json.loads(changed_text(json.dumps(object_), change))


def patch_for(object_, change):
    """A merge patch of what differs; lists whole, as merge patches have them."""
    def differing(old, new):
        if not isinstance(old, dict) or not isinstance(new, dict):
            return new
        return {key: differing(old.get(key), value) for key, value in new.items()
                if old.get(key) != value}

    return {"spec": differing(object_["spec"], changed(object_, change)["spec"])}


def hashed(object_, image_back=True):
    """rayClusterConfig as KubeRay's hash sees it, but for what the user changed himself: the image."""
    def cleaned(value, key=""):
        if isinstance(value, dict):
            kept = {name: cleaned(each, name) for name, each in value.items() if name not in MUTED}
            return {name: each for name, each in kept.items()
                    if name == "rayStartParams" or each not in ({}, [], None, "")}
        if isinstance(value, list):
            return [cleaned(each) for each in value]
        return value.replace("-py311", "") if key == "image" and image_back else value

    return cleaned(object_["spec"]["rayClusterConfig"])


def ours(object_):
    """To the byte: what we injected, and the mark."""
    return json.dumps([head_params(object_).get("num-cpus"), probes(object_),
                       object_["metadata"].get("annotations", {}).get(INJECTED)])


class Ways(ClusterTest):
    """Each way is a method: it writes `file`, changed, over the stored object."""

    def client_side_apply(self, file, _change):
        return self.apply(file)

    def server_side_apply(self, file, _change):
        return self.apply(file, "--server-side")

    def server_side_apply_forced(self, file, _change):
        return self.apply(file, "--server-side", "--force-conflicts")

    def dry_run(self, file, _change):
        return self.apply(file, "--dry-run=server")

    def replace(self, file, _change):
        return self.kubectl("replace", "-f", "-", stdin=file)

    def edit(self, file, change):
        return self.cluster.kubectl("--namespace", self.namespace, "edit", "rayservice",
                                    file["metadata"]["name"], KUBE_EDITOR=f"{EDITOR} '{change}'")

    def patch(self, file, change):
        stored = self.stored(file["metadata"]["name"])
        return self.kubectl("patch", "rayservice", file["metadata"]["name"], "--type=merge", "-p",
                            json.dumps(patch_for(stored, change)))

    def operator(self, file, change):
        """Its full UPDATE from Go's types, with the user's change already in what it read."""
        return self.put(as_the_operator_writes(changed(self.stored(file["metadata"]["name"]), change)))

    WAYS = (client_side_apply, server_side_apply, server_side_apply_forced, replace, edit, patch,
            dry_run, operator)

    def live(self, name, way):
        """A RayService that runs: created the same way, adopted by the operator, with a RayCluster."""
        flags = ["--server-side"] if "server_side" in way.__name__ else []
        self.applied(example(FILE, name=name), *flags)
        self.put(as_the_operator_writes(self.stored(name)))
        self.cluster.must("--namespace", self.namespace, "patch", "rayservice", name,
                          "--subresource=status", "--type=merge", "-p", json.dumps(RUNNING))
        return self.stored(name)

    def row(self, way, change, before, server):
        name = before["metadata"]["name"]
        file = changed(example(FILE, name=name), change)
        result = way(self, file, change)
        after = self.stored(name)
        said = result.warnings or (result.err.strip().splitlines() if result.code else [])
        row = (server, way.__name__.replace("_", "-"), change,
               f"{before['metadata']['generation']} → {after['metadata']['generation']}",
               "equal" if ours(after) == ours(before) else "DIFFER",
               "equal" if hashed(after) == hashed(before) else "MOVED",
               "written" if not result.code else "refused",
               " / ".join(said)[:110])
        print("| " + " | ".join(row) + " |")
        return result, after

    def rows(self, server):
        for way in self.WAYS:
            for change in CHANGES:
                name = f"{way.__name__.replace('_', '-')}-{list(CHANGES).index(change)}"
                yield way, change, name

    def check(self, before, after):
        """The whole promise: nothing of the hash moved but what the user changed."""
        self.assertEqual(ours(after), ours(before))
        self.assertEqual(hashed(after), hashed(before))

    def header(self):
        print("| server | way | change | generation | our fields | hash, but for the user's own |"
              " outcome | said |\n|" + "---|" * 8)

    def test_up(self):
        self.header()
        for way, change, name in self.rows("up"):
            with self.subTest(way=way.__name__, change=change):
                before = self.live(name, way)
                result, after = self.row(way, change, before, "up")
                self.check(before, after)
                if way is Ways.server_side_apply:  # the operator owns the list, before any webhook
                    self.assertIn("conflict", result.err)
                    continue
                self.assertEqual(result.code, 0, result.text)
                wrote = way is not Ways.dry_run and change != "the same file"
                self.assertEqual(hashed(after, False) != hashed(before, False),
                                 wrote and change == "an image")
                self.assertEqual("new-cluster: " in result.err, change == "an image")

    def test_down(self):
        """Refused, or written with nothing of ours lost."""
        before = {name: self.live(name, way) for way, _, name in self.rows("down")}
        self.addCleanup(self.webhook.start)
        self.assertEqual(self.webhook.stop(), 0)
        self.header()
        for way, change, name in self.rows("down"):
            with self.subTest(way=way.__name__, change=change):
                result, after = self.row(way, change, before[name], "down")
                self.check(before[name], after)
                if way in (Ways.edit, Ways.patch, Ways.operator):  # they carry what is stored
                    self.assertEqual(result.code, 0, result.text)
                elif way is not Ways.server_side_apply:
                    self.assertNotEqual(result.code, 0, result.text)


class Older(ClusterTest):
    """Stored while our server was not there, with faults that it would refuse now."""

    def faulty(self):
        object_ = example("three-replicas-for-two-workers", name="older")
        groups = object_["spec"]["rayClusterConfig"]["workerGroupSpecs"]
        groups.append(dict(copy.deepcopy(groups[0]), replicas=1))
        object_["spec"]["serveConfigV2"] = re.sub("num_replicas: 3", "num_replicas: 50",
                                                  object_["spec"]["serveConfigV2"])
        return object_

    def stored_without_us(self):
        self.addCleanup(lambda: self.webhook.running or self.webhook.start())
        self.assertEqual(self.webhook.stop(), 0)
        self.applied(self.faulty())
        self.webhook.start()

    def patched(self, patch, kind="merge"):
        return self.kubectl("patch", "rayservice", "older", f"--type={kind}", "-p", json.dumps(patch))

    def test_it_can_be_worked_with(self):
        self.stored_without_us()
        before = self.stored("older")
        refused = self.kubectl("create", "-f", "-", stdin=dict(self.faulty(), metadata={"name": "new"}))
        self.assertEqual(refused.code, 1)
        for rule in ("duplicate-worker-group", "replicas-exceed-capacity"):
            self.assertIn(f"{rule}: ", refused.err)
        for finalizers in ([FINALIZER], [], [FINALIZER]):
            result = self.patched({"metadata": {"finalizers": finalizers}})
            self.assertEqual(result.code, 0, result.text)
        self.assertEqual(self.put(as_the_operator_writes(dict(
            self.stored("older"), metadata=dict(self.stored("older")["metadata"], finalizers=[])))).code, 0)
        replicas = [{"op": "replace", "value": 3,
                     "path": "/spec/rayClusterConfig/workerGroupSpecs/0/replicas"}]
        result = self.patched(replicas, "json")
        self.assertEqual(result.code, 0, result.text)
        for rule in ("duplicate-worker-group", "replicas-exceed-capacity"):
            self.assertIn(f"{rule}: ", "\n".join(result.warnings))
        self.assertEqual(hashed(self.stored("older")), hashed(before))

    def test_only_a_new_fault_is_refused(self):
        self.stored_without_us()
        params = {"spec": {"rayClusterConfig": {"headGroupSpec": {"rayStartParams": {"num-cpus": "0.5"}}}}}
        result = self.patched(params)
        self.assertEqual(result.code, 1, result.text)
        causes = [line for line in result.err.splitlines() if "spec." in line and "Warning" not in line]
        self.assertEqual(len(causes), 1, result.err)
        self.assertIn("ray-start-invalid: ", causes[0])
        self.assertIn("duplicate-worker-group: ", "\n".join(result.warnings))

    def test_it_can_be_deleted(self):
        self.stored_without_us()
        self.patched({"metadata": {"finalizers": [FINALIZER]}})
        self.cluster.must("-n", self.namespace, "delete", "rayservice", "older", "--wait=false")
        freed = self.stored("older")
        freed["metadata"]["finalizers"] = []
        self.assertEqual(self.put(freed).code, 0)
        self.assertEqual(self.kubectl("get", "rayservice", "-o", "name").out, "")

    def test_a_mark_written_over_loses_nothing(self):
        self.applied(example(FILE))
        self.kubectl("annotate", "--overwrite", "rayservice", FILE, f"{INJECTED}=garbled")
        before = self.stored(FILE)
        self.assertNotEqual(before["metadata"]["annotations"][INJECTED], "garbled")
        result = self.kubectl("replace", "-f", "-", stdin=example(FILE))
        self.assertEqual(result.code, 0, result.text)
        self.assertEqual(ours(self.stored(FILE)), ours(before))


def edit(change, path):
    """The editor that `kubectl edit` starts."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(changed_text(text, change))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--edit"]:
        edit(*sys.argv[2:])
    else:
        main()
