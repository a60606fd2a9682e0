# SPDX-License-Identifier: Apache-2.0
"""The policy's schema is what the program prints, and takes what the program takes."""

import re

SCHEMA = "manifests/policy.schema.json"
EXAMPLE = "manifests/examples/policy/policy.yaml"
COMPONENT = re.compile(r"manifests/components/[^/]+/policy\.yaml")
WRITE = f"`rayservice-webhook rules --policy-schema > {SCHEMA}`"


def check_schema(page, fresh):
    if page != fresh:
        yield f"{SCHEMA}:1: out of date; {WRITE}"


def check_policies(where, read):
    """read: a policy's path → what the program complains about."""
    if EXAMPLE not in where.files:
        yield f"{EXAMPLE}:1: missing"
    for path in (each for each in where.files if each == EXAMPLE or COMPONENT.fullmatch(each)):
        complaint = read(path)
        if complaint:
            yield f"{path}:1: {complaint}"


def check_mentions(where, schema):
    """The example shows every key there is."""
    example = where.files.get(EXAMPLE, "")
    for key in keys(schema):
        if f"{key}:" not in example:
            yield f"{EXAMPLE}:1: does not show {key}"


def keys(schema):
    """Names of keys, but for rules' names, whose level any of them shows."""
    for name, part in schema.get("properties", {}).items():
        yield name
        if name != "rules":
            yield from keys(part)
            yield from keys(part.get("items", {}))
