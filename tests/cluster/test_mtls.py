#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An API server with the AdmissionConfiguration that `certs admission-config` prints is the only caller."""

import json
import pathlib
import shutil
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request

from cluster import Cluster
from fixture import PROGRAM, PROBE, example, head_params, main, probes
from webhook import HOST, Webhook, called, register

CALLER = "kube-apiserver"
REVIEW = json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": "u"}}).encode()
CALLS = 40  # while the client CAs change


def certs(*arguments):
    subprocess.run([PROGRAM, "certs", *arguments], check=True, stdout=subprocess.DEVNULL, timeout=60)


class MutualTls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="mtls-")))
        cls.authorities = cls.folder / "client-ca.crt"
        cls.webhook = Webhook(PROGRAM, cls.folder, ["--client-ca", cls.authorities, "--client-name", CALLER])
        cls.webhook.make_certificates("--client-name", CALLER)
        shutil.copy(cls.folder / "ca.crt", cls.authorities)
        certs("admission-config", "--dir", cls.folder, "--path", cls.folder, "--name", f"{HOST}:{cls.webhook.port}")
        cls.cluster = cls.enterClassContext(Cluster(cls.folder / "admission-config.yaml"))
        cls.cluster.install_crd()
        cls.enterClassContext(cls.webhook)
        register(cls.cluster, cls.webhook)

    def metric(self, name):
        """The sum over its labels."""
        with urllib.request.urlopen(f"http://{HOST}:{self.webhook.metrics_port}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines
                   if line.startswith((f"rayservice_webhook_{name}{{", f"rayservice_webhook_{name} ")))

    def call(self, client=None):
        """The status of an answer to a caller of our own, with NAME.crt and NAME.key or without."""
        context = ssl.create_default_context(cafile=self.folder / "ca.crt")
        if client:
            context.load_cert_chain(f"{client}.crt", f"{client}.key")
        request = urllib.request.Request(self.webhook.url("validate"), REVIEW, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10, context=context) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError as error:  # the handshake's alert may come with the first read only
            return type(error).__name__

    def expired(self):
        """A certificate of the right CA and name that has ended; of the past, OpenSSL 3.5 makes none."""
        files = {name: self.folder / name for name in ("ca.crt", "ca.key", "late.key", "late.csr", "late.crt")}
        for command in (("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                         files["late.key"], "-subj", f"/CN={CALLER}", "-out", files["late.csr"]),
                        ("x509", "-req", "-in", files["late.csr"], "-CA", files["ca.crt"], "-CAkey", files["ca.key"],
                         "-set_serial", "7", "-days", "0", "-out", files["late.crt"])):
            subprocess.run(["openssl", *command], check=True, capture_output=True, timeout=60)
        for _ in range(100):
            if subprocess.run(["openssl", "x509", "-in", files["late.crt"], "-noout", "-checkend", "0"],
                              capture_output=True, timeout=60, check=False).returncode:
                break
            time.sleep(0.1)
        return self.folder / "late"

    def test_the_api_server_is_answered(self):
        before = self.metric("requests_total")
        result = self.cluster.kubectl("apply", "-f", "-", stdin=example("one-replica-for-two-workers"))
        self.assertEqual((result.code, len(result.warnings)), (0, 1), result.text)
        stored = self.cluster.get("rayservice", "one-replica-for-two-workers")
        self.assertEqual((head_params(stored)["num-cpus"], probes(stored)), ("0", [PROBE]))
        self.assertGreaterEqual(self.metric("requests_total"), before + 2)  # mutate and validate
        refused = self.cluster.kubectl("apply", "-f", "-", stdin=example("three-replicas-for-two-workers"))
        self.assertIn("replicas-exceed-capacity", refused.err)

    def test_nobody_else_reaches_http(self):
        others = self.folder / "others"
        certs("init", "--dir", others, "--client-name", CALLER)
        certs("init", "--dir", self.folder, "--client-name", CALLER)  # renewed; the same CA
        wrong = self.folder / "wrong"
        wrong.mkdir()
        for name in ("ca.crt", "ca.key"):
            shutil.copy(self.folder / name, wrong)
        certs("init", "--dir", wrong, "--client-name", f"{CALLER}.example")
        answered = self.metric("requests_total")
        for client in (None, others / "client", wrong / "client", self.expired(), self.folder / "tls"):
            refused = self.metric("client_certificates_refused_total")
            self.assertNotIsInstance(self.call(client), int, client)
            self.assertEqual(self.metric("requests_total"), answered, client)
            if client:
                self.assertEqual(self.metric("client_certificates_refused_total"), refused + 1, client)
        self.assertIsInstance(self.call(self.folder / "client"), int)  # the right one does
        self.assertEqual(self.metric("requests_total"), answered + 1)

    def test_a_second_ca_comes_and_goes_under_calls(self):
        """The API server's own certificate is of the first; no call is lost."""
        second = self.folder / "second"
        certs("init", "--dir", second, "--client-name", CALLER)
        first, both = self.authorities.read_bytes(), self.authorities.read_bytes() + (second / "ca.crt").read_bytes()
        failed, done = [], threading.Event()

        def keep_calling():
            for number in range(CALLS):
                if not called(self.cluster):
                    failed.append(number)
            done.set()

        caller = threading.Thread(target=keep_calling)
        caller.start()
        swaps = 0
        while not done.wait(0.3):
            following = self.folder / "next"
            following.write_bytes(both if swaps % 2 == 0 else first)
            following.replace(self.authorities)
            swaps += 1
        caller.join()
        self.assertEqual(failed, [])
        self.assertGreater(swaps, 3)
        following.write_bytes(both)
        following.replace(self.authorities)
        for _ in range(100):
            if isinstance(self.call(second / "client"), int):
                return
            done.clear()
            done.wait(0.1)
        self.fail("a client of the second CA is never let in")


if __name__ == "__main__":
    main()
