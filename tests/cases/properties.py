#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What holds for every object, over all cases and all recorded reviews: an answer is well-formed, a
patch changes what it may and nothing else, and asking again changes nothing."""

import argparse
import pathlib
import random
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import case as cases  # noqa: E402
import jsonpatch  # noqa: E402
import recorded  # noqa: E402
import review  # noqa: E402

CROSSED = 400
LOOKING_ON = """apiVersion: rayservice-webhook/v1
kind: Policy
inject: {headNumCpus: audit, workerProbe: audit}
"""
HEAD_COUNT = "/spec/rayClusterConfig/headGroupSpec/rayStartParams/num-cpus"
PROBE = "/template/spec/containers/0/readinessProbe"
MAY_CHANGE = re.compile("|".join((
    "/metadata/annotations",
    "/metadata/annotations/rayservice-webhook~1injected",
    "/spec/rayClusterConfig/headGroupSpec/rayStartParams",
    "/spec/rayClusterConfig/headGroupSpec/rayStartParams/num-cpus",
    "/spec/rayClusterConfig/headGroupSpec/resources/CPU",
    "/spec/rayClusterConfig/workerGroupSpecs/[0-9]+/template/spec/containers/0/readinessProbe",
)))


def crossed(every):
    """Any object as an UPDATE of any other: some hundred pairs, the same ones each time."""
    chance = random.Random(6902)
    objects = {case.name: case.object for case in every}
    objects |= {case.name + " (old)": case.old for case in every if case.old}
    for _ in range(CROSSED):
        new, old = chance.choice(list(objects)), chance.choice(list(objects))
        yield f"{new} over {old}", review.make(objects[new], objects[old], "UPDATE", new + old)


def all_reviews():
    """name → review."""
    every = [cases.load(path) for path in cases.paths()]
    named = {case.name: case.review() for case in every} | dict(crossed(every))
    return named | {path.name: body for path, body in recorded.reviews()}


def patched(body, patch):
    request = dict(body["request"], object=jsonpatch.apply(body["request"]["object"], patch))
    return dict(body, request=request)


def operation_problems(patch):
    for operation in patch:
        if operation == {"op": "remove", "path": HEAD_COUNT}:
            continue
        if set(operation) != {"op", "path", "value"} or operation["op"] != "add":
            yield f"operation {operation}: only add, with op, path and value"


def was_ours(body, place):
    """A value of ours that the stored object has too; the user's edit left it as it was."""
    old = body["request"]["oldObject"] or {}
    if review.ANNOTATION not in old.get("metadata", {}).get("annotations", {}):
        return False
    value = jsonpatch.lookup(body["request"]["object"], place)
    if place == HEAD_COUNT:
        return value == "0" and exists(old, place)
    return any(exists(group, PROBE) and jsonpatch.lookup(group, PROBE) == value
               for group in old["spec"]["rayClusterConfig"]["workerGroupSpecs"])


def patch_problems(body, verdict):
    """A patch only adds; what was there stays, but for our own annotation and what was ours."""
    before = body["request"]["object"]
    patch = verdict.patch()
    if "patch" in verdict.response() and not patch:
        yield "an empty patch was sent"
    yield from operation_problems(patch)
    if not patch:
        return
    inside = re.compile(f"(.*{PROBE})/.+")
    changed = (inside.sub(r"\1", place)
               for place in jsonpatch.differences(before, jsonpatch.apply(before, patch)))
    for place in changed:
        if not MAY_CHANGE.fullmatch(place):
            yield f"the patch changes {place}"
        elif exists(before, place) and not place.endswith("~1injected") and \
                not was_ours(body, place):
            yield f"the patch overwrites {place}"


def exists(document, pointer):
    try:
        return jsonpatch.lookup(document, pointer) is not None
    except jsonpatch.PatchError:
        return False


def again_problems(first, second):
    if second.patch():
        yield f"patched again after its own patch: {second.patch()}"
    if first.response().get("patch") and second.status != "ok":
        yield f"the patched object is answered with {second.status}"


def repeat_problems(program, stage, bodies, found):
    """The other way round, so that nothing of one request is left in the next."""
    for name, first, second in zip(bodies, found,
                                   reversed(review.verdicts(program, stage,
                                                            list(bodies.values())[::-1]))):
        if first.answer_bytes != second.answer_bytes or first.findings != second.findings:
            yield f"{name}: {stage}: the same request got another answer"


