#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`rayservice-webhook certs` from outside, and what the openssl program thinks of its files.

Usage: test_certs_cli.py PROGRAM
"""
import base64
import json
import os
import shutil
import ssl
import stat
import subprocess
import sys
import tempfile
import unittest

import yaml

PROGRAM = ""
OPENSSL = shutil.which("openssl")
NAMES = ["rayservice-webhook.rayservice-webhook.svc", "127.0.0.1", "::1"]


def certs(*arguments):
    return subprocess.run([PROGRAM, "certs", *arguments], capture_output=True, text=True, timeout=60)


def names_as_flags(names):
    return [word for name in names for word in ("--name", name)]


class Place(unittest.TestCase):
    """A directory for each test, with certificates in it where the test asks for them."""

    def setUp(self):
        self.top = tempfile.TemporaryDirectory()
        self.addCleanup(self.top.cleanup)
        self.dir = os.path.join(self.top.name, "certs")

    def path(self, name):
        return os.path.join(self.dir, name)

    def init(self, *flags):
        done = certs("init", "--dir", self.dir, *names_as_flags(NAMES), *flags)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def refused(self, *arguments):
        done = certs(*arguments)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stdout, "")
        return done.stderr


class Help(unittest.TestCase):
    def test_lists_its_commands(self):
        done = certs("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("Usage: rayservice-webhook certs COMMAND [FLAG]...\n", done.stdout)
        self.assertIn("\n  init              Make a CA and certificates signed by it\n  show              ", done.stdout)

    def test_the_manual_has_their_flags(self):
        manual = subprocess.run([PROGRAM, "help", "--man"], capture_output=True, text=True, timeout=60, check=True)
        self.assertIn("\n.SS certs init\n", manual.stdout)
        self.assertIn("\n\\fB\\-\\-client\\-name\\fR \\fINAME\\fR\n", manual.stdout)

    def test_a_command_that_there_is_not(self):
        for arguments, words in (((), "say which command; it has init show controller admission-config"),
                                 (("bogus",), "there is no command bogus; it has init show controller admission-config")):
            done = certs(*arguments)
            self.assertEqual((done.returncode, done.stdout, done.stderr),
                             (2, "", f"rayservice-webhook certs: {words}\n"))


class AdmissionConfig(Place):
    """What it means to an API server, tests/cluster/test_mtls.py asks one."""

    def printed(self, *flags):
        done = certs("admission-config", *flags)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return list(yaml.safe_load_all(done.stdout))

    def test_both_plugins_lead_to_one_kubeconfig(self):
        config, kubeconfig = self.printed("--path", "/etc/k8s/a \"b\"")
        self.assertEqual([each["name"] for each in config["plugins"]],
                         ["MutatingAdmissionWebhook", "ValidatingAdmissionWebhook"])
        for each in config["plugins"]:
            self.assertEqual(each["configuration"]["kubeConfigFile"], '/etc/k8s/a "b"/admission-kubeconfig.yaml')
        self.assertEqual(kubeconfig["users"], [{"name": NAMES[0], "user": {
            "client-certificate": '/etc/k8s/a "b"/client.crt', "client-key": '/etc/k8s/a "b"/client.key'}}])

    def test_a_user_for_each_name(self):
        names = ["a.b.svc", "*.c.svc", "127.0.0.1:8443", "::1", "[::1]:443"]
        users = self.printed(*names_as_flags(names), "--client", "me")[1]["users"]
        self.assertEqual([each["name"] for each in users], names)
        self.assertTrue(all(each["user"]["client-key"].endswith("/me.key") for each in users))

    def test_into_a_directory_of_certs_init(self):
        self.init("--client-name", "kube-apiserver")
        self.assertEqual(certs("admission-config", "--dir", self.dir).stdout, "")
        with open(self.path("admission-config.yaml")) as config, open(self.path("admission-kubeconfig.yaml")) as other:
            self.assertEqual([yaml.safe_load(config), yaml.safe_load(other)], self.printed())
        self.assertEqual(stat.S_IMODE(os.stat(self.path("admission-config.yaml")).st_mode), 0o644)

    def test_what_is_wrong_is_said(self):
        for flags, words in ((("--name", "a b"), "a b"), (("--name", "a:0"), "0 is no port"), (("--name", "a:"), "no port"),
                             (("--name", "a:65536"), "65536 is no port"), (("--name", "[::1]"), "certificate"),
                             (("--name", "[none]"), "certificate"),
                             (("--name", "a" * 300), "too long"),
                             (("--path", "here"), "--path is a directory"), (("--client", "a/b"), "--client is the name"),
                             (("--client", ""), "--client"), (("more",), "no flag"), (("--dir", "/nowhere/at/all"), "/nowhere")):
            self.assertIn(words, self.refused("admission-config", *flags), flags)


class Init(Place):
    def test_the_files_and_their_modes(self):
        self.init("--client-name", "kube-apiserver")
        modes = {name: stat.S_IMODE(os.stat(self.path(name)).st_mode) for name in os.listdir(self.dir)}
        self.assertEqual(modes, {"ca.crt": 0o644, "ca.key": 0o600, "tls.crt": 0o644, "tls.key": 0o600,
                                 "client.crt": 0o644, "client.key": 0o600})
        self.assertEqual(stat.S_IMODE(os.stat(self.dir).st_mode), 0o700)

    def test_says_every_file_and_the_next_step(self):
        lines = self.init().stdout.splitlines()
        self.assertEqual([line.split(":")[0] for line in lines],
                         ["wrote " + self.path(name) for name in ("ca.crt", "ca.key", "tls.crt", "tls.key")]
                         + ["caBundle of the webhook configurations"])
        self.assertEqual(lines[-1].split(": ", 1)[1], f"base64 -w0 {self.dir}/ca.crt")

    def test_ca_bundle_is_the_only_output(self):
        done = self.init("--ca-bundle")
        with open(self.path("ca.crt"), "rb") as file:
            self.assertEqual(base64.b64decode(done.stdout, validate=False), file.read())
        self.assertEqual(done.stdout.count("\n"), 1)
        self.assertIn("wrote " + self.path("tls.key"), done.stderr)

    def test_flags_that_are_missing_or_wrong(self):
        flags = ["init", "--dir", self.dir]
        self.assertIn("--dir DIR", self.refused("init", "--name", "a"))
        self.assertIn("--name DNS_OR_IP", self.refused(*flags))
        self.assertIn('"bad_name"', self.refused(*flags, "--name", "bad_name"))
        self.assertIn("no IP address", self.refused(*flags, "--name", "10.0.0.256"))
        self.assertIn("without scheme", self.refused(*flags, "--name", "https://a"))
        self.assertIn("--days 0", self.refused(*flags, "--name", "a", "--days", "0"))
        self.assertIn("--key-type dsa", self.refused(*flags, "--name", "a", "--key-type", "dsa"))
        self.assertIn("no flag", self.refused(*flags, "--name", "a", "b"))
        self.assertFalse(os.path.exists(self.dir))

    def test_errors_name_the_file(self):
        self.init()
        os.unlink(self.path("ca.key"))
        self.assertIn(self.path("ca.key") + ": missing", self.refused("init", "--dir", self.dir, "--name", "a"))
        with open(self.path("ca.key"), "w", encoding="ascii") as file:
            file.write("not a key\n")
        self.assertIn(self.path("ca.key") + ": no PEM", self.refused("init", "--dir", self.dir, "--name", "a"))

    def test_a_client_alone(self):
        self.init()
        with open(self.path("tls.crt"), "rb") as file:
            before = file.read()
        done = certs("init", "--dir", self.dir, "--client-name", "system:apiserver")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.path("tls.crt"), "rb") as file:
            self.assertEqual(file.read(), before)
        facts = json.loads(certs("show", "-o", "json", self.path("client.crt")).stdout)["certificates"][0]
        self.assertEqual((facts["subject"], facts["names"], facts["uses"]), ("CN=system:apiserver", [], ["client"]))


class Show(Place):
    def show(self, *arguments):
        done = certs("show", "-o", "json", *arguments)
        return done.returncode, json.loads(done.stdout)

    def test_json(self):
        self.init()
        code, shown = self.show(self.path("tls.crt"), self.path("tls.key"), self.path("ca.crt"))
        leaf, authority = shown["certificates"]
        self.assertEqual(code, 0)
        self.assertEqual(leaf["names"], ["DNS:" + NAMES[0], "IP:127.0.0.1", "IP:::1"])
        self.assertEqual((leaf["uses"], authority["uses"]), (["server"], ["CA"]))
        self.assertEqual(leaf["issuer"], authority["subject"])
        self.assertEqual((leaf["key"], leaf["keyFile"]), ("ECDSA P-256", self.path("tls.key")))
        self.assertEqual(leaf["validity"], "valid")
        self.assertIn(leaf["daysLeft"], (364, 365))
        self.assertEqual(shown["keys"], [{"file": self.path("tls.key"), "key": "ECDSA P-256",
                                          "certificate": self.path("tls.crt")}])

    def test_exit_codes(self):
        self.init("--days", "30")
        self.assertEqual(self.show(self.path("tls.crt"))[0], 0)
        code, shown = self.show("--within", "31", self.path("tls.crt"))
        self.assertEqual((code, shown["certificates"][0]["validity"]), (1, "expiring"))
        self.assertEqual(self.show(self.path("tls.crt"), self.path("ca.key"))[0], 1)
        self.assertEqual(certs("show", self.path("tls.crt"), self.path("none")).returncode, 2)
        self.assertIn("which files", self.refused("show"))

    def test_what_can_be_read_is_shown_beside_what_can_not(self):
        self.init()
        done = certs("show", self.path("none"), self.path("tls.crt"))
        self.assertIn(self.path("none") + ": No such file or directory", done.stderr)
        self.assertIn("DNS:" + NAMES[0], done.stdout)

    def test_text(self):
        self.init()
        done = certs("show", self.path("tls.crt"), self.path("tls.key"))
        self.assertEqual(done.returncode, 0)
        self.assertIn(f"  names       DNS:{NAMES[0]}, IP:127.0.0.1, IP:::1\n", done.stdout)
        self.assertIn(f"  key         ECDSA P-256, of {self.path('tls.crt')}\n", done.stdout)


@unittest.skipUnless(OPENSSL, "there is no openssl program here")
class OpenSSL(Place):
    def openssl(self, *arguments):
        return subprocess.run([OPENSSL, *arguments], capture_output=True, text=True, timeout=60)

    def verify(self, name, *flags):
        return self.openssl("verify", "-x509_strict", "-CAfile", self.path("ca.crt"), *flags, self.path(name))

    def test_verifies(self):
        for kind in ("ecdsa", "rsa"):
            with self.subTest(kind):
                self.init("--key-type", kind, "--client-name", "kube-apiserver", "--force-ca")
                self.assertEqual(self.verify("tls.crt", "-purpose", "sslserver", "-verify_hostname", NAMES[0]).returncode, 0)
                self.assertEqual(self.verify("tls.crt", "-purpose", "sslserver", "-verify_ip", "::1").returncode, 0)
                self.assertEqual(self.verify("client.crt", "-purpose", "sslclient").returncode, 0)
                self.assertNotEqual(self.verify("client.crt", "-purpose", "sslserver").returncode, 0)
                self.assertNotEqual(self.verify("tls.crt", "-verify_hostname", "rayservice-webhook").returncode, 0)

    def test_agrees_about_the_facts(self):
        self.init()
        shown = json.loads(certs("show", "-o", "json", self.path("tls.crt")).stdout)["certificates"][0]
        said = self.openssl("x509", "-in", self.path("tls.crt"), "-noout", "-serial", "-fingerprint", "-sha256",
                            "-dates", "-dateopt", "iso_8601").stdout.splitlines()
        self.assertEqual(said, ["serial=" + shown["serial"], "sha256 Fingerprint=" + shown["sha256"],
                                "notBefore=" + shown["notBefore"].replace("T", " "),
                                "notAfter=" + shown["notAfter"].replace("T", " ")])

    def test_shows_what_openssl_made(self):
        self.init()
        for name, flags in {"ed25519": ["-newkey", "ed25519"], "rsa": ["-newkey", "rsa:2048"]}.items():
            with self.subTest(name):
                done = self.openssl("req", "-x509", *flags, "-nodes", "-keyout", self.path("o.key"), "-out",
                                    self.path("o.crt"), "-subj", "/CN=o\u0007k", "-utf8",
                                    "-addext", "subjectAltName=DNS:a,URI:spiffe://b,email:c@d")
                self.assertEqual(done.returncode, 0, done.stderr)
                shown = json.loads(certs("show", "-o", "json", self.path("o.crt"), self.path("o.key")).stdout)
                self.assertEqual(shown["certificates"][0]["names"], ["DNS:a", "URI", "email"])
                self.assertEqual(shown["certificates"][0]["subject"], "CN=o\\07k")
                self.assertEqual(shown["keys"][0]["certificate"], self.path("o.crt"))

    def test_reads_the_older_key_formats(self):
        self.init()
        for flags in (["ec", "-in", self.path("tls.key"), "-out", self.path("sec1.key")],):
            self.assertEqual(self.openssl(*flags).returncode, 0)
        done = certs("show", self.path("tls.crt"), self.path("sec1.key"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_refuses_encrypted_keys_without_asking(self):
        self.init()
        self.openssl("pkcs8", "-topk8", "-in", self.path("tls.key"), "-out", self.path("e.key"), "-passout", "pass:abcd")
        self.assertIn("e.key: the private key is encrypted", certs("show", self.path("e.key")).stderr)


class Handshake(Place):
    def test_python_trusts_it_with_mutual_tls(self):
        self.init("--client-name", "kube-apiserver")
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(self.path("tls.crt"), self.path("tls.key"))
        server.load_verify_locations(self.path("ca.crt"))
        server.verify_mode = ssl.CERT_REQUIRED
        client = ssl.create_default_context(cafile=self.path("ca.crt"))
        client.load_cert_chain(self.path("client.crt"), self.path("client.key"))
        self.assertEqual(self.subject_seen(server, client), ((("commonName", "kube-apiserver"),),))

    @staticmethod
    def subject_seen(server, client):
        """Shakes hands in memory; what the server knows about its client."""
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        sides = [client.wrap_bio(to_client, to_server, server_hostname=NAMES[0]),
                 server.wrap_bio(to_server, to_client, server_side=True)]
        for _ in range(10):
            for side in sides:
                try:
                    side.do_handshake()
                except ssl.SSLWantReadError:
                    pass
        return sides[1].getpeercert()["subject"]


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
