#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mutual TLS: an API server with a certificate of its own is heard, and nobody else."""

import pathlib
import subprocess
import tempfile
import unittest

from fixture import INJECTED, PROGRAM, example, main
from cluster import Cluster, write_json
from webhook import Webhook, register

NAME = "kube-apiserver"


def admission_config(folder):
    """What kube-apiserver's --admission-control-config-file wants: our caller's certificate."""
    user = {"client-certificate": str(folder / "client.crt"), "client-key": str(folder / "client.key")}
    kubeconfig = {"apiVersion": "v1", "kind": "Config", "users": [{"name": "*", "user": user}]}
    kubeconfig_file = write_json(folder / "webhooks.kubeconfig", kubeconfig)
    plugin = {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "WebhookAdmissionConfiguration",
              "kubeConfigFile": str(kubeconfig_file)}
    config = {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "AdmissionConfiguration",
              "plugins": [{"name": name, "configuration": plugin}
                          for name in ("MutatingAdmissionWebhook", "ValidatingAdmissionWebhook")]}
    return write_json(folder / "admission.yaml", config)


class Identity(unittest.TestCase):
    def setUp(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="identity-")))
        self.webhook = Webhook(PROGRAM, folder, ("--client-ca", folder / "ca.crt",
                                                 "--client-name", NAME))
        self.webhook.make_certificates("--client-name", NAME)
        self.enterContext(self.webhook)
        self.cluster = self.enterContext(Cluster(admission_config(folder)))
        self.cluster.install_crd()

    def status(self, *flags):
        """curl's exit code and the HTTP status of an empty POST."""
        done = subprocess.run(
            ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}",
             "--cacert", self.webhook.authority, "--data", "", *flags, self.webhook.url("mutate")],
            capture_output=True, text=True, timeout=30, check=False)
        return done.returncode, done.stdout

    def test_only_the_named_caller_is_heard(self):
        register(self.cluster, self.webhook)
        result = self.cluster.kubectl("apply", "-f", "-",
                                      stdin=example("one-replica-for-two-workers"))
        self.assertEqual((result.code, len(result.warnings)), (0, 1), result.text)
        stored = self.cluster.get("rayservice", "one-replica-for-two-workers")
        self.assertIn(INJECTED, stored["metadata"]["annotations"])
        code, status = self.status()
        self.assertNotEqual(code, 0)
        self.assertEqual(status, "000")
        folder = self.webhook.folder
        mine = ("--cert", folder / "client.crt", "--key", folder / "client.key")
        self.assertEqual(self.status(*mine), (0, "415"))  # heard: curl sends no JSON
        # Signed by the right authority, and not the name.
        servers = ("--cert", folder / "tls.crt", "--key", folder / "tls.key")
        code, status = self.status(*servers)
        self.assertNotEqual(code, 0)
        self.assertEqual(status, "000")


if __name__ == "__main__":
    main()
