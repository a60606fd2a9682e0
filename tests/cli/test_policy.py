#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""--policy and --kuberay-version from outside. Usage: test_policy.py PROGRAM"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import program  # noqa: E402
import recorded  # noqa: E402
from program import DENIED, MANIFEST, Place, run  # noqa: E402

HEAD = "apiVersion: rayservice-webhook/v1\nkind: Policy\n"
FEW_WORKERS = HEAD + "limits: {workers: 1}\n"
LONG_NAME = MANIFEST.replace("name: svc", "name: " + 50 * "a")


class Check(Place):
    def check(self, policy, manifest=MANIFEST, *flags):
        done = run("check", "-o", "json", "--policy", self.write("policy.yaml", policy), *flags,
                   self.write("svc.yaml", manifest))
        found = json.loads(done.stdout)["objects"][0]["findings"]
        return done.returncode, [(each["rule"], each["level"]) for each in found]

    def test_a_limit_denies(self):
        self.assertEqual(self.check(FEW_WORKERS), (1, [("limit-exceeded", "deny")]))

    def test_a_level_is_set(self):
        self.assertEqual(self.check(HEAD + "rules: {ray-start-invalid: warn}\n", DENIED),
                         (0, [("ray-start-invalid", "warn")]))

    def test_an_audit_is_not_shown(self):
        self.assertEqual(self.check(HEAD + "rules: {ray-start-invalid: audit}\n", DENIED), (0, []))

    def test_the_namespace_decides(self):
        policy = HEAD + "namespaces: [{match: [team-a], rules: {ray-start-invalid: off}}]\n"
        self.assertEqual(self.check(policy, DENIED)[0], 1)
        self.assertEqual(self.check(policy, DENIED.replace("name: svc", "name: svc\n  namespace: team-a", 1)),
                         (0, []))

    def test_an_exemption_ends(self):
        exemption = HEAD + ("exemptions: [{namespace: default, name: svc, rules: [ray-start-invalid], "
                            "reason: old, until: %s}]\n")
        self.assertEqual(self.check(exemption % "2999-12-31", DENIED)[0], 0)
        self.assertEqual(self.check(exemption % "2001-12-31", DENIED)[0], 1)

    def test_the_operator(self):
        self.assertEqual(self.check(HEAD, LONG_NAME), (0, [("kuberay-refuses", "warn")]))
        self.assertEqual(self.check(HEAD + "kuberay: '1.7'\n", LONG_NAME), (1, [("kuberay-refuses", "deny")]))
        self.assertEqual(self.check(HEAD + "kuberay: '1.2'\n", LONG_NAME, "--kuberay-version=1.7"),
                         (1, [("kuberay-refuses", "deny")]))

    def test_a_bad_policy_has_a_place(self):
        path = self.write("policy.yaml", HEAD + "rules:\n  worker-without-replicas: warn\n")
        done = run("check", "--policy", path, self.write("svc.yaml", MANIFEST))
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr, f'rayservice-webhook check: {path}:4:3: rules: there is no rule '
                                      '"worker-without-replicas"; did you mean worker-without-replica?\n')

    def test_no_policy_and_no_version(self):
        path = self.write("svc.yaml", MANIFEST)
        for flags, word in ((("--policy", self.dir / "none.yaml"), "No such file"),
                            (("--kuberay-version=new",), "write 1.7")):
            with self.subTest(flags=flags):
                done = run("check", *flags, path)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(word, done.stderr)


class Admit(Place):
    def admit(self, policy, serve_config=None, stage="validate"):
        create = next(body for path, body in recorded.reviews() if f"-{stage}-create-" in path.name)
        if serve_config:
            create["request"]["object"]["spec"]["serveConfigV2"] = serve_config
        done = run("admit", "--stage", stage, "--policy", self.write("policy.yaml", policy), text=json.dumps(create))
        return json.loads(done.stdout)["response"]

    def test_a_limit_denies(self):
        response = self.admit(FEW_WORKERS)
        self.assertFalse(response["allowed"])
        self.assertIn("limit-exceeded", response["auditAnnotations"]["rules"].split(","))

    def test_what_is_held_back_is_in_the_audit_log(self):
        """As kubectl would have shown it, by what it would have been."""
        denial, warning = r"spec\..*: limit-exceeded: up to 2 workers, .* allows 1\. .*", r".*: worker-without-replica: .*"
        held = {"audit": {"would-deny": denial, "would-warn": warning}, "warn": {"would-deny": denial}, "deny": {}}
        for most, keys in held.items():
            with self.subTest(atMost=most):
                response = self.admit(FEW_WORKERS + f"atMost: {most}\nrules: {{injection-lost: off}}\n")
                self.assertEqual(response["allowed"], most != "deny")
                self.assertEqual("warnings" in response, most != "audit")
                told = {key: text for key, text in response["auditAnnotations"].items()
                        if key.startswith("would") or key == "audited"}
                self.assertEqual(set(told), set(keys))
                for key, text in told.items():
                    self.assertRegex(text, f"^{keys[key]}$")

    def test_a_rule_that_is_audited_says_where(self):
        annotations = self.admit(HEAD + "rules: {worker-without-replica: audit, injection-lost: off}\n")["auditAnnotations"]
        self.assertRegex(annotations["audited"],
                         r"^spec\.serveConfigV2: .*: worker-without-replica: line \d+, column \d+: 1 of 2 .*\. Set ")

    def test_what_would_be_injected_is_in_the_audit_log(self):
        for inject, label in (("true", "injected"), ("audit", "would-inject"), ("false", None)):
            with self.subTest(inject=inject):
                response = self.admit(HEAD + f"inject: {{headNumCpus: {inject}, workerProbe: {inject}}}\n", stage="mutate")
                self.assertEqual("patch" in response, inject == "true")
                self.assertEqual({key: text for key, text in response["auditAnnotations"].items() if "inject" in key},
                                 {label: "proxy probe in small-group"} if label else {})

    def test_no_end_of_faults(self):
        faults = "".join(f"- {{name: a{number}, import_path: a, route_prefix: a}}\n" for number in range(30))
        lines = self.admit(HEAD + "atMost: audit\n", "applications:\n" + faults)["auditAnnotations"]["would-deny"].split("\n")
        self.assertEqual((len(lines), lines[-1][:4], lines[-1][-5:]), (11, "and ", " more"))


if __name__ == "__main__":
    program.main()
