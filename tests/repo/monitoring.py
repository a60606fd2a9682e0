# SPDX-License-Identifier: Apache-2.0
"""Alerts and dashboard ask for metrics and labels that there are; each alert is explained and tested."""

import json
import re

import docs

FOLDER = "manifests/components/monitoring/"
ALERTS, DASHBOARD = FOLDER + "alerts.yaml", FOLDER + "rayservice-webhook.json"
TESTS = "tests/monitoring/alerts_test.yaml"
PAGE, HEADING = "manifests/README.md", "What to watch"

# What a scrape adds to each series.
TARGET = {"pod", "job", "instance", "namespace"}
# Metrics of others. tests/cluster/test_monitoring.py sees those of the API server.
OTHERS = {
    "up": [{}],
    "apiserver_admission_webhook_fail_open_count": [{"name": "inject.rayservice-webhook.ray.io", "type": "admit"}],
    "apiserver_admission_webhook_rejection_count": [{
        "name": "restore.rayservice-webhook.ray.io", "type": "admit", "operation": "UPDATE", "rejection_code": "503",
        "error_type": "calling_webhook_error"}],
}
SAMPLE = re.compile(r'^([a-z_]+)(?:\{(.*)\})? [0-9.e+]+$', re.M)
PAIR = re.compile(r'(\w+)="([^"]*)"')
SELECTOR = re.compile(r"([a-z_]+)\s*(\{[^}]*\})")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
BY = re.compile(r"\bby \(([^)]*)\)")
WORD = re.compile(r"[a-z_]+\b(?!\s*[({])")
OPERATORS = {"and", "or", "unless", "on", "by", "offset", "bool"}
AGGREGATION = re.compile(r"\b(sum|min|max|count|avg|topk|absent)\b")
USED = re.compile(r"\{\{\s*(?:\$labels\.)?(\w+)")


def series(text):
    """What /metrics prints: name → the label sets there are."""
    found = {}
    for name, labels in SAMPLE.findall(text):
        found.setdefault(name, []).append(dict(PAIR.findall(labels)))
    return found


def selectors(query):
    """(metric, its matchers) of a PromQL expression."""
    bare = BY.sub(" ", re.sub(r"\[[\w$]+\]", " ", query))
    for match in SELECTOR.finditer(bare):
        yield match.group(1), MATCHER.findall(match.group(2))
    for name in WORD.findall(re.sub(r"\{[^}]*\}", "(", bare)):
        if name not in OPERATORS:
            yield name, []


def fits(labels, matcher):
    name, operator, value = matcher
    if name in TARGET:
        return True
    if name not in labels:
        return False
    same = labels[name] == value if operator in ("=", "!=") else re.fullmatch(value, labels[name]) is not None
    return same != operator.startswith("!")


def alternatives(matchers):
    """Of code=~"a|b", a series must be there for a and for b."""
    for name, operator, value in matchers:
        if operator == "=~":
            yield from ([(name, operator, each)] for each in value.split("|"))
    yield matchers


def faults_of_query(query, shown, there):
    """shown: what is written beside it, with the labels in {{…}}."""
    labels = set()
    for name, matchers in selectors(query):
        if name not in there:
            yield f"{name} is no metric of ours"
            continue
        labels |= set().union(*there[name])
        for asked in alternatives(matchers):
            if not any(all(fits(each, matcher) for matcher in asked) for each in there[name]):
                yield f"{name} has no series with {', '.join(''.join(each) for each in asked)}"
    kept = {each.strip() for group in BY.findall(query) for each in group.split(",")}
    for label in sorted(kept - labels - TARGET):
        yield f"by ({label}): no metric there has it"
    has = kept if kept else set() if AGGREGATION.search(query) else labels | TARGET
    for label in USED.findall(shown):
        if label not in has:
            yield f"shows {label}, which the result of {query.strip()[:60]}… has not"


def rules_of(text):
    import yaml  # python3-yaml

    return [rule for group in yaml.safe_load(text)["spec"]["groups"] for rule in group["rules"]]


def check_queries(where, metrics):
    there = {**OTHERS, **series(metrics)}
    for rule in rules_of(where.files[ALERTS]):
        for fault in faults_of_query(rule["expr"], rule["annotations"]["summary"], there):
            yield f"{ALERTS}:1: {rule['alert']}: {fault}"
    for panel in json.loads(where.files[DASHBOARD])["panels"]:
        for target in panel["targets"]:
            for fault in faults_of_query(target["expr"], target["legendFormat"], there):
                yield f"{DASHBOARD}:1: {panel['title']}: {fault}"


def check_annotations(where):
    """Somebody woken up by it reads what it means, and where it says what to do."""
    for rule in rules_of(where.files[ALERTS]):
        notes, name = rule["annotations"], rule["alert"]
        if set(notes) != {"summary", "description", "runbook"}:
            yield f"{ALERTS}:1: {name}: the annotations are summary, description and runbook"
        if rule["labels"].get("severity") not in ("warning", "critical"):
            yield f"{ALERTS}:1: {name}: severity is warning or critical"
        path, _, part = notes.get("runbook", "").partition("#")
        if part not in docs.anchors(where.files.get(path, "")):
            yield f"{ALERTS}:1: {name}: {notes.get('runbook')} is no heading of a page"


def check_table(where):
    section = where.files[PAGE].partition(f"\n## {HEADING}\n")[2].partition("\n## ")[0]
    said = re.findall(r"^\| `(\w+)`", section, re.M)
    alerts = list(dict.fromkeys(rule["alert"] for rule in rules_of(where.files[ALERTS])))
    if said != alerts:
        wrong = sorted(set(said) ^ set(alerts)) or "their order"
        yield f"{PAGE}:1: {HEADING}: the table has not the alerts of {ALERTS}: {wrong}"


def check_tests(where):
    """For each alert a case in which it fires with that severity, and one in which it does not."""
    import yaml

    cases = [case for test in yaml.safe_load(where.files[TESTS])["tests"] for case in test["alert_rule_test"]]
    for rule in rules_of(where.files[ALERTS]):
        mine = [case.get("exp_alerts") or [] for case in cases if case["alertname"] == rule["alert"]]
        severities = {each["exp_labels"]["severity"] for fired in mine for each in fired}
        if rule["labels"]["severity"] not in severities:
            yield f"{TESTS}:1: no case in which {rule['alert']} fires as {rule['labels']['severity']}"
        if all(mine):
            yield f"{TESTS}:1: no case in which {rule['alert']} is silent"


def check_panels(where):
    """Each has a number and a place of its own."""
    taken, numbers = {}, set()
    for panel in json.loads(where.files[DASHBOARD])["panels"]:
        at, title = panel["gridPos"], panel["title"]
        if panel["id"] in numbers:
            yield f"{DASHBOARD}:1: {title}: id {panel['id']} is another panel's"
        numbers.add(panel["id"])
        for cell in ((x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])):
            if taken.setdefault(cell, title) != title or cell[0] >= 24:
                yield f"{DASHBOARD}:1: {title}: lies over {taken[cell]}, or beyond the edge"
                break


CHECKS = (check_annotations, check_table, check_tests, check_panels)
