# SPDX-License-Identifier: Apache-2.0
"""AdmissionReview bodies for measuring: KubeRay's sample as the API server sends it, a large UPDATE, and
what is dearest to judge."""

import copy
import json
import pathlib

import review

REVIEWS = pathlib.Path(__file__).resolve().parent.parent / "reviews"


def recorded(number):
    return next(REVIEWS.glob(f"{number:03d}-*.json")).read_bytes()


def small():
    """About 6 KB: a CREATE to which both injections apply."""
    return recorded(15)


def large(groups=56):
    """About 100 KB: an UPDATE of a RayService with many worker groups, the stored object beside it."""
    object_ = json.loads(recorded(15))["request"]["object"]
    first = object_["spec"]["rayClusterConfig"]["workerGroupSpecs"][0]
    first["template"]["spec"]["containers"][0]["env"] = [
        {"name": f"SETTING_{i}", "value": f"value {i}"} for i in range(12)]
    object_["spec"]["rayClusterConfig"]["workerGroupSpecs"] = [
        {**copy.deepcopy(first), "groupName": f"group-{i}"} for i in range(groups)]
    old = copy.deepcopy(object_)
    old["spec"]["serveConfigV2"] += "# changed\n"
    return json.dumps(review.make(object_, old, "UPDATE"), separators=(",", ":")).encode()


def crowded(count=1000):
    """A CREATE whose replicas are the dearest to place: as many kinds of node as deployments, and no two alike."""
    def pod(name):
        return {"spec": {"containers": [{"name": name, "image": "rayproject/ray:2.52.0"}]}}

    groups = [{"groupName": f"group-{i}", "replicas": 1, "minReplicas": 1, "maxReplicas": 1,
               "rayStartParams": {"num-cpus": str(i)}, "template": pod("worker")} for i in range(1, count + 1)]
    deployments = "".join(f"  - name: D{i}\n    num_replicas: 1\n    ray_actor_options: {{num_cpus: {i}}}\n"
                          for i in range(1, count + 1))
    object_ = {"apiVersion": "ray.io/v1", "kind": "RayService", "metadata": {"name": "crowded", "namespace": "default"},
               "spec": {"serveConfigV2": "applications:\n- name: app\n  import_path: app:main\n  deployments:\n"
                                         + deployments,
                        "rayClusterConfig": {
                            "rayVersion": "2.52.0", "workerGroupSpecs": groups,
                            "headGroupSpec": {"rayStartParams": {"num-cpus": "0"}, "template": pod("head")}}}}
    return json.dumps(review.make(object_), separators=(",", ":")).encode()
