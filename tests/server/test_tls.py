# SPDX-License-Identifier: Apache-2.0
"""TLS: versions, ciphers, protocols, client certificates, and certificates that change while calls run."""

import os
import pathlib
import shutil
import ssl
import subprocess
import tempfile
import threading
import unittest
import warnings

from harness import HOST, PATIENCE, SAMPLE, Server, ServerTest, certs, head

CALL = head("/validate", "Host: localhost", "Content-Type: application/json", f"Content-Length: {len(SAMPLE)}",
            "Connection: close") + SAMPLE


def works_elsewhere(context, folder):
    """Does the handshake work with a server that takes everything?"""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "tls.crt", folder / "tls.key")
    server.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        server.minimum_version = ssl.TLSVersion.TLSv1
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [context.wrap_bio(down, up, server_hostname=HOST), server.wrap_bio(up, down, server_side=True)]
    for _ in range(10):
        for end in list(ends):
            try:
                end.do_handshake()
                ends.remove(end)
            except ssl.SSLWantReadError:
                pass
    return not ends


class Versions(ServerTest):
    def context(self, version=None, ciphers="ALL:@SECLEVEL=0"):
        context = self.server.client_context()
        context.set_ciphers(ciphers)
        if version:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = context.maximum_version = version
        return context

    def assert_refused(self, context):
        """By our server, and not because this client can not."""
        self.assertTrue(works_elsewhere(context, self.folder))
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.server.tls(context).close()

    def test_1_2_and_1_3(self):
        for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            with self.server.tls(self.context(version)) as sock:
                self.assertEqual(sock.version(), name)
            self.assertEqual(self.server.post(connection=self.server.http(self.context(version)))[0], 200)

    def test_the_newer_is_chosen(self):
        with self.server.tls() as sock:
            self.assertEqual(sock.version(), "TLSv1.3")

    def test_older_ones_are_refused(self):
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            self.assert_refused(self.context(version))
        self.assert_serves()

    def test_only_authenticated_ciphers_with_forward_secrecy(self):
        for cipher in ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                       "ECDHE-ECDSA-CHACHA20-POLY1305"):
            with self.server.tls(self.context(ssl.TLSVersion.TLSv1_2, cipher)) as sock:
                self.assertEqual(sock.cipher()[0], cipher)
        for cipher in ("ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA-AES128-SHA256",
                       "ECDHE-ECDSA-AES128-CCM"):
            with self.subTest(cipher):
                self.assert_refused(self.context(ssl.TLSVersion.TLSv1_2, cipher + ":@SECLEVEL=0"))

    def test_application_protocols(self):
        for offered in (["http/1.1"], ["h2", "http/1.1"], ["http/1.1", "h2"]):
            context = self.context()
            context.set_alpn_protocols(offered)
            with self.server.tls(context) as sock:
                self.assertEqual(sock.selected_alpn_protocol(), "http/1.1")
        for offered in (["h2"], ["http/1.0"], ["ftp"]):
            context = self.context()
            context.set_alpn_protocols(offered)
            with self.subTest(offered):
                self.assert_refused(context)

    def test_no_session_tickets(self):
        with self.server.tls() as sock:
            sock.sendall(CALL)
            self.assertTrue(sock.recv(65536))
            self.assertFalse(sock.session is not None and sock.session.has_ticket)

    def test_plain_http_is_not_answered(self):
        _, data = self.server.raw(CALL, self.server.tcp())
        self.assertNotIn(b"HTTP/", data)
        self.assert_serves()

    def test_garbage_instead_of_a_handshake(self):
        for data in (b"\x00" * 1000, b"\x16\x03\x01\xff\xff" + b"x" * 70000, b"\x16\x03\x01\x00\x05hello",
                     b"\x15\x03\x03\x00\x02\x02\x28"):
            self.server.raw(data, self.server.tcp())
        self.assert_serves()



class Rsa(ServerTest):
    certs_flags = ("--key-type", "rsa")

    def test_only_forward_secrecy(self):
        context = self.server.client_context()
        context.set_ciphers("AES128-GCM-SHA256:@SECLEVEL=0")
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.assertTrue(works_elsewhere(context, self.folder))
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.server.tls(context)

    def test_rsa_certificate(self):
        self.assert_serves()
        context = self.server.client_context()
        context.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with self.server.tls(context) as sock:
            self.assertEqual(sock.cipher()[0], "ECDHE-RSA-AES128-GCM-SHA256")


