#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The alerts and the dashboard of manifests/components/monitoring, beside a server that runs: Prometheus reads both, and
finds something for each query. When which alert fires is in alerts_test.yaml."""

import copy
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "server"))
from harness import HOST, PATIENCE, FolderTest, Server, eventually  # noqa: E402  pylint: disable=wrong-import-position

FOLDER = ROOT / "manifests" / "components" / "monitoring"
TESTS = pathlib.Path(__file__).resolve().parent / "alerts_test.yaml"
TOOLS = os.environ.get("PROMETHEUS_TOOLS")
SKIPPED = 77
OTHERS = ("apiserver_",)  # metrics that this Prometheus does not scrape


def spec():
    return yaml.safe_load((FOLDER / "alerts.yaml").read_text(encoding="utf-8"))["spec"]


def queries():
    """(what it is for, PromQL) of the dashboard, with what Grafana puts in for its variables."""
    for panel in json.loads((FOLDER / "rayservice-webhook.json").read_text(encoding="utf-8"))["panels"]:
        for target in panel["targets"]:
            query = target["expr"]
            for name, value in (("$pod", "a|.*"), ("$__rate_interval", "1m"), ("$__range", "1h")):
                query = query.replace(name, value)
            yield panel["title"], query


class RuleFiles(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def promtool(self, *arguments, **files):
        for name, content in files.items():
            (self.folder / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
        done = subprocess.run([pathlib.Path(TOOLS, "promtool"), *arguments], cwd=self.folder, capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        return done.returncode, done.stdout + done.stderr

    def test_alerts_are_valid(self):
        code, said = self.promtool("check", "rules", "alerts.yaml", alerts=spec())
        self.assertEqual(code, 0, said)

    def test_queries_of_the_dashboard_are_valid(self):
        rules = [{"record": f"panel_{number}", "expr": query} for number, (_, query) in enumerate(queries())]
        code, said = self.promtool("check", "rules", "panels.yaml", panels={"groups": [{"name": "panels", "rules": rules}]})
        self.assertEqual(code, 0, said)

    def test_each_fires_when_it_should_and_only_then(self):
        rules = spec()
        for rule in rules["groups"][0]["rules"]:
            rule["annotations"] = {"summary": rule["annotations"]["summary"]}
        shutil.copy(TESTS, self.folder)
        code, said = self.promtool("test", "rules", TESTS.name, alerts=rules)
        self.assertEqual(code, 0, said)
        for rule in rules["groups"][0]["rules"]:  # each is missed where it is not there, and where it always fires
            for change in ({"expr": "vector(0) > 0"}, {"expr": "vector(1)", "for": "0s"}):
                with self.subTest(rule["alert"], **change):
                    changed = copy.deepcopy(rules)
                    changed["groups"][0]["rules"][rules["groups"][0]["rules"].index(rule)].update(change)
                    self.assertEqual(self.promtool("test", "rules", TESTS.name, alerts=changed)[0], 1)


class Prometheus:
    """One that asks the server every second; a context manager."""

    def __init__(self, folder, target):
        self.folder = folder
        with socket.create_server((HOST, 0)) as free:
            self.address = f"{HOST}:{free.getsockname()[1]}"
        self.write("alerts", spec())
        self.write("prometheus", {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"}, "rule_files": ["alerts.yaml"],
            "scrape_configs": [{"job_name": "rayservice-webhook", "static_configs": [
                {"targets": [target], "labels": {"pod": "a"}}]}]})

    def write(self, name, content):
        (self.folder / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")

    def __enter__(self):
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                [pathlib.Path(TOOLS, "prometheus"), f"--config.file={self.folder / 'prometheus.yaml'}",
                 f"--storage.tsdb.path={self.folder / 'data'}", f"--web.listen-address={self.address}"],
                cwd=self.folder, stdout=log, stderr=log)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def ask(self, path, **parameters):
        """The data of the answer; {} while there is none."""
        if self.process.poll() is not None:
            raise AssertionError((self.folder / "log").read_text(errors="replace")[-4000:])
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            with error:
                if error.code != 503:  # it is starting
                    raise AssertionError(error.read().decode()) from None
                return {}
        except OSError:
            return {}

    def finds(self, query):
        return self.ask("query", query=query).get("result")

    def alerts(self):
        """alert → its state; what has two severities is in the worse one's. {} where one is not well."""
        rules = [rule for group in self.ask("rules").get("groups", []) for rule in group["rules"]]
        if any(rule["health"] != "ok" for rule in rules):
            return {}
        return {rule["name"]: rule["state"] for rule in sorted(rules, key=lambda rule: rule["state"] != "inactive")}


class Scraped(FolderTest):
    flags = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Server(cls.folder, *cls.flags)
        cls.addClassCleanup(cls.server.stop)
        cls.prometheus = cls.enterClassContext(
            Prometheus(pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory())), f"{HOST}:{cls.server.plain_port}"))

    def assert_wakes(self, *expected):
        """These alerts wait for their time to be over, and no others."""
        def waiting():
            self.states = self.prometheus.alerts()
            return self.states and {name for name, state in self.states.items() if state != "inactive"} == set(expected)

        eventually(waiting, f"of the alerts, only {expected}")
        self.assertEqual(set(self.states), {rule["alert"] for rule in spec()["groups"][0]["rules"]})


class Healthy(Scraped):
    def test_metrics_are_named_as_they_should(self):
        done = subprocess.run([pathlib.Path(TOOLS, "promtool"), "check", "metrics"], input=self.server.get("/metrics"),
                              capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_each_panel_has_something_to_show(self):
        """A misspelt metric or label would find nothing."""
        for title, query in queries():
            if any(name in query for name in OTHERS):
                continue
            with self.subTest(title, query=query):
                eventually(lambda q=query: self.server.post()[0] == 200 and self.prometheus.finds(q), query)

    def test_a_healthy_server_wakes_nobody(self):
        eventually(lambda: self.prometheus.finds("rayservice_webhook_ready == 1"), "a scrape")
        self.assert_wakes()


class Broken(Scraped):
    """What breaks on a server that runs is seen, from its files to the alert."""

    POLICY = "apiVersion: rayservice-webhook/v1\nkind: Policy\n"

    @classmethod
    def setUpClass(cls):
        cls.policies = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.flags = ("--policy", cls.policies / "policy.yaml")
        cls.write("policy.yaml", cls.POLICY)
        super().setUpClass()

    @classmethod
    def write(cls, name, text):
        (cls.policies / "next").write_text(text, encoding="utf-8")
        os.replace(cls.policies / "next", cls.policies / name)

    def test_from_bad_files_to_the_end(self):
        self.assert_wakes()
        self.write("policy.yaml", self.POLICY + "limits: {workers: many}\n")
        self.assert_wakes("RayServiceWebhookPolicyRejected")
        certificate = (self.folder / "tls.crt").read_bytes()
        (self.folder / "tls.crt").write_bytes(b"")
        self.assert_wakes("RayServiceWebhookPolicyRejected", "RayServiceWebhookCertificateRejected")
        (self.folder / "tls.crt").write_bytes(certificate)
        self.write("policy.yaml", self.POLICY)
        self.assert_wakes()
        self.assertEqual(self.server.stop(), 0)
        self.assert_wakes("RayServiceWebhookDown", "RayServiceWebhookInstanceDown")


if __name__ == "__main__":
    if not TOOLS:
        print("PROMETHEUS_TOOLS names no folder with promtool and prometheus; `./dev test monitoring` fetches them")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
