#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the cases, all of a stage and a policy in one process.

run.py --verdict PROGRAM [FAMILY...]      compares every case with what it expects
run.py --verdict PROGRAM --show FILE...   prints the `expect:` that a file would need today
"""

import argparse
import collections
import pathlib
import re
import sys
import tempfile

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import case as cases  # noqa: E402
import review  # noqa: E402


def answers(program, wanted):
    """(case, verdict), one process for each stage and policy."""
    groups = collections.defaultdict(list)
    for each in wanted:
        groups[each.stage, each.policy_text(), each.today].append(each)
    for (stage, policy, today), group in groups.items():
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(policy)
            file.flush()
            under = [file.name, *filter(None, [today])] if policy else []
            found = review.verdicts(program, stage, [each.review() for each in group], under)
        yield from zip(group, found)


def same(want, got):
    """`/…/` is a regular expression for the whole text; everything else is compared exactly."""
    if isinstance(want, str) and len(want) > 1 and want[0] == want[-1] == "/":
        return re.fullmatch(want[1:-1], got) is not None
    return want == got and type(want) is type(got)


def lines(key, items):
    """`key:` and one line of YAML for each item."""
    if not items:
        return f"  {key}: []\n"
    rows = (yaml.safe_dump(item, default_flow_style=True, sort_keys=False, width=10**6,
                           allow_unicode=True).strip() for item in items)
    return f"  {key}:\n" + "".join(f"  - {row}\n" for row in rows)


def expectation(case, verdict):
    """What the case would have to expect, as it is written in the file."""
    found = [{key: value for key, value in finding.items() if value not in (0, "")}
             for finding in verdict.findings]
    block = f"expect:\n  allowed: {str(verdict.response()['allowed']).lower()}\n"
    block += lines("findings", found)
    return block + lines("patch", verdict.patch()) if case.stage == "mutate" else block


def finding_problems(want, got):
    if [each["rule"] for each in want] != [each["rule"] for each in got]:
        yield f"rules are {[each['rule'] for each in got]}, want {[each['rule'] for each in want]}"
        return
    for wanted, found in zip(want, got):
        for key, value in wanted.items():
            if not same(value, found[key]):
                yield f"{wanted['rule']}: {key} is {found[key]!r}, want {value!r}"


def problems(case, verdict):
    found = list(review.answer_problems(case.stage, case.review(), verdict))
    if verdict.status != "ok":
        return found
    if "allowed" not in case.expect:
        return found + ["there is no `expect:`; run with --show and read whether it is right"]
    allowed = verdict.response()["allowed"]
    if allowed is not case.expect["allowed"]:
        found.append(f"allowed is {allowed}, want {case.expect['allowed']}")
    found.extend(finding_problems(case.expect["findings"], verdict.findings))
    if case.stage == "mutate" and verdict.patch() != case.expect["patch"]:
        found.append(f"patch is {verdict.patch()}, want {case.expect['patch']}")
    return found


def compare(program, families):
    wanted = [cases.load(path) for path in cases.paths(families)]
    failed = 0
    for case, verdict in answers(program, wanted):
        faults = problems(case, verdict)
        failed += bool(faults)
        for fault in faults:
            print(f"{case.path}:1: {fault}")
        if faults and verdict.status == "ok":
            print("it says today:\n" + expectation(case, verdict))
    print(f"{len(wanted)} cases, {failed} failed")
    return 1 if failed or not wanted else 0


def show(program, files):
    for case, verdict in answers(program, [cases.load(path) for path in files]):
        print(f"# {case.path}\n" + expectation(case, verdict))
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--verdict", required=True, help="the built program of verdict.c")
    parser.add_argument("--show", action="store_true", help="print what the files' expect would be")
    parser.add_argument("names", nargs="*", help="families, or files with --show")
    options = parser.parse_args()
    if options.show:
        return show(options.verdict, options.names)
    return compare(options.verdict, options.names)


if __name__ == "__main__":
    sys.exit(main())
