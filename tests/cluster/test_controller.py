#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The overlay self-signed on a real API server: at every step of a rotation, of an outage and after
every loss the webhook is called and answers. In real seconds, so with short lives; the real ones are in test_clocks.py."""

import contextlib
import json
import pathlib
import re
import shlex
import ssl
import time
import unittest

from cluster import Cluster
from controller import ACCOUNT, KINDS, NAME, SECRETS, Controller, Installation
from fixture import PROGRAM, ROOT, main
from webhook import HOST

LONG = ("--lifetime", "1h", "--ca-lifetime", "3h", "--settle", "2s")
# Long enough for a slow machine to renew in time, short enough to be seen.
SHORT = ("--lifetime", "27s", "--ca-lifetime", "81s", "--settle", "2s")
PATIENCE = 60


class ControllerTest(unittest.TestCase):
    """One API server, in which the steps come one after another."""

    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.api = stack.enter_context(Cluster())
        cls.api.install_crd()
        cls.place = Installation(cls.api, PROGRAM)
        with Controller(PROGRAM, cls.api, "first", *LONG) as first:
            cls.wait(lambda: cls.place.secret(SECRETS[0]) and all(cls.place.bundles()))
            cls.place.sync()
            stack.enter_context(cls.place.webhook)
            cls.wait(cls.place.call)  # the API server has just heard of it
        cls.first = first.events()
        cls.place.calls = cls.place.failed = 0

    @staticmethod
    def wait(done):
        end = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > end:
                raise AssertionError("it did not come to that")
            time.sleep(0.1)

    def tearDown(self):
        self.assertEqual(self.place.failed, 0)
        print(f"{self._testMethodName}: {self.place.calls} calls, {self.place.failed} not answered")
        self.place.calls = 0

    def controller(self, *flags, name=None):
        return self.enterContext(Controller(PROGRAM, self.api, name or self._testMethodName, *flags))

    def leaf(self):
        return (self.place.secret(SECRETS[0]) or {}).get("tls.crt")

    def served(self):
        """Our server shows the certificate that the Secret has."""
        shown = ssl.get_server_certificate((HOST, self.place.webhook.port))
        return self.leaf().decode().startswith(shown.strip())

    def quiet(self):
        """No CA is on its way; each caBundle has the one that signs, and those whose last certificate goes on."""
        authority = self.place.secret(SECRETS[1]) or {}
        return "ca.crt" in authority and "next.crt" not in authority and \
            set(self.place.bundles()) == {authority["ca.crt"] + authority.get("old.crt", b"")}

    def one_ca(self):
        """All is quiet, and no CA is old."""
        return self.quiet() and "old.crt" not in self.place.secret(SECRETS[1])

    def until(self, done, what, seconds=PATIENCE):
        self.place.until(done, seconds, what)

    def test_a_first_start(self):
        self.assertEqual([line["event"] for line in self.first if line["event"] not in ("absent", "present")][:4],
                         ["started", "ca-introduced", "ca-bundle-written", "ca-bundle-written"])
        self.assertFalse([line for line in self.first if line["event"] == "api-failed"])
        self.assertEqual(set(self.place.secret(SECRETS[0])), {"tls.crt", "tls.key", "ca.crt"})
        self.assertTrue(self.one_ca())
        self.assertTrue(self.place.call())

    def test_b_rotation_of_certificate_then_ca(self):
        """The CA that signs has hours left and is lost; the next one and each certificate have seconds."""
        controller = self.controller(*SHORT)
        seen = set()

        def both_came_round():
            seen.update(self.place.bundles())
            events = [line["event"] for line in controller.events()]
            return events.count("certificate-issued") >= 4 and events.count("ca-forgotten") >= 1

        before = self.place.secret(SECRETS[1])["ca.crt"]
        self.api.must("-n", NAME, "delete", "secret", SECRETS[1])
        self.until(both_came_round, "rotation", seconds=240)
        self.until(self.one_ca, "single CA", seconds=120)
        self.assertNotIn(before, self.place.bundles())
        self.assertTrue(any(each.count(b"BEGIN") == 2 for each in seen), "no overlap was seen")

    def test_c_secrets_deleted(self):
        self.controller(*LONG)
        self.until(self.quiet, "quiet")
        for gone in ([SECRETS[0]], [SECRETS[1]], SECRETS):
            before = self.leaf()
            self.api.must("-n", NAME, "delete", "secret", *gone)
            self.until(lambda: self.leaf() not in (None, before), f"certificate after {gone}")
            self.until(self.quiet, f"quiet after {gone}")

    def test_c_the_leaked_ca_of_the_page(self):
        """A new CA at once; the old one stays trusted until the command of the page ends that."""
        page = (ROOT / "manifests" / "README.md").read_text(encoding="utf-8")
        (command,) = re.findall(r"`kubectl (-n\s+rayservice-webhook\s+patch\s[^`]*)`", page)
        self.controller(*LONG)
        self.until(self.quiet, "quiet")
        leaked, before = self.place.secret(SECRETS[1])["ca.crt"], self.leaf()
        self.api.must("-n", NAME, "delete", "secret", SECRETS[1])
        self.until(lambda: self.leaf() not in (None, before) and self.quiet(), "certificate of the new CA")
        self.until(self.served, "server that has it")
        self.assertTrue(all(leaked in each for each in self.place.bundles()))
        self.api.must(*shlex.split(command))
        self.until(self.one_ca, "single CA")
        self.assertFalse(any(leaked in each for each in self.place.bundles()))
        self.assertTrue(self.place.call())

    def test_d_garbage_in_secrets(self):
        controller = self.controller(*LONG)
        self.until(self.quiet, "quiet")
        for secret, key in ((SECRETS[0], "tls.key"), (SECRETS[0], "tls.crt"), (SECRETS[1], "ca.key")):
            before = self.leaf()
            self.api.must("-n", NAME, "patch", "secret", secret, "-p", json.dumps({"data": {key: "Z2FyYmFnZQ=="}}))
            # A kubelet would bring it to the server, which keeps its last good pair.
            self.until(lambda: self.leaf() != before and b"BEGIN" in self.leaf(), f"certificate after {key}")
            self.until(self.quiet, f"quiet after {key}")
        self.assertTrue(controller.events("unusable"))

    def test_e_ca_bundle_edited(self):
        self.controller(*LONG)
        self.until(self.quiet, "quiet")
        for kind in KINDS:
            patch = [{"op": "remove", "path": "/webhooks/0/clientConfig/caBundle"}]
            self.api.must("patch", kind, NAME, "--type=json", "-p", json.dumps(patch))
            # Between the edit and the repair the API server trusts nobody: wait, then call.
            self.wait(self.quiet)
            self.wait(self.place.call)
            self.place.failed = 0
        self.until(self.quiet, "quiet")

    def test_f_outage(self):
        controller = self.controller(*LONG)
        self.until(self.quiet, "quiet")
        self.api.stop_api_server()
        self.wait(lambda: len(controller.events("api-failed")) >= 3)
        self.api.start_api_server()
        self.wait(lambda: controller.events("api-answers"))
        self.wait(self.place.call)
        self.place.failed = 0
        before = self.leaf()
        self.api.must("-n", NAME, "delete", "secret", SECRETS[0])
        self.until(lambda: self.leaf() not in (None, before), "certificate after the outage")

    def test_g_two_copies(self):
        copies = [self.controller(*LONG, name=f"copy-{i}") for i in range(2)]
        for _ in range(4):
            self.until(self.quiet, "quiet")
            before = self.leaf()
            self.api.must("-n", NAME, "delete", "secret", *SECRETS)
            self.until(lambda: self.leaf() not in (None, before), "certificate")
        self.until(self.quiet, "quiet")
        print("  conflicts:", [len(each.events("conflict")) for each in copies])

    def test_h_each_right_is_needed(self):
        """A verb less, and the log says which."""
        roles = ((["-n", NAME, "role"], ("get", "patch"), 0), (["clusterrole"], ("get", "patch"), 0))
        for where, verbs, rule in roles:
            for verb in verbs:
                with self.subTest(role=where[-1], without=verb):
                    self.without_verb(where, rule, verb)
        self.without_verb(["-n", NAME, "role"], 1, "create")

    def without_verb(self, where, rule, verb):
        role = self.api.must(*where[:-1], "get", where[-1], ACCOUNT, "-o", "json").json()
        rest = [each for each in role["rules"][rule]["verbs"] if each != verb] or ["deletecollection"]
        patch = [{"op": "replace", "path": f"/rules/{rule}/verbs", "value": rest}]
        self.api.must(*where[:-1], "patch", where[-1], ACCOUNT, "--type=json", "-p", json.dumps(patch))
        with Controller(PROGRAM, self.api, f"without-{where[-1]}-{verb}", *LONG) as controller:
            if where[-1] == "role" and verb != "get":
                self.api.must("-n", NAME, *(["delete", "secret", SECRETS[0]] if verb == "create" else
                              ["patch", "secret", SECRETS[0], "-p", '{"data":{"ca.crt":"Z2FyYmFnZQ=="}}']))
            if where[-1] == "clusterrole" and verb == "patch":
                self.api.must("patch", KINDS[0], NAME, "--type=json", "-p", json.dumps(
                    [{"op": "remove", "path": "/webhooks/0/clientConfig/caBundle"}]))
            self.wait(lambda: any("403" in line["message"] for line in controller.events("api-failed")))
            patch[0]["value"] = role["rules"][rule]["verbs"]
            self.api.must(*where[:-1], "patch", where[-1], ACCOUNT, "--type=json", "-p", json.dumps(patch))
            self.wait(self.quiet)
        self.wait(self.place.call)
        self.place.failed = 0

    def test_i_no_key_in_any_log(self):
        for log in pathlib.Path(self.api.folder).glob("*.log"):
            if log.name not in ("etcd.log", "kube-apiserver.log"):
                self.assertNotIn("BEGIN", log.read_text(), log.name)


if __name__ == "__main__":
    main()
