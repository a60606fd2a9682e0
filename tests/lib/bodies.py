# SPDX-License-Identifier: Apache-2.0
"""AdmissionReview bodies for measuring: KubeRay's sample as the API server sends it, and a large UPDATE."""

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
