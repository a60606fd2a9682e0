#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Objects that are large in one way each: thousands of groups, deployments, resources, aliases. Every
one gets a well-formed answer of bounded size. Times are not asserted; what grows worse than in
proportion makes this test run for minutes, where it takes seconds."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import review  # noqa: E402

PROGRAM = sys.argv.pop(1)
MOST_FINDINGS, LONGEST_ANSWER = 1000, 8 << 20


def container(cpu):
    return {"name": "ray", "image": "rayproject/ray:2.52.0",
            "resources": {"limits": {"cpu": str(cpu), "memory": "8Gi"}}}


def group(name, replicas=2, cpu=4, **more):
    return {"groupName": name, "replicas": replicas, "minReplicas": 1, "maxReplicas": 10, "rayStartParams": {},
            "template": {"spec": {"containers": [container(cpu)]}}} | more


def groups(count):
    return [group(f"w{index}", cpu=index + 1) for index in range(count)]


def service(text, workers=None, **more):
    return {"apiVersion": "ray.io/v1", "kind": "RayService", "metadata": {"name": "x", "namespace": "n"},
            "spec": {"serveConfigV2": text, "rayClusterConfig": {
                "rayVersion": "2.52.0",
                "headGroupSpec": {"rayStartParams": {}, "template": {"spec": {"containers": [container(1)]}}},
                "workerGroupSpecs": groups(1) if workers is None else workers} | more}}


def application(body):
    return "applications:\n- name: a\n  import_path: a:b\n" + body


def deployments(count, row="num_replicas: {n}, max_replicas_per_node: 1"):
    rows = (f"  - {{name: d{index}, " + row.replace("{n}", str(index % 7 + 1)) + "}\n" for index in range(count))
    return application("  deployments:\n" + "".join(rows))


def numbered(form, count):
    return ", ".join(form.replace("#", str(index)) for index in range(count))


def wide(count):
    return {f"k{index}": index for index in range(count)}


def reversed_keys(mapping):
    return dict(reversed(mapping.items()))


CUSTOM = numbered("r#: 1", 40)
CUSTOM_JSON = "'{" + numbered('"r#":1', 40) + "}'"

CREATED = {
    "many groups": service(deployments(2), groups(3000)),
    "many groups of one name": service(deployments(2), [group("w")] * 3000),
    "many deployments": service(deployments(3000)),
    "many of both": service(deployments(1500), groups(1500)),
    "many custom resources": service(
        deployments(150, "ray_actor_options: {resources: {" + CUSTOM + "}}"),
        [group(f"w{index}", rayStartParams={"resources": CUSTOM_JSON}) for index in range(150)]),
    "many bundles": service(deployments(20, "placement_group_bundles: [" + numbered("{CPU: 1}", 400) + "]"),
                            groups(100)),
    "many applications": service("applications:\n" + "".join(
        f"- {{name: a{index}, import_path: 'a:b', route_prefix: /r{index}}}\n" for index in range(5000))),
    "one name and route": service("applications:\n" + "- {name: a, import_path: 'a:b', route_prefix: /}\n" * 5000),
    "unknown keys": service(application("".join(f"  {'x' * 40}{index}: 1\n" for index in range(10000)))),
    "one key again and again": service("a: 1\n" * 20000 + "applications: []\n"),
    "aliases": service("x: &x {name: d, num_replicas: 1}\n" + application(
        "  deployments: [" + ", ".join(["*x"] * 9000) + "]\n")),
    "aliases of aliases": service("a: &a [1, 1, 1, 1]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}, *{old}, *{old}]\n" for old, new in zip("abcdefgh", "bcdefghi"))),
    "brackets": service("[" * 5000),
    "variables": service(application("  runtime_env: {env_vars: {" + numbered("A#: #", 10000) + "}}\n")),
    "packages": service(application("  runtime_env: {pip: [" + numbered("p#", 10000) + "]}\n")),
    "one long name": service(application("") + "  route_prefix: /" + "a" * 1000000),
    "huge numbers": service(deployments(50, "num_replicas: {n}000000000"),
                            [group("w", 2000000000)] + groups(300)),
    "long start parameters": service(deployments(1), [group("w", rayStartParams={
        "resources": "'{" + numbered('"r#":1', 20000) + "}'"})]),
    "wide cluster": service(deployments(1), zzz=wide(20000)),
}
UPDATED = {
    "groups the other way round": (service(deployments(2), groups(2000)[::-1]),
                                   service(deployments(1), groups(2000))),
    "members the other way round": (service(deployments(2), zzz=reversed_keys(wide(20000))),
                                    service(deployments(1), zzz=wide(20000))),
}


def reviews():
    named = {name: review.make(body, seed=name) for name, body in CREATED.items()}
    return named | {name: review.make(new, old, "UPDATE", name) for name, (new, old) in UPDATED.items()}


class Hostile(unittest.TestCase):
    def test_answers(self):
        asked = reviews()
        for stage in review.STAGES:
            found = review.verdicts(PROGRAM, stage, list(asked.values()))
            for (name, body), verdict in zip(asked.items(), found):
                with self.subTest(name=name, stage=stage):
                    self.assertEqual(list(review.answer_problems(stage, body, verdict)), [])
                    self.assertLess(len(verdict.findings), MOST_FINDINGS)
                    self.assertLess(len(verdict.answer_bytes), LONGEST_ANSWER)


if __name__ == "__main__":
    unittest.main()
