# SPDX-License-Identifier: Apache-2.0
"""RFC 6902, `add`, `remove`, `replace` and `test`, after RFC 6901 pointers: written from the RFCs
alone, so that a patch is judged by something that knows nothing of who wrote it."""

import copy


class PatchError(Exception):
    """The patch does not fit the document: the API server answers 500 then."""


def steps(pointer):
    """"/a~1b/0" is ["a/b", "0"]."""
    if pointer == "":
        return []
    if not pointer.startswith("/"):
        raise PatchError(f"pointer {pointer!r} does not start with a slash")
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/")]


def index_of(items, step, past_end):
    if not (step == "0" or (step.isascii() and step.isdigit() and step[0] != "0")):
        raise PatchError(f"{step!r} is no array index")
    index = int(step)
    if index >= len(items) + (1 if past_end else 0):
        raise PatchError(f"index {index} is past the end")
    return index


def child(value, step):
    if isinstance(value, list):
        return value[index_of(value, step, False)]
    if isinstance(value, dict) and step in value:
        return value[step]
    raise PatchError(f"there is no {step!r}")


def lookup(document, pointer):
    for step in steps(pointer):
        document = child(document, step)
    return document


def add(parent, step, value):
    if isinstance(parent, list):
        parent.insert(len(parent) if step == "-" else index_of(parent, step, True), value)
    elif isinstance(parent, dict):
        parent[step] = value
    else:
        raise PatchError(f"{step!r} can not be added to a {type(parent).__name__}")


def remove(parent, step):
    child(parent, step)
    del parent[index_of(parent, step, False) if isinstance(parent, list) else step]


def apply_one(document, operation):
    path = steps(operation["path"])
    if operation["op"] == "test":
        if lookup(document, operation["path"]) != operation["value"]:
            raise PatchError(f"test failed at {operation['path']}")
        return
    if not path:
        raise PatchError("the whole document can not be patched")
    parent = document
    for step in path[:-1]:
        parent = child(parent, step)
    if operation["op"] in ("remove", "replace"):
        remove(parent, path[-1])
    if operation["op"] in ("add", "replace"):
        add(parent, path[-1], copy.deepcopy(operation["value"]))
    if operation["op"] not in ("add", "remove", "replace"):
        raise PatchError(f"unknown operation {operation['op']!r}")


def apply(document, patch):
    """The patched copy; document stays as it is."""
    patched = copy.deepcopy(document)
    for operation in patch:
        apply_one(patched, operation)
    return patched


def differences(before, after, at=""):
    """The pointers where two documents differ; a whole subtree counts as one place."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            place = at + "/" + key.replace("~", "~0").replace("/", "~1")
            if key not in before or key not in after:
                yield place
            else:
                yield from differences(before[key], after[key], place)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after)):
            yield from differences(old, new, f"{at}/{index}")
    elif before != after or type(before) is not type(after):
        yield at