def still_problems(program, stage, bodies):
    """An UPDATE that changes nothing is let through without a word, whatever the object is; unless
    its annotation asks for the injection now."""
    objects = {name: body["request"]["object"] for name, body in bodies.items()}
    still = {name: review.make(body, body, "UPDATE", name) for name, body in objects.items()
             if body and "now" not in body["metadata"].get("annotations", {}).values()}
    for name, verdict in zip(still, review.verdicts(program, stage, list(still.values()))):
        if verdict.findings or not verdict.response()["allowed"]:
            yield f"{name}: {stage}: nothing changes, and it says {verdict.findings}"
        if verdict.patch() and not all(operation["path"].startswith("/metadata/annotations")
                                       for operation in verdict.patch()):
            yield f"{name}: {stage}: nothing changes, and it patches {verdict.patch()}"


def reordered(value):
    """Every object's members the other way round, which means the same."""
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(value)}
    return [reordered(item) for item in value] if isinstance(value, list) else value


def order_problems(program, stage, bodies, found):
    other = {name: reordered(body) for name, body in bodies.items()}
    for name, first, second in zip(bodies, found,
                                   review.verdicts(program, stage, list(other.values()))):
        if by_place(first) != by_place(second) or first.patch() != second.patch():
            yield f"{name}: {stage}: another answer when members stand in another order"


def by_place(verdict):
    """new-cluster names the first of the changes, whichever that is."""
    return sorted((finding["level"], finding["rule"]) if finding["rule"] == "new-cluster" else
                  (finding["level"], finding["rule"], finding["field"], finding["message"])
                  for finding in verdict.findings)


def final_problems(name, verdict):
    """/validate must find nothing lost in what /mutate has just written."""
    for finding in verdict.findings:
        if finding["rule"] == "injection-lost":
            yield f"{name}: after the patch, {finding['field']}: {finding['message']}"


def looking_on_problems(program, bodies, after, final):
    """Where a policy only looks on, a creation is judged as if injected, and nothing is."""
    created = [name for name in after if bodies[name]["request"]["operation"] == "CREATE"]
    raw = [bodies[name] for name in created]
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(LOOKING_ON)
        file.flush()
        judged, written = (review.verdicts(program, stage, raw, [file.name]) for stage in ("validate", "mutate"))
    for name, looked, quiet in zip(created, judged, written):
        if quiet.patch():
            yield f"{name}: looked on, and patched: {quiet.patch()}"
        if by_place(looked) != by_place(final[name]):
            yield f"{name}: looked on it says {by_place(looked)}, injected {by_place(final[name])}"


def program_problems(program, stage, bodies, found):
    """`admit` of the program itself gives the same bytes as the function."""
    lines = review.run([program, "admit", "--stage", stage], list(bodies.values()))
    for name, line, verdict in zip(bodies, lines, found):
        if line != verdict.answer_bytes:
            yield f"{name}: `admit --stage {stage}` answers {line!r}, admit() {verdict.answer_bytes!r}"


def mutate_problems(program, bodies, found):
    objects = {name: (body, verdict) for (name, body), verdict in zip(bodies.items(), found)
               if body["request"]["object"] is not None and verdict.status == "ok"}
    after = {name: patched(body, verdict.patch()) for name, (body, verdict) in objects.items()}
    for name, (body, verdict) in objects.items():
        yield from (f"{name}: {fault}" for fault in patch_problems(body, verdict))
    for name, second in zip(after, review.verdicts(program, "mutate", list(after.values()))):
        yield from (f"{name}: {fault}" for fault in again_problems(objects[name][1], second))
    final = dict(zip(after, review.verdicts(program, "validate", list(after.values()))))
    for name, verdict in final.items():
        yield from final_problems(name, verdict)
    yield from looking_on_problems(program, bodies, after, final)


def all_problems(options, bodies):
    for stage in review.STAGES:
        found = review.verdicts(options.verdict, stage, list(bodies.values()))
        for (name, body), verdict in zip(bodies.items(), found):
            yield from (f"{name}: {stage}: {fault}"
                        for fault in review.answer_problems(stage, body, verdict))
        yield from repeat_problems(options.verdict, stage, bodies, found)
        yield from order_problems(options.verdict, stage, bodies, found)
        yield from still_problems(options.verdict, stage, bodies)
        if options.program:
            yield from program_problems(options.program, stage, bodies, found)
        if stage == "mutate":
            yield from mutate_problems(options.verdict, bodies, found)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--verdict", required=True, help="the built program of verdict.c")
    parser.add_argument("--program", help="the built rayservice-webhook")
    options = parser.parse_args()
    bodies = all_reviews()
    faults = list(all_problems(options, bodies))
    for fault in faults:
        print(fault)
    print(f"{len(bodies)} reviews, {len(faults)} faults")
    return 1 if faults or not bodies else 0


if __name__ == "__main__":
    sys.exit(main())