class Clients(ServerTest):
    """Who has no right certificate never reaches HTTP."""

    certs_flags = ("--client-name", "kube-apiserver")

    @classmethod
    def start(cls, *flags):
        return Server(cls.folder, "--client-ca", cls.folder / "ca.crt", *(flags or ("--client-name", "kube-apiserver")))

    def refusal(self, context, request):
        """What the client learns. In 1.3 its half is done before the server has looked."""
        with self.assertRaises((ssl.SSLError, ConnectionError)) as caught:
            with self.server.tls(context) as sock:
                if request:
                    sock.sendall(request)
                self.assertEqual(sock.recv(65536), b"")
                raise ConnectionError("closed")
        return str(caught.exception).lower().replace("_", " ")

    def assert_refused(self, context, said=False):
        """said: there is an alert that says why; libmicrohttpd itself just closes."""
        before = self.server.metrics()
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context.minimum_version = context.maximum_version = version
            self.refusal(context, CALL)
            alert = self.refusal(context, b"")
            if said:
                self.assertIn("bad certificate", alert)
        after = self.server.metrics()
        for name, value in before.items():
            if "requests_total" in name or "decisions_total" in name:
                self.assertEqual(after[name], value, name)

    def other_ca(self, *flags):
        top = tempfile.TemporaryDirectory()
        self.addCleanup(top.cleanup)
        folder = pathlib.Path(top.name) / "other"
        certs(folder, *flags)
        return folder

    def context_with(self, folder, name):
        context = self.server.client_context()
        context.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
        return context

    def test_the_right_one(self):
        context = self.server.client_context("client")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context.minimum_version = context.maximum_version = version
            self.assertEqual(self.server.post(connection=self.server.http(context))[0], 200)

    def test_none(self):
        self.assert_refused(self.server.client_context())

    def test_of_another_ca(self):
        folder = self.other_ca("--client-name", "kube-apiserver")
        self.assert_refused(self.context_with(folder, "client"), said=True)

    def test_a_server_certificate_of_our_ca(self):
        """tls.crt is signed by the same CA, but not for clients."""
        self.assert_refused(self.context_with(self.folder, "tls"), said=True)

    def test_another_name(self):
        folder = self.other_ca()
        for name in ("ca.crt", "ca.key"):
            shutil.copy(self.folder / name, folder / name)
        (folder / "tls.crt").unlink()
        (folder / "tls.key").unlink()
        certs(folder, "--client-name", "somebody-else")
        refused = self.server.metric("client_certificates_refused_total")
        self.assert_refused(self.context_with(folder, "client"), said=True)
        self.assertEqual(self.server.metric("client_certificates_refused_total"), refused + 4)

    def test_a_refusal_is_logged(self):
        server = self.start("--client-name", "other")
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            server.post(connection=server.http(self.server.client_context("client")))
        self.assertIn("--client-name", server.log.first("client-refused")["message"])
        self.assertEqual(server.stop(), 0)

    def test_any_name_of_the_ca(self):
        server = Server(self.folder, "--client-ca", self.folder / "ca.crt")
        try:
            context = self.server.client_context("client")
            self.assertEqual(server.post(connection=server.http(context))[0], 200)
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                server.post()
        finally:
            self.assertEqual(server.stop(), 0)

    def test_several_names(self):
        server = self.start("--client-name", "other", "--client-name", "kube-apiserver")
        try:
            self.assertEqual(server.post(connection=server.http(self.server.client_context("client")))[0], 200)
        finally:
            self.assertEqual(server.stop(), 0)

    def assert_serves(self, server=None):
        self.fail("nobody gets in without a certificate here")


