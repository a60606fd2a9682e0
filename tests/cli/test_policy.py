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
    def test_a_limit_denies(self):
        create = next(json.dumps(body) for path, body in recorded.reviews() if "002" in str(path))
        done = run("admit", "--stage", "validate", "--policy", self.write("policy.yaml", FEW_WORKERS), text=create)
        response = json.loads(done.stdout)["response"]
        self.assertFalse(response["allowed"])
        self.assertIn("limit-exceeded", response["auditAnnotations"]["rules"].split(","))


if __name__ == "__main__":
    program.main()
