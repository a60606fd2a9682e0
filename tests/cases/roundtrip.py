#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""KubeRay's own UPDATE of its samples, as its Go types write them: nothing is patched, refused or
warned about. And everything else that holds for each sample. Needs ../shared/kuberay."""

import argparse
import copy
import json
import pathlib
import sys

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import properties  # noqa: E402
import review  # noqa: E402

KUBERAY = pathlib.Path(__file__).resolve().parents[3] / "shared" / "kuberay"
SKIPPED = 77


def pairs():
    """(name, RayService as written, the same as the operator writes it)."""
    for path in sorted((KUBERAY / "samples").glob("*.yaml")):
        written = [each for each in yaml.safe_load_all(path.read_text(encoding="utf-8"))
                   if each and each["kind"] == "RayService"]
        decoded = KUBERAY / "golden" / "operator-roundtrip" / f"{path.stem}.json"
        if len(written) == 1 and decoded.exists():
            yield path.stem, written[0], json.loads(decoded.read_text(encoding="utf-8"))


def without_nulls(value):
    """The API server drops them."""
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value


def as_the_operator_writes(stored, decoded):
    """The round trip of the sample, with what we injected and the metadata of what is stored."""
    written = without_nulls(decoded)
    written["metadata"] = dict(copy.deepcopy(stored["metadata"]), finalizers=["ray.io/rayservice-finalizer"])
    config, ours = written["spec"]["rayClusterConfig"], stored["spec"]["rayClusterConfig"]
    for key in ("rayStartParams", "resources"):
        if key in ours["headGroupSpec"]:
            config["headGroupSpec"][key] = ours["headGroupSpec"][key]
    for group, mine in zip(config.get("workerGroupSpecs", []), ours.get("workerGroupSpecs", [])):
        probe = mine["template"]["spec"]["containers"][0].get("readinessProbe")
        if probe is not None:
            group["template"]["spec"]["containers"][0]["readinessProbe"] = probe
    return written


def problems(program, found):
    created = [review.make(written, seed=name) for name, written, _ in found]
    stored = [properties.patched(body, verdict.patch())["request"]["object"]
              for body, verdict in zip(created, review.verdicts(program, "mutate", created))]
    updates = [review.make(as_the_operator_writes(old, decoded), old, "UPDATE", name)
               for old, (name, _, decoded) in zip(stored, found)]
    for stage in review.STAGES:
        for (name, _, _), verdict in zip(found, review.verdicts(program, stage, updates)):
            if not verdict.response()["allowed"] or verdict.findings or verdict.patch():
                yield f"{name}: {stage} of the operator's UPDATE: {verdict.answer_bytes.decode()}"
    reviews = {f"{name} {kind}": body for kind, bodies in (("created", created), ("written", updates))
               for (name, _, _), body in zip(found, bodies)}
    options = argparse.Namespace(verdict=program, program=None)
    yield from properties.all_problems(options, reviews)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--verdict", required=True, help="the built program of verdict.c")
    options = parser.parse_args()
    if not KUBERAY.is_dir():
        print("../shared/kuberay is not here: KubeRay's own files")
        return SKIPPED
    found = list(pairs())
    faults = list(problems(options.verdict, found))
    for fault in faults:
        print(fault)
    print(f"{len(found)} samples, {len(faults)} faults")
    return 1 if faults or not found else 0


if __name__ == "__main__":
    sys.exit(main())
