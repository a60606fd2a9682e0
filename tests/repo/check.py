#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tree itself is tested.

check.py tree                              what can be read from the sources and pages
check.py symbols ARCHIVE...                the pure layers' object files
check.py rules VERDICT [PROGRAM]           the rule table, its cases and RULES.md
check.py options PROGRAM                   commands and flags in pages and manifests
check.py examples VERDICT PROGRAM          what the pages show of the program's output
check.py policy PROGRAM                    the policy's schema and examples
check.py monitoring PROGRAM                alerts and dashboard, beside what /metrics prints
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import docs  # noqa: E402
import examples  # noqa: E402
import layers  # noqa: E402
import memory  # noqa: E402
import monitoring  # noqa: E402
import options  # noqa: E402
import policy  # noqa: E402
import rules  # noqa: E402
import shape  # noqa: E402
import symbols  # noqa: E402
import tree  # noqa: E402


def tree_problems():
    where = tree.real()
    for check in layers.CHECKS + shape.CHECKS + docs.CHECKS + memory.CHECKS:
        yield from check(where)


def printed(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def rule_problems(verdict, program=None):
    import case as cases  # needs python3-yaml

    table = rules.rows(printed(verdict, "rules").splitlines())
    every = [cases.load(path) for path in cases.paths()]
    yield from rules.check_names(table)
    yield from rules.check_cases(table, every)
    yield from rules.check_case_names(table, every)
    if program:
        yield from rules.check_page(table, tree.real().files.get(rules.RULES_MD),
                                    printed(program, "rules", "--markdown"))


def policy_problems(program):
    where = tree.real()
    fresh = printed(program, "rules", "--policy-schema")

    def read(path):
        """Nothing to check is on stdin: what is left to complain about is the policy."""
        return subprocess.run([program, "check", "--policy", tree.ROOT / path, "-"], input="", check=False,
                              capture_output=True, text=True).stderr.strip()

    yield from policy.check_schema(where.files.get(policy.SCHEMA), fresh)
    yield from policy.check_policies(where, read)
    yield from policy.check_mentions(where, json.loads(fresh))


def monitoring_problems(program):
    os.environ["RAYSERVICE_WEBHOOK_BINARY"] = str(pathlib.Path(program).resolve())
    sys.path.insert(0, str(tree.ROOT / "tests" / "server"))
    import harness

    with tempfile.TemporaryDirectory() as folder:
        harness.certs(folder)
        server = harness.Server(folder)
        metrics = server.get("/metrics")
        server.stop()
    where = tree.real()
    yield from monitoring.check_queries(where, metrics)
    for check in monitoring.CHECKS:
        yield from check(where)


def example_problems(verdict, program):
    import yaml

    import jsonpatch
    import review

    def check(path):
        folder, name = (tree.ROOT / path).parent, pathlib.Path(path).name
        return subprocess.run([pathlib.Path(program).resolve(), "check", name], cwd=folder, check=False, capture_output=True,
                              text=True, env=dict(os.environ, LC_ALL="C.UTF-8")).stdout

    def answer(path):
        body = next(each for each in yaml.safe_load_all((tree.ROOT / path).read_text(encoding="utf-8"))
                    if each and each["kind"] == "RayService")
        patch = review.verdicts(verdict, "mutate", [review.make(body)])[0].patch()
        stored = review.make(jsonpatch.apply(body, patch))
        return body["metadata"]["name"], review.verdicts(verdict, "validate", [stored])[0].response()

    return examples.check_sessions(tree.real(), check, answer)


def main():
    what = sys.argv[1] if len(sys.argv) > 1 else ""
    if what == "tree":
        found = list(tree_problems())
    elif what == "symbols":
        found = list(symbols.problems(sys.argv[2:]))
    elif what == "rules":
        found = list(rule_problems(*sys.argv[2:4]))
    elif what == "options":
        found = list(options.check_uses(tree.real(), options.commands_of(sys.argv[2])))
    elif what == "policy":
        found = list(policy_problems(sys.argv[2]))
    elif what == "monitoring":
        found = list(monitoring_problems(sys.argv[2]))
    elif what == "examples":
        found = list(example_problems(*sys.argv[2:4]))
    else:
        raise SystemExit(__doc__)
    for fault in found:
        print(fault)
    print(f"{what}: {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