class Reload(ServerTest):
    """A new certificate is served to new connections; calls on old ones go on."""

    def setUp(self):
        self.own = tempfile.TemporaryDirectory()
        self.addCleanup(self.own.cleanup)
        self.place = pathlib.Path(self.own.name) / "certs"
        certs(self.place)
        self.mine = Server(self.place)
        self.addCleanup(lambda: self.assertEqual(self.mine.stop(), 0))

    def serial(self):
        with self.mine.tls() as sock:
            return sock.getpeercert()["serialNumber"]

    def renewed(self):
        """A folder with another certificate of the same CA."""
        folder = pathlib.Path(self.own.name) / "next"
        shutil.copytree(self.place, folder)
        certs(folder)
        return folder

    def reloads(self, result):
        return self.mine.metric(f'reloads_total{{result="{result}"}}')

    def test_files_replaced(self):
        first = self.serial()
        kept = self.mine.http()
        self.assertEqual(self.mine.post(connection=kept)[0], 200)
        certs(self.place)
        self.mine.log.wait("certificate", 2)
        self.assertNotEqual(self.serial(), first)
        self.assertEqual(self.mine.post(connection=kept)[0], 200)
        kept.close()
        self.assertGreaterEqual(self.reloads("ok"), 1)

    def test_symlink_swapped(self):
        """As the kubelet does it: tls.crt → ..data/tls.crt, ..data → a folder, replaced by rename()."""
        projected = pathlib.Path(self.own.name) / "projected"
        projected.mkdir()
        shutil.copytree(self.place, projected / "one")
        (projected / "..data").symlink_to("one")
        for name in ("tls.crt", "tls.key", "ca.crt"):
            (projected / name).symlink_to(f"..data/{name}")
        server = Server(projected)
        self.addCleanup(lambda: self.assertEqual(server.stop(), 0))
        with server.tls() as sock:
            first = sock.getpeercert()["serialNumber"]
        shutil.copytree(self.renewed(), projected / "two")
        (projected / "..new").symlink_to("two")
        os.rename(projected / "..new", projected / "..data")
        server.log.wait("certificate", 2)
        with server.tls() as sock:
            self.assertNotEqual(sock.getpeercert()["serialNumber"], first)

    def test_hangup_reads_again(self):
        self.mine.process.send_signal(1)
        self.mine.log.wait("certificate", 2)
        self.assertEqual(self.reloads("ok"), 1)

    def test_torn_pair_keeps_the_last(self):
        first = self.serial()
        renewed = self.renewed()
        os.replace(renewed / "tls.crt", self.place / "tls.crt")  # and not its key
        message = self.mine.log.first("reload-failed")["message"]
        self.assertIn("does not belong to the certificate", message)
        self.assertEqual(self.serial(), first)
        self.assertEqual((self.reloads("error"), self.mine.metric("certificate_rejected")), (1, 1))
        os.replace(renewed / "tls.key", self.place / "tls.key")
        self.mine.log.wait("certificate", 2)
        self.assertEqual(self.mine.metric("certificate_rejected"), 0)
        self.assertNotEqual(self.serial(), first)

    def test_unreadable_files_keep_the_last(self):
        first = self.serial()
        kept = (self.place / "tls.crt").read_bytes()
        for count, content in enumerate((b"", b"no certificate\n", None), 1):
            (self.place / "tls.crt").unlink()
            if content is not None:
                (self.place / "tls.crt").write_bytes(content)
            self.mine.log.wait("reload-failed", count)
            self.assertEqual(self.serial(), first)
        (self.place / "tls.crt").write_bytes(kept)
        self.mine.log.wait("certificate", 2)
        self.assertEqual(self.serial(), first)

    def test_calls_go_on_through_reloads(self):
        stop, failures = threading.Event(), []

        def call():
            while not stop.is_set():
                try:
                    status = self.mine.post()[0]
                except OSError as error:
                    status = error
                if status != 200:
                    failures.append(status)

        callers = [threading.Thread(target=call) for _ in range(3)]
        for caller in callers:
            caller.start()
        for count in range(2, 22):
            self.mine.process.send_signal(1)
            self.mine.log.wait("certificate", count)
        stop.set()
        for caller in callers:
            caller.join()
        self.assertEqual(failures, [])


class ClientCaReload(ServerTest):
    certs_flags = ("--client-name", "kube-apiserver")

    def test_another_client_ca_takes_over(self):
        folder = pathlib.Path(self.top.name) / "next"
        certs(folder, "--client-name", "kube-apiserver")
        trusted = pathlib.Path(self.top.name) / "clients.crt"
        shutil.copy(self.folder / "ca.crt", trusted)
        server = Server(self.folder, "--client-ca", trusted)
        self.addCleanup(lambda: self.assertEqual(server.stop(), 0))
        old, new = server.client_context("client"), server.client_context()
        new.load_cert_chain(folder / "client.crt", folder / "client.key")
        self.assertEqual(server.post(connection=server.http(old))[0], 200)
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            server.post(connection=server.http(new))
        shutil.copy(folder / "ca.crt", trusted)
        server.log.wait("certificate", 2)
        self.assertEqual(server.post(connection=server.http(new))[0], 200)
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            server.post(connection=server.http(old))


@unittest.skipUnless(shutil.which("openssl"), "there is no openssl program")
class OpensslClient(ServerTest):
    def test_chain_is_served(self):
        done = subprocess.run(["openssl", "s_client", "-connect", f"{HOST}:{self.server.port}", "-CAfile",
                               self.folder / "ca.crt", "-verify_return_error", "-alpn", "http/1.1"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertIn("Verify return code: 0 (ok)", done.stdout)


if __name__ == "__main__":
    unittest.main()
