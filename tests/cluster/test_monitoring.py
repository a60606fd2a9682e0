#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The component monitoring on a real API server: it is taken, its ServiceMonitor leads to our port, and the API server
counts the calls that it could not make as the alert says."""

import copy
import pathlib
import sys

from fixture import ROOT, main
from registration import NAME, RegistrationTest, api_server, ray_service

sys.path.insert(0, str(ROOT / "tests" / "repo"))
import monitoring  # noqa: E402  pylint: disable=wrong-import-position

DEFINITIONS = pathlib.Path(__file__).resolve().parent / "monitoring-crd.yaml"
GROUP = "monitoring.coreos.com"
KINDS = ("servicemonitors", "prometheusrules")


class Monitoring(RegistrationTest):
    COMPONENTS = ["../../components/monitoring"]

    @classmethod
    def setUpClass(cls):
        api_server().must("apply", "--server-side", "-f", DEFINITIONS)
        for kind in KINDS:
            api_server().must("wait", "--for=condition=Established", f"crd/{kind}.{GROUP}", "--timeout=60s")
        super().setUpClass()

    def stored(self, kind, name=NAME):
        return self.cluster.must("-n", NAME, "get", kind, name, "-o", "json").json()

    def test_the_api_server_takes_all_of_it_without_a_warning(self):
        self.assertEqual((self.applied.code, self.applied.err), (0, ""), self.applied.text)

    def test_what_is_stored_is_what_is_tested_elsewhere(self):
        rules = [rule for group in self.stored("prometheusrule")["spec"]["groups"] for rule in group["rules"]]
        self.assertEqual(rules, monitoring.rules_of((ROOT / monitoring.ALERTS).read_text(encoding="utf-8")))
        dashboard = self.stored("configmap", f"{NAME}-dashboard")
        self.assertEqual(dashboard["metadata"]["labels"].get("grafana_dashboard"), "1")
        self.assertEqual(dashboard["data"], {f"{NAME}.json": (ROOT / monitoring.DASHBOARD).read_text(encoding="utf-8")})

    def test_a_misspelt_field_would_be_refused(self):
        """Else the definitions of this test would prove nothing."""
        for kind, path in (("servicemonitor", ("endpoints",)), ("prometheusrule", ("groups", 0, "rules"))):
            object_ = copy.deepcopy(self.stored(kind))
            part = object_["spec"]
            for step in path:
                part = part[step]
            part[0]["intervall"] = "30s"
            refused = self.cluster.kubectl("apply", "--dry-run=server", "-f", "-", stdin=object_)
            self.assertIn("unknown field", refused.err)

    def test_the_monitor_finds_our_port_and_the_network_policy_lets_it_in(self):
        monitor = self.stored("servicemonitor")["spec"]
        wanted = ",".join("=".join(pair) for pair in monitor["selector"]["matchLabels"].items())
        (service,) = self.cluster.must("-n", NAME, "get", "services", "-l", wanted, "-o", "json").json()["items"]
        self.assertEqual(service["metadata"]["name"], NAME)  # Prometheus makes the label job of it
        (endpoint,) = monitor["endpoints"]
        (port,) = (each for each in service["spec"]["ports"] if each["name"] == endpoint["port"])
        container = self.stored("deployment")["spec"]["template"]["spec"]["containers"][0]
        (ours,) = (each for each in container["ports"] if each["name"] == port["targetPort"])
        self.assertIn(f"--metrics-listen=:{ours['containerPort']}", container["args"])
        (rule,) = (each for each in self.stored("networkpolicy")["spec"]["ingress"]
                   if port["targetPort"] in [open_["port"] for open_ in each["ports"]])
        self.assertEqual([each["namespaceSelector"]["matchLabels"] for each in rule["from"]],
                         [{"kubernetes.io/metadata.name": "monitoring"}])

    def lost_calls(self):
        """metric → the label sets of our entries, of what the API server counts."""
        seen = monitoring.series(self.cluster.must("get", "--raw", "/metrics").out)
        return {name: [labels for labels in seen.get(name, []) if NAME in labels["name"] and labels.get("error_type") != "no_error"]
                for name in monitoring.OTHERS if name.startswith("apiserver_")}

    def test_the_api_server_counts_what_it_could_not_call(self):
        self.put("create", ray_service())
        self.down()
        self.put("create", ray_service("new", marked=False))
        self.refuse(ray_service(probe=False), "failed calling webhook")
        seen = self.lost_calls()
        for name, series in seen.items():
            for labels in monitoring.OTHERS[name]:
                self.assertIn(labels, series, name)
        for rule in monitoring.rules_of((ROOT / monitoring.ALERTS).read_text(encoding="utf-8")):
            if "apiserver_" in rule["expr"]:
                self.assertEqual(list(monitoring.faults_of_query(rule["expr"], rule["annotations"]["summary"], seen)), [])


if __name__ == "__main__":
    main()
