# SPDX-License-Identifier: Apache-2.0
"""A Pod's memory limit is what the server may take, and a margin; wherever one of them is said, both are."""

import re

MARGIN = 32  # MiB, as manifests/README.md and the flag's help say
BASE = "manifests/base/deployment.yaml"
MOST = re.compile(r"--max-memory=(\w+)")
LIMIT = re.compile(r"\blimits:\s*\{[^}]*\bmemory: *(\w+)|\blimits/memory\n\s+value: *(\w+)")
OTHER = re.compile(r"^\s*- certs$", re.M)  # the controller's container
UNITS = {"Mi": 1, "Gi": 1024}


def mebibytes(text):
    number, unit = re.fullmatch(r"(\d+)(\w*)", text).groups()
    return int(number) * UNITS.get(unit, 0)


def check_limits(where):
    if BASE not in where.files:
        yield f"{BASE}:1: missing"
    for name, text in where.named(".yaml", under=("manifests/base/", "manifests/overlays/", "manifests/components/")).items():
        most, limit = MOST.findall(text), ["".join(groups) for groups in LIMIT.findall(text)]
        if OTHER.search(text) or not (most or limit or name == BASE):
            continue
        if len(most) != 1 or len(limit) != 1:
            yield f"{name}:1: say --max-memory and limits.memory, both and once"
        elif mebibytes(limit[0]) < mebibytes(most[0]) + MARGIN:
            yield f"{name}:1: limits.memory {limit[0]} is less than --max-memory {most[0]} and {MARGIN}Mi"


CHECKS = (check_limits,)
