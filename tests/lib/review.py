# SPDX-License-Identifier: Apache-2.0
"""AdmissionReviews as the API server sends them, the programs that answer, and what an answer must
look like whatever the question was."""

import base64
import json
import re
import subprocess
import uuid

STAGES = ("mutate", "validate")
ANNOTATION = "rayservice-webhook/injected"
WARNINGS_MAX, WARNING_LENGTH, CAUSES_MAX = 10, 256, 20


def strict_pairs(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError(f"a key stands twice in {names}")
    return dict(pairs)


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def loads(data):
    """RFC 8259 and nothing more: valid UTF-8, no duplicate keys, no NaN."""
    return json.loads(data.decode("utf-8"), object_pairs_hook=strict_pairs,
                      parse_constant=refuse_constant)


def make(object_, old=None, operation="CREATE", seed=""):
    """The body the API server would send (compare tests/reviews/)."""
    metadata = (object_ or old).get("metadata", {})
    gvk = {"group": "ray.io", "version": "v1", "kind": "RayService"}
    gvr = {"group": "ray.io", "version": "v1", "resource": "rayservices"}
    return {
        "kind": "AdmissionReview",
        "apiVersion": "admission.k8s.io/v1",
        "request": {
            "uid": str(uuid.uuid5(uuid.NAMESPACE_URL, seed)),
            "kind": gvk, "resource": gvr, "requestKind": gvk, "requestResource": gvr,
            "name": metadata.get("name", ""),
            "namespace": metadata.get("namespace", "default"),
            "operation": operation,
            "userInfo": {"username": "admin", "groups": ["system:authenticated"]},
            "object": object_,
            "oldObject": old,
            "dryRun": False,
            "options": {"kind": operation.capitalize() + "Options",
                        "apiVersion": "meta.k8s.io/v1"},
        },
    }


def line(review):
    """A body on one line; bytes stay as they are."""
    if isinstance(review, bytes):
        return review.rstrip(b"\n") + b"\n"
    return json.dumps(review, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def run(command, reviews):
    """One process, one line a review: the lines of its output."""
    if not reviews:
        return []
    done = subprocess.run(command, input=b"".join(line(review) for review in reviews),
                          stdout=subprocess.PIPE, check=False)
    lines = done.stdout.splitlines()
    if done.returncode not in (0, 1) or len(lines) != len(reviews):
        raise SystemExit(f"{' '.join(command)}: exit code {done.returncode}, "
                         f"{len(lines)} answers to {len(reviews)} reviews")
    return lines


def patch_of(response):
    """The JSON Patch of an answer; empty where there is none."""
    patch = response.get("patch")
    return loads(base64.b64decode(patch, validate=True)) if patch is not None else []


class Verdict:
    """What admit() said: the exact bytes, and the findings as they are before they become text."""

    def __init__(self, data):
        whole = loads(data)
        self.status = whole["status"]
        self.findings = whole["findings"]
        self.answer_bytes = whole["answer"].encode()

    def response(self):
        return loads(self.answer_bytes)["response"]

    def patch(self):
        return patch_of(self.response())


def verdicts(program, stage, reviews, under=()):
    """under: a policy's file and the day, or the file, or nothing."""
    command = [program, stage, *under]
    return [Verdict(data) for data in run(command, reviews)]


def finding_problems(verdict, response):
    """Every denial is a cause and every warning a line, in the findings' order."""
    denials = [each for each in verdict.findings if each["level"] == "deny"]
    causes = response.get("status", {}).get("details", {}).get("causes", [])
    warned = [each for each in verdict.findings if each["level"] == "warn"]
    warnings = response.get("warnings", [])
    for finding, cause in zip(denials[:CAUSES_MAX], causes):
        if cause["field"] != finding["field"]:
            yield f"cause says field {cause['field']!r}, the finding {finding['field']!r}"
        if not cause["message"].startswith(finding["rule"] + ": "):
            yield f"cause does not start with its rule {finding['rule']}: {cause['message']!r}"
    if len(causes) < min(len(denials), CAUSES_MAX) or len(causes) > CAUSES_MAX + 1:
        yield f"{len(denials)} denials became {len(causes)} causes"
    for finding, warning in zip(warned[:WARNINGS_MAX - 1], warnings):
        if not warning.startswith(finding["rule"] + ": "):
            yield f"warning does not start with its rule {finding['rule']}: {warning!r}"
    if bool(warned) != bool(warnings):
        yield f"{len(warned)} warnings became {len(warnings)} lines"


def text_problems(response):
    """What the API server or kubectl would drop or cut."""
    for warning in response.get("warnings", []):
        if not warning or re.search(r"[\x00-\x1f\x7f-\x9f]", warning):
            yield f"the API server drops the warning {warning!r}: plain text, one line"
        if len(warning) > WARNING_LENGTH:
            yield f"warning of {len(warning)} characters, at most {WARNING_LENGTH}: {warning!r}"
    if len(response.get("warnings", [])) > WARNINGS_MAX:
        yield f"{len(response['warnings'])} warnings, at most {WARNINGS_MAX}"
    for key, value in response.get("auditAnnotations", {}).items():
        if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?", key):
            yield f"audit annotation {key!r}: the API server wants a name without a slash"
        if not isinstance(value, str):
            yield f"audit annotation {key!r} is no string"


def denial_problems(response):
    status = response.get("status", {})
    details = status.get("details", {})
    if (status.get("code"), status.get("reason")) != (422, "Invalid"):
        yield f"denied with code {status.get('code')} and reason {status.get('reason')!r}"
    if not details.get("causes") or details.get("kind") != "RayService":
        yield "denied without details.kind and causes: kubectl prints no reason then"
    for cause in details.get("causes", []):
        if set(cause) != {"reason", "message", "field"} or not cause["message"]:
            yield f"cause {cause} needs reason, message and field"


def answer_problems(stage, review, verdict):
    """Everything that holds for every answer to a readable review."""
    if verdict.status != "ok":
        yield f"status is {verdict.status}: {verdict.answer_bytes.decode()}"
        return
    answer = loads(verdict.answer_bytes)
    response = answer["response"]
    denied = any(each["level"] == "deny" for each in verdict.findings)
    if (answer.get("apiVersion"), answer.get("kind")) != ("admission.k8s.io/v1",
                                                          "AdmissionReview"):
        yield f"the answer is a {answer.get('apiVersion')} {answer.get('kind')}"
    if response["uid"] != review["request"]["uid"]:
        yield f"uid is {response['uid']}, want {review['request']['uid']}"
    if b"\n" in verdict.answer_bytes:
        yield "the answer is not one line"
    if ("patch" in response) != (response.get("patchType") == "JSONPatch"):
        yield "patch and patchType come together or not at all"
    if stage == "mutate" and (denied or not response["allowed"]):
        yield "the mutate stage denied"
    if stage == "validate" and "patch" in response:
        yield "the validate stage patched"
    if response["allowed"] is denied:
        yield f"allowed is {response['allowed']}, and {'a' if denied else 'no'} finding denies"
    if not response["allowed"]:
        yield from denial_problems(response)
    yield from text_problems(response)
    yield from finding_problems(verdict, response)
