# SPDX-License-Identifier: Apache-2.0
"""The policy's schema is what the program prints, and takes what the program takes."""

SCHEMA = "manifests/policy.schema.json"
POLICIES = ("manifests/examples/policy/policy.yaml", "manifests/components/policy/policy.yaml")
WRITE = f"`rayservice-webhook rules --policy-schema > {SCHEMA}`"


def check_schema(page, fresh):
    if page != fresh:
        yield f"{SCHEMA}:1: out of date; {WRITE}"


def check_policies(where, read):
    """read: a policy's path → what the program complains about."""
    for path in POLICIES:
        if path not in where.files:
            yield f"{path}:1: missing"
            continue
        complaint = read(path)
        if complaint:
            yield f"{path}:1: {complaint}"


def check_mentions(where, schema):
    """The example shows every key there is."""
    example = where.files.get(POLICIES[0], "")
    for key in keys(schema):
        if f"{key}:" not in example:
            yield f"{POLICIES[0]}:1: does not show {key}"


def keys(schema):
    """Names of keys, but for rules' names, whose level any of them shows."""
    for name, part in schema.get("properties", {}).items():
        yield name
        if name != "rules":
            yield from keys(part)
            yield from keys(part.get("items", {}))
