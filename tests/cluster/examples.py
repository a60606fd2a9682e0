#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What each file of manifests/examples says it makes kubectl print, and what kubectl does print.

examples.py   writes the truth into the files; read the difference before it is committed
"""

import re

from fixture import EXAMPLES, surroundings

# The comment lines from "$ kubectl" on.
PROMISE = re.compile(r"^# \$ kubectl .*\n(?:# .*\n)*", re.MULTILINE)


def files():
    return sorted(EXAMPLES.glob("*.yaml"))


def promise(path):
    """None where the file makes none."""
    found = PROMISE.search(path.read_text(encoding="utf-8"))
    return found and found.group()


def truth(kubectl, path):
    said = kubectl("apply", "-f", path).text.splitlines()
    return "".join(f"# {line}\n" for line in (f"$ kubectl apply -f {path.name}", *said))


def write(path, text):
    before = path.read_text(encoding="utf-8")
    path.write_text(PROMISE.sub(lambda _: text, before, count=1), encoding="utf-8")


def main():
    api, _ = surroundings()
    for path in files():
        write(path, truth(api.kubectl, path))


if __name__ == "__main__":
    main()
