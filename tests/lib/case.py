# SPDX-License-Identifier: Apache-2.0
"""A case: tests/cases/<family>/<rule>/<case>.yaml. See tests/cases/README.md."""

import json
import pathlib
import re

import yaml

import review

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "cases"
HEAD_KEYS = {"case", "operation", "stage", "policy", "today", "expect"}
EXPECT_KEYS = {"allowed", "findings", "patch"}
FINDING_KEYS = {"rule", "level", "field", "line", "column", "message", "fix"}
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class CaseError(Exception):
    """The case is written wrongly: says what to write."""


class Loader(yaml.SafeLoader):
    """JSON's types only: a date stays the text it was."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def unknown(where, keys, known):
    extra = sorted(set(keys) - known)
    if extra:
        raise CaseError(f"{where}: unknown {', '.join(extra)}; known are {', '.join(sorted(known))}")


class Case:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.name = str(self.path.relative_to(FOLDER)) if FOLDER in self.path.parents else str(path)
        documents = list(yaml.load_all(self.path.read_text(encoding="utf-8"), Loader))
        head = documents[0]
        unknown("first document", head, HEAD_KEYS)
        self.operation = head.get("operation", "CREATE")
        self.stage = head.get("stage", "validate")
        self.policy = head.get("policy")
        self.today = str(head.get("today", "")).replace("-", "")
        self.expect = head.get("expect") or {}
        self.check_head(head)
        wanted = {"CREATE": 2, "UPDATE": 3}[self.operation]
        if len(documents) != wanted:
            raise CaseError(f"{len(documents)} documents; {self.operation} wants {wanted}: "
                            "the case, the object" + (", the old object" if wanted == 3 else ""))
        self.object = documents[1]
        self.old = documents[2] if wanted == 3 else None

    def check_head(self, head):
        if not head.get("case"):
            raise CaseError("`case:` is missing; one sentence that says what it shows")
        if self.operation not in ("CREATE", "UPDATE") or self.stage not in review.STAGES:
            raise CaseError("operation is CREATE or UPDATE, stage is validate or mutate")
        if self.policy is not None and not isinstance(self.policy, dict):
            raise CaseError("policy is a mapping: a policy file without apiVersion and kind")
        if self.today and (self.policy is None or not re.fullmatch(r"[0-9]{8}", self.today)):
            raise CaseError("today is a day like 2027-01-31, and goes with a policy")
        if "expect" not in head:
            return
        unknown("expect", self.expect, EXPECT_KEYS)
        if not isinstance(self.expect.get("allowed"), bool) or "findings" not in self.expect:
            raise CaseError("expect wants `allowed: true|false` and `findings: [...]`")
        if (self.stage == "mutate") != ("patch" in self.expect):
            raise CaseError("expect wants `patch: [...]` in the mutate stage, and only there")
        for finding in self.expect["findings"]:
            unknown("finding", finding, FINDING_KEYS)
            if not {"rule", "level", "field"} <= finding.keys():
                raise CaseError(f"finding {finding} wants at least rule, level and field")

    def policy_text(self):
        """The policy's file: JSON is YAML."""
        if self.policy is None:
            return ""
        return json.dumps({"apiVersion": "rayservice-webhook/v1", "kind": "Policy"} | self.policy)

    def review(self):
        return review.make(self.object, self.old, self.operation, self.name)


def paths(families=()):
    folders = [FOLDER / family for family in families] or [FOLDER]
    return sorted(path for folder in folders for path in folder.rglob("*.yaml"))


def load(path):
    try:
        return Case(path)
    except (CaseError, yaml.YAMLError, KeyError) as error:
        raise SystemExit(f"{path}:1: {error} (tests/cases/README.md)") from None
