#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What holds for injection whatever is sent, over generated objects: each is created, patched, stored,
and updated. All through `admit --stage mutate` of the program, in one process a round."""

import argparse
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import jsonpatch  # noqa: E402
import properties  # noqa: E402
import rayservices  # noqa: E402
import review  # noqa: E402

CONFIG = ("spec", "rayClusterConfig")


class Answer:
    """The same face as review.Verdict, for what the program prints."""

    def __init__(self, line):
        self._response = review.loads(line)["response"]

    def response(self):
        return self._response

    def patch(self):
        return review.patch_of(self._response)


def ask(program, bodies, stage="mutate"):
    return [Answer(line) for line in review.run([program, "admit", "--stage", stage], bodies)]


def head_count(object_):
    """Every way in which the head's CPU count is said."""
    head = object_["spec"]["rayClusterConfig"]["headGroupSpec"]
    return [head.get("rayStartParams", {}).get("num-cpus"),
            {key.lower(): value for key, value in head.get("resources", {}).items()}.get("cpu")]


def workers(object_):
    """Each group's Ray container, by name and how many of that name came before."""
    seen, found = {}, {}
    for group in object_["spec"]["rayClusterConfig"]["workerGroupSpecs"]:
        name = group["groupName"]
        seen[name] = seen.get(name, 0) + 1
        containers = group["template"]["spec"]["containers"]
        if containers:
            found[name, seen[name]] = (group, containers[0])
    return found


def ports(group, container):
    named = [port["containerPort"] for port in container.get("ports", []) if port["name"] == "serve"]
    return named[:1], group.get("rayStartParams", {}).get("dashboard-agent-listen-port")


def without_ours(object_):
    """All that the user decides: what is left without every point that is injected."""
    bare = json.loads(json.dumps(object_))
    head = bare["spec"]["rayClusterConfig"]["headGroupSpec"]
    head.get("rayStartParams", {}).pop("num-cpus", None)
    head.get("resources", {}).pop("CPU", None)
    if not head.get("rayStartParams"):
        head.pop("rayStartParams", None)
    for _, container in workers(bare).values():
        container.pop("readinessProbe", None)
    bare["metadata"].pop("annotations", None)
    return bare


def roll_problems(old, sent, final):
    """What was stored and marked is there again, to the byte, unless the user's own change rules it
    out; and an object that changes nothing else gets nothing new."""
    annotations = sent["metadata"].get("annotations", {})
    if annotations.get(rayservices.WISH) in ("off", "now") or "deletionTimestamp" in sent["metadata"]:
        return
    marked = old["metadata"].get("annotations", {}).get(rayservices.MARK, "")
    try:
        groups = json.loads(marked).get("groups", [])
    except (ValueError, AttributeError):
        groups = []
    before, given, after = workers(old), workers(sent), workers(final)
    for key in before.keys() & after.keys():
        (old_group, old_container), (_, sent_container) = before[key], given[key]
        group, container = after[key]
        stored, found = old_container.get("readinessProbe"), container.get("readinessProbe")
        if "readinessProbe" in sent_container or ports(old_group, old_container) != ports(group, container):
            continue
        if stored is not None and key[0] in groups and json.dumps(found) != json.dumps(stored):
            yield f"the probe of {key} was {stored} and is {found}"
    if same_but_for_ours(old, sent) and not loses_own(old, sent, groups):
        yield from new_problems(old, final)


def same_but_for_ours(old, sent):
    """Nothing that counts in KubeRay's hash was changed by the user."""
    def counted(object_):
        return [{key: value for key, value in each.items() if key not in ("replicas",)}
                for each in without_ours(object_)["spec"]["rayClusterConfig"]["workerGroupSpecs"]], \
            {key: value for key, value in without_ours(object_)["spec"]["rayClusterConfig"].items()
             if key != "workerGroupSpecs"}

    return counted(old) == counted(sent)


def loses_own(old, sent, groups):
    """A value that was not marked as ours is gone, or one that was there is another."""
    before, given = workers(old), workers(sent)
    for key, (_, container) in before.items():
        stored, found = container.get("readinessProbe"), given[key][1].get("readinessProbe")
        if found != stored and (found is not None or (
                key[0] not in groups and stored != rayservices.standard_probe(
                    *[port for port in ports(*before[key])[0]]))):
            return True
    was, now = head_count(old), head_count(sent)
    head = sent["spec"]["rayClusterConfig"]["headGroupSpec"]
    place = [None, "0"] if head.get("resources") else ["0", None]  # where ours would be
    lower = "cpu" in old["spec"]["rayClusterConfig"]["headGroupSpec"].get("resources", {})
    return was != now and (now != [None, None] or was != place or lower)


def new_problems(old, final):
    """An older object keeps its hash: what it lacked, it still lacks."""
    before, after = workers(old), workers(final)
    for key in before.keys() & after.keys():
        if "readinessProbe" in after[key][1] and "readinessProbe" not in before[key][1]:
            yield f"a probe came into {key}, which had none: a second RayCluster"
    if head_count(final) != head_count(old) and head_count(old) == [None, None]:
        yield f"the head's count became {head_count(final)}: a second RayCluster"


def round_problems(program, bodies):
    """Patches, asks again with the patch applied, and yields (index, fault); the final objects."""
    first = ask(program, bodies)
    after = [properties.patched(body, answer.patch()) for body, answer in zip(bodies, first)]
    second = ask(program, after)
    faults = []
    for index, (body, answer, again) in enumerate(zip(bodies, first, second)):
        if not answer.response()["allowed"]:
            faults.append((index, "the mutate stage denied"))
        faults += [(index, fault) for fault in properties.patch_problems(body, answer)]
        if again.patch():
            faults.append((index, f"patched again: {again.patch()}"))
    return faults, [body["request"]["object"] for body in after]


def final_problems(program, bodies):
    """/validate finds nothing lost in what /mutate has written."""
    for index, answer in enumerate(ask(program, bodies, "validate")):
        said = json.dumps(answer.response())
        if "injection-lost" in said:
            yield index, f"/validate says of the final object: {said}"


def generated(program, count, seed):
    """Creates count objects, then updates each; (kind, index, fault)."""
    maker = rayservices.Maker(seed)
    created = [review.make(maker.created(), seed=str(index)) for index in range(count)]
    faults, stored = round_problems(program, created)
    yield from (("create", *fault) for fault in faults)
    sent = [maker.changed(object_) for object_ in stored]
    updates = [review.make(new, old, "UPDATE", str(index))
               for index, (new, old) in enumerate(zip(sent, stored))]
    faults, final = round_problems(program, updates)
    yield from (("update", *fault) for fault in faults)
    for index, (old, new, last) in enumerate(zip(stored, sent, final)):
        yield from (("update", index, fault) for fault in roll_problems(old, new, last))
    last = [dict(body, request=dict(body["request"], object=object_))
            for body, object_ in zip(updates, final)]
    yield from (("final", *fault) for fault in final_problems(program, last))
    patched = sum(new != old for new, old in zip(sent, final))
    print(f"{count} created, {count} updated, {patched} of the updates patched")
    if patched < count // 10:
        yield "all", 0, "hardly anything was patched: the generator is broken"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True, help="the built rayservice-webhook")
    parser.add_argument("--count", type=int, default=5000, help="objects; each is created and updated")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    faults = list(generated(options.program, options.count, options.seed))
    for kind, index, fault in faults[:20]:
        print(f"{kind} {index}: {fault}")
    print(f"{len(faults)} faults, seed {options.seed}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
