# SPDX-License-Identifier: Apache-2.0
"""A rule is whole: a well-formed row, a case that fires, a near miss, its entry in RULES.md."""

import re

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# Folders of cases beside the families: what is injected, and whole manifests.
OTHER_FAMILIES = {"injection", "policy", "manifests"}
RULES_MD = "webhook/rules/RULES.md"


def rows(lines):
    """(family, rule, level) of what `verdict rules` prints."""
    return [tuple(line.split()) for line in lines if line]


def check_names(table):
    seen = set()
    for family, rule, level in table:
        if not NAME.fullmatch(rule) or len(rule) > 40:
            yield f"webhook/rules:1: {rule}: a name is lower-case words with dashes, at most 40 characters"
        if rule in seen:
            yield f"webhook/rules:1: {rule} stands twice in the table; names are never reused"
        if level not in ("deny", "warn", "audit"):
            yield f"webhook/rules:1: {rule} has level {level}; deny, warn or audit"
        seen.add(rule)


def folder_cases(cases):
    """(family, rule folder) → cases"""
    folders = {}
    for case in cases:
        parts = case.name.split("/")
        folders.setdefault((parts[0], "/".join(parts[1:-1])), []).append(case)
    return folders


def fires(case, rule):
    return any(finding["rule"] == rule for finding in case.expect.get("findings", ()))


def check_cases(table, cases):
    folders = folder_cases(cases)
    for family, rule, _ in table:
        place = f"tests/cases/{family}/{rule}"
        there = folders.get((family, rule), [])
        if not any(fires(case, rule) for case in there):
            yield f"{place}:1: no case where {rule} fires; add one (tests/cases/README.md)"
        if not any(not fires(case, rule) for case in there):
            yield f"{place}:1: no near miss of {rule}; add the same object without the fault"
    known = {(family, rule) for family, rule, _ in table}
    for (family, rule), there in folders.items():
        if family not in OTHER_FAMILIES and (family, rule) not in known:
            yield f"{there[0].path}:1: {family}/{rule} is no rule of the table; move the case"


def check_case_names(table, cases):
    names = {rule for _, rule, _ in table}
    for case in cases:
        if not NAME.fullmatch(case.path.stem):
            yield f"{case.path}:1: name it by what it shows, in lower-case words with dashes"
        for finding in case.expect.get("findings", ()):
            if finding["rule"] not in names:
                yield f"{case.path}:1: expects {finding['rule']}, which is no rule"


def check_page(table, page, fresh):
    """RULES.md is what the program prints."""
    if page is None:
        yield f"{RULES_MD}:1: missing; `rayservice-webhook rules --markdown > {RULES_MD}`"
        return
    for number, (old, new) in enumerate(zip(page.splitlines(), fresh.splitlines()), 1):
        if old != new:
            yield f"{RULES_MD}:{number}: out of date; `rayservice-webhook rules --markdown > {RULES_MD}`"
            return
    if page != fresh:
        yield f"{RULES_MD}:1: out of date; `rayservice-webhook rules --markdown > {RULES_MD}`"
    for _, rule, _ in table:
        if rule not in page:
            yield f"{RULES_MD}:1: does not name {rule}"
