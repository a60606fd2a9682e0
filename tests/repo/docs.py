# SPDX-License-Identifier: Apache-2.0
"""What the pages say: links that lead somewhere, no paths of somebody's own machine."""

import posixpath
import re

import tree

FENCE = re.compile(r"^(```|~~~).*?^\1", re.S | re.M)
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|!\[[^\]\n]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$", re.M)
# Places on a developer's machine. Tests may look for a folder beside the checkout, and say so.
PRIVATE = re.compile(r"(?<![\w.])/work/|/tmp/wt/|/home/\w+/|/root/|(?<![\w-])shared/(?!\w*\.so)")
MAY_NAME_PLACES = ("tests/",)


def without_code(text):
    """Fenced blocks and `code` blanked; lines stay where they are."""
    text = FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    return re.sub(r"`[^`\n]*`", lambda match: " " * len(match.group()), text)


def anchor(heading):
    """As GitHub makes it."""
    heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.replace("`", "")).lower()
    return re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")


def anchors(text):
    text = FENCE.sub("", text)
    return {anchor(match.group(1)) for match in HEADING.finditer(text)}


def exists(where, path):
    return path in where.files or any(name.startswith(path.rstrip("/") + "/") for name in where.files)


def check_links(where):
    for name, text in where.named(".md").items():
        for match in LINK.finditer(without_code(text)):
            target = match.group(1) or match.group(2)
            if re.match(r"[a-z]+:", target):
                continue
            line = tree.line_of(text, match.start())
            path, _, part = target.partition("#")
            full = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
            if not exists(where, full):
                yield f"{name}:{line}: link to {target}, which is not there; correct the path"
            elif part and full.endswith(".md") and part not in anchors(where.files[full]):
                yield f"{name}:{line}: link to {target}; {full} has no such heading"


def check_private(where):
    for name, text in where.files.items():
        if name.startswith(MAY_NAME_PLACES):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            found = PRIVATE.search(line)
            if found:
                yield f"{name}:{number}: {found.group()} is a place on somebody's machine; leave it out"


CHECKS = (check_links, check_private)
