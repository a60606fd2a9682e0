#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The recorded reviews, byte for byte as an API server sent them, against the answers in
expected/. run.py --verdict PROGRAM [--update]: --update writes them; read the difference."""

import argparse
import collections
import pathlib
import sys

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import recorded  # noqa: E402
import review  # noqa: E402

EXPECTED = recorded.FOLDER / "expected"


def readable(verdict):
    """The response as a person reads it: the patch decoded."""
    if verdict.status != "ok":
        return {"status": verdict.status, "text": verdict.answer_bytes.decode()}
    response = verdict.response()
    if "patch" in response:
        response["patch"] = verdict.patch()
    return response


def dumped(verdict):
    return yaml.safe_dump(readable(verdict), sort_keys=False, allow_unicode=True, width=10**6)


def answers(program):
    """(path of the review, answer)"""
    stages = collections.defaultdict(list)
    for path, _ in recorded.reviews():
        stages[recorded.stage_of(path)].append(path)
    for stage, paths in stages.items():
        yield from zip(paths, review.verdicts(program, stage, [path.read_bytes() for path in paths]))


def problems(path, verdict, update):
    expected = EXPECTED / (path.stem + ".yaml")
    is_now = dumped(verdict)
    if update:
        expected.write_text(is_now, encoding="utf-8")
    want = expected.read_text(encoding="utf-8") if expected.exists() else ""
    for number, (old, new) in enumerate(zip(want.splitlines() + [""], is_now.splitlines() + [""]), 1):
        if old != new:
            yield f"{expected}:{number}: is   {new}\n{expected}:{number}: want {old}"
            return
    yield from review.answer_problems(recorded.stage_of(path), review.loads(path.read_bytes()), verdict)


def stale():
    names = {path.stem for path, _ in recorded.reviews()}
    for path in sorted(EXPECTED.glob("*.yaml")):
        if path.stem not in names:
            yield f"{path}:1: there is no such review; remove the file"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--verdict", required=True, help="the built program of verdict.c")
    parser.add_argument("--update", action="store_true", help="write expected/ as it is today")
    options = parser.parse_args()
    count, failed = 0, len(list(stale()))
    for fault in stale():
        print(fault)
    for path, verdict in answers(options.verdict):
        faults = list(problems(path, verdict, options.update))
        count, failed = count + 1, failed + bool(faults)
        for fault in faults:
            print(fault)
    print(f"{count} cases, {failed} failed")
    return 1 if failed or not count else 0


if __name__ == "__main__":
    sys.exit(main())
