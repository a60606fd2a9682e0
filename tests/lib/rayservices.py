# SPDX-License-Identifier: Apache-2.0
"""Generated RayServices: pairs of a stored object and what a client sends over it, from a seed. What
they are made of is what decides about injection; the rest is as small as it can be."""

import copy
import random

MARK = "rayservice-webhook/injected"
WISH = "rayservice-webhook/inject"
IMAGES = ("rayproject/ray:2.52.0", "rayproject/ray:2.46.0")
NAMES = ("small", "large", "gpu", "a/b~c", "größe", "small")  # twice, so that some share a name
PROXY = ("wget --tries 1 -T 2 -q -O- http://localhost:{agent}/api/local_raylet_healthz | grep success"
         " && wget --tries 1 -T 10 -q -O- http://localhost:{serve}/-/healthz | grep success")
MARKS = ('{"head":"num-cpus","groups":["small","large"]}', '{"head":"resources.CPU"}', "{}", "garbled",
         '["small"]', "", '{"head":7,"groups":{"small":true}}', '{"groups":["other"]}', '{"head":"num-cpus"')


def standard_probe(serve=8000, agent=52365):
    return {"exec": {"command": ["bash", "-c", PROXY.format(serve=serve, agent=agent)]},
            "initialDelaySeconds": 10, "timeoutSeconds": 2, "periodSeconds": 5, "successThreshold": 1,
            "failureThreshold": 1}


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def one_in(self, count):
        return self.random.randrange(count) == 0

    def pick(self, *values):
        return copy.deepcopy(self.random.choice(values))

    def probe(self):
        return self.pick(None, None, None, standard_probe(), standard_probe(9000), {},
                         {"exec": {"command": ["true"]}}, {"httpGet": {"path": "/-/healthz", "port": 8000}})

    def container(self, name):
        made = {"name": name, "image": self.pick(*IMAGES)}
        for key, value in (("readinessProbe", self.probe() if name == "worker" else None),
                           ("ports", self.pick(None, None, [], [{"name": "serve", "containerPort": 9000}],
                                               [{"name": "serve-http", "containerPort": 1}])),
                           ("livenessProbe", self.pick(None, None, {"exec": {"command": ["true"]}})),
                           ("resources", self.pick(None, {}, {"limits": {"cpu": "2", "memory": "4Gi"}}))):
            if value is not None:
                made[key] = value
        return made

    def template(self, name):
        containers = [self.container(name) for _ in range(self.pick(1, 1, 1, 2))]
        return self.pick({"spec": {"containers": containers}}, {"spec": {"containers": containers}},
                         {"metadata": {}, "spec": {"containers": containers}},
                         {"spec": {"containers": []}} if self.one_in(10) else
                         {"spec": {"containers": containers}})

    def params(self, *kinds):
        return self.pick(None, {}, {}, {"block": "true"}, *kinds)

    def head(self):
        made = {"template": self.template("head")}
        params = self.params({"num-cpus": "0"}, {"num-cpus": "0"}, {"num-cpus": "2"}, {"num-cpus": ""})
        resources = self.pick(None, None, None, None, {}, {"memory": "4Gi"}, {"CPU": "0"}, {"cpu": "4"})
        return made | ({} if params is None else {"rayStartParams": params}) | (
            {} if resources is None else {"resources": resources})

    def group(self):
        count = self.pick(0, 1, 2, 3)
        made = {"groupName": self.pick(*NAMES), "replicas": count, "minReplicas": 0, "maxReplicas": 5,
                "template": self.template("worker")}
        params = self.params({"dashboard-agent-listen-port": self.pick("52366", "abc", "-1")})
        if params is not None:
            made["rayStartParams"] = params
        if self.one_in(6):
            made["suspend"] = True
        return made

    def annotations(self):
        made = {"note": "a"} if self.one_in(3) else {}
        if self.one_in(3):
            made[MARK] = self.pick(*MARKS)
        if self.one_in(4):
            made[WISH] = self.pick("off", "now", "maybe")
        return made

    def serve_config(self):
        return self.pick("", "proxy_location: HeadOnly\n", "proxy_location: Disabled\n",
                         "proxy_location: EveryNode\n", "", "", "") + (
            "applications:\n- name: app\n  import_path: app:main\n  deployments:\n  - name: A\n"
            f"    num_replicas: {self.pick(1, 2)}\n")

    def created(self):
        groups = [self.group() for _ in range(self.pick(0, 1, 1, 2, 2, 3))]
        made = {"apiVersion": self.pick("ray.io/v1", "ray.io/v1", "ray.io/v1alpha1"), "kind": "RayService",
                "metadata": {"name": "svc", "namespace": "default"},
                "spec": {"serveConfigV2": self.serve_config(), "rayClusterConfig": {
                    "rayVersion": "2.52.0", "headGroupSpec": self.head(), "workerGroupSpecs": groups}}}
        annotations = self.annotations()
        if annotations or self.one_in(4):
            made["metadata"]["annotations"] = annotations
        if self.one_in(6):
            made["spec"]["upgradeStrategy"] = {"type": self.pick("None", "NewCluster")}
        return made

    # --- what a client sends over a stored object; each takes and changes a copy of it -------------

    def add_group(self, object_):
        groups = self.groups(object_)
        groups.insert(self.random.randrange(len(groups) + 1), self.group())

    def append_group(self, object_):
        self.groups(object_).append(self.group())

    def remove_group(self, object_):
        groups = self.groups(object_)
        if groups:
            groups.pop(self.random.randrange(len(groups)))

    def reorder_groups(self, object_):
        self.random.shuffle(self.groups(object_))

    def rename_group(self, object_):
        for group in self.groups(object_)[:1]:
            group["groupName"] = self.pick(*NAMES, "new")

    def duplicate_group(self, object_):
        self.groups(object_).extend(copy.deepcopy(self.groups(object_)[:1]))

    def suspend_group(self, object_):
        for group in self.groups(object_)[:1]:
            group["suspend"] = not group.get("suspend", False)

    def change_ports(self, object_):
        for container in self.containers(object_):
            container["ports"] = [{"name": "serve", "containerPort": self.pick(8000, 9000, 9001)}]

    def change_agent_port(self, object_):
        for group in self.groups(object_)[:1]:
            group.setdefault("rayStartParams", {})["dashboard-agent-listen-port"] = self.pick("52366", "1")

    def change_head(self, object_):
        head = self.cluster(object_)["headGroupSpec"]
        head.pop("rayStartParams", None)
        head.update({key: value for key, value in self.head().items() if key != "template"})

    def head_resources(self, object_):
        self.cluster(object_)["headGroupSpec"]["resources"] = self.pick({"memory": "1Gi"}, {"cpu": "1"}, {})

    def drop_params(self, object_):
        for group in [self.cluster(object_)["headGroupSpec"], *self.groups(object_)]:
            group.pop("rayStartParams", None)

    def lose_probes(self, object_):
        for container in self.containers(object_):
            container.pop("readinessProbe", None)

    def lose_count(self, object_):
        self.cluster(object_)["headGroupSpec"].get("rayStartParams", {}).pop("num-cpus", None)

    def own_probe(self, object_):
        for container in self.containers(object_)[:1]:
            container["readinessProbe"] = {"exec": {"command": ["own"]}}

    def change_annotations(self, object_):
        object_["metadata"]["annotations"] = self.annotations()

    def lose_annotations(self, object_):
        object_["metadata"].pop("annotations", None)

    def garble(self, object_):
        object_["metadata"].setdefault("annotations", {})[MARK] = self.pick(*MARKS)

    def change_serve(self, object_):
        object_["spec"]["serveConfigV2"] = self.serve_config()

    def change_replicas(self, object_):
        for group in self.groups(object_):
            group["replicas"] = self.pick(0, 1, 2, 3)

    def change_image(self, object_):
        for container in self.containers(object_)[:1]:
            container["image"] = self.pick(*IMAGES, "other:1")

    def as_the_operator(self, object_):
        object_["metadata"]["finalizers"] = ["ray.io/rayservice-finalizer"]
        self.cluster(object_)["headGroupSpec"]["template"].setdefault("metadata", {})
        for group in self.groups(object_):
            group.setdefault("scaleStrategy", {})

    def delete(self, object_):
        if self.one_in(4):
            object_["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"

    CHANGES = (add_group, append_group, remove_group, reorder_groups, rename_group, duplicate_group,
               suspend_group, change_ports, change_agent_port, change_head, head_resources, drop_params,
               lose_probes, lose_count, own_probe, change_annotations, lose_annotations, garble,
               change_serve, change_replicas, change_image, as_the_operator, delete, lose_probes,
               lose_count, lose_annotations)

    def cluster(self, object_):
        return object_["spec"]["rayClusterConfig"]

    def groups(self, object_):
        return self.cluster(object_)["workerGroupSpecs"]

    def containers(self, object_):
        return [group["template"]["spec"]["containers"][0] for group in self.groups(object_)
                if group["template"]["spec"]["containers"]]

    def changed(self, stored):
        """What a client sends: up to four changes to what is stored."""
        sent = copy.deepcopy(stored)
        for _ in range(self.pick(0, 1, 1, 2, 3, 4)):
            self.random.choice(self.CHANGES)(self, sent)
        return sent
