#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The overlay cert-manager on a real API server, with cert-manager's part played by the test: the API server calls the
Service by its name with the certificate that was asked for, also while certificate and CA are renewed."""

import copy
import subprocess
import time
import unittest
import unittest.mock
import urllib.request

from cert_manager import CertManager, hours
from cluster import Cluster
from controller import NAME
from fixture import PROGRAM, main
from registration import SERVICE
from service import ServiceInstallation
from webhook import HOST, LEARN_SECONDS, MANIFESTS

LEAF, CA = NAME, f"{NAME}-ca"
SECRET = f"{NAME}-tls"
CALLS = 3


class Overlay(unittest.TestCase):
    """One API server, in which the steps come one after another."""

    @classmethod
    def setUpClass(cls):
        cls.api = cls.enterClassContext(Cluster())
        cls.api.install_crd()
        cls.issuer = CertManager(cls.api)
        cls.place = ServiceInstallation(cls.api, PROGRAM, MANIFESTS / "overlays" / "cert-manager")
        cls.issuer.issue(CA)
        cls.issuer.issue(LEAF)
        cls.issuer.inject()
        cls.place.sync()
        cls.enterClassContext(cls.place.webhook)
        cls.wait(cls.place.call)
        cls.place.calls = cls.place.failed = 0

    def tearDown(self):
        self.assertEqual(self.place.failed, 0)

    @staticmethod
    def wait(done):
        end = time.monotonic() + LEARN_SECONDS
        while not done():
            if time.monotonic() > end:
                raise AssertionError("it did not come to that")
            time.sleep(0.05)

    def certificate(self, name):
        return self.issuer.get("certificate", name)["spec"]

    def call(self):
        """With a new handshake: the API server keeps its connections, and would see no certificate else."""
        self.place.sync()
        self.place.webhook.stop()
        self.place.webhook.start()
        for number in range(CALLS):
            self.assertTrue(self.place.call(), f"call {number}")

    def learnt(self, bundle):
        """The caBundles are these, and the API server had time to hear of it: it says so by a new connection."""
        self.assertEqual(set(self.place.bundles()), {bundle})
        opened = self.opened()
        self.wait(lambda: self.place.call() and self.opened() > opened)

    def opened(self):
        with urllib.request.urlopen(f"http://{HOST}:{self.place.webhook.metrics_port}/metrics", timeout=10) as answer:
            return next(float(line.split()[1]) for line in answer.read().decode().splitlines()
                        if line.startswith('rayservice_webhook_connections_opened_total{port="webhook"}'))

    def seen(self, *fields):
        """What openssl reads in the server's certificate."""
        done = subprocess.run(["openssl", "x509", "-noout", *fields], input=self.issuer.secret(SECRET)["tls.crt"],
                              capture_output=True, check=True, timeout=60)
        return done.stdout.decode()

    def test_the_certificate_is_for_the_service_alone(self):
        names = self.seen("-ext", "subjectAltName").split("\n", 1)[1].split()
        self.assertEqual(names, [f"DNS:{SERVICE}"])
        self.assertIn("NIST CURVE: P-256", self.seen("-text"))
        self.assertIn("TLS Web Server Authentication", self.seen("-ext", "extendedKeyUsage"))
        self.assertIn("CA:FALSE", self.seen("-ext", "basicConstraints"))

    def test_the_names_fit_each_other(self):
        pod = self.api.must("-n", NAME, "get", "deployment", NAME, "-o", "json").json()["spec"]["template"]["spec"]
        self.assertIn(self.certificate(LEAF)["secretName"], [each.get("secret", {}).get("secretName") for each in pod["volumes"]])
        self.assertEqual(self.certificate(CA)["secretName"],
                         self.issuer.get("issuer", self.certificate(LEAF)["issuerRef"]["name"])["spec"]["ca"]["secretName"])
        self.assertNotEqual(self.certificate(CA)["secretName"], self.certificate(LEAF)["secretName"])

    def test_the_times_fit_each_other(self):
        """Each is renewed before its end, and no certificate outlives the CA's that vouches for it."""
        for name in (LEAF, CA):
            self.assertLess(hours(self.certificate(name)["renewBefore"]), hours(self.certificate(name)["duration"]))
        self.assertGreater(hours(self.certificate(CA)["renewBefore"]), hours(self.certificate(LEAF)["duration"]))

    def test_a_misspelt_field_would_be_refused(self):
        """Else the definitions of this test would prove nothing."""
        for kind, name, key in (("certificate", LEAF, "dnsName"), ("issuer", CA, "secretName")):
            object_ = copy.deepcopy(self.issuer.get(kind, name))
            object_["spec"][key] = "x"
            refused = self.api.kubectl("apply", "--dry-run=server", "-f", "-", stdin=object_)
            self.assertIn(f'unknown field "spec.{key}"', refused.err)

    def test_the_same_manifests_again_change_nothing(self):
        before = self.place.bundles()
        self.assertTrue(all(before))
        self.place.install(self.place.documents)
        self.assertEqual(self.place.bundles(), before)
        self.call()

    def test_a_renewed_certificate_under_calls(self):
        before = self.issuer.secret(SECRET)
        self.issuer.issue(LEAF)
        after = self.issuer.secret(SECRET)
        self.assertNotEqual(after["tls.key"], before["tls.key"])
        self.call()

    def test_a_renewed_ca_under_calls(self):
        """Whoever is first, the cainjector or the kubelet, and for as long as the other one takes."""
        old = self.issuer.secret(CA)
        self.issuer.issue(CA)
        new = self.issuer.secret(CA)
        self.assertEqual(new["tls.key"], old["tls.key"])
        self.assertNotEqual(new["tls.crt"], old["tls.crt"])
        self.issuer.issue(LEAF)
        self.issuer.inject()
        with unittest.mock.patch.object(self.place, "sync"):  # the kubelet takes its time
            self.learnt(new["tls.crt"])
            self.call()
        self.call()

    def test_a_renewed_ca_with_the_kubelet_first(self):
        self.issuer.issue(CA)
        self.issuer.issue(LEAF)
        self.call()  # the new certificate under the old caBundles
        self.issuer.inject()
        self.learnt(self.issuer.secret(CA)["tls.crt"])
        self.call()


if __name__ == "__main__":
    main()
