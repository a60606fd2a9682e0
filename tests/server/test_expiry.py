# SPDX-License-Identifier: Apache-2.0
"""Who only reads the log hears that a certificate ends."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

from harness import PATIENCE, Server


@unittest.skipUnless(shutil.which("openssl"), "there is no openssl program")
class Expiry(unittest.TestCase):
    CONFIG = """[ca]\ndefault_ca = own
[own]\ndatabase = index\nserial = serial\nnew_certs_dir = .\ndefault_md = sha256\npolicy = any\nunique_subject = no
[any]\ncommonName = supplied
[names]\nsubjectAltName = DNS:localhost
[req]\ndistinguished_name = none\n[none]\n"""

    def setUp(self):
        top = tempfile.TemporaryDirectory()
        self.addCleanup(top.cleanup)
        self.folder = pathlib.Path(top.name)
        for name, text in (("config", self.CONFIG), ("index", ""), ("serial", "01\n")):
            (self.folder / name).write_text(text)
        self.openssl("req", "-new", "-config", "config", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-keyout", "tls.key", "-subj", "/CN=own", "-out", "request")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=PATIENCE, cwd=self.folder)

    def put(self, begins, ends):
        """A certificate with that life, in hours from now."""
        dates = [time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + hours * 3600)) for hours in (begins, ends)]
        self.openssl("ca", "-batch", "-config", "config", "-selfsign", "-keyfile", "tls.key", "-in", "request", "-notext",
                     "-extensions", "names", "-startdate", dates[0], "-enddate", dates[1], "-out", "next")
        shutil.copy(self.folder / "next", self.folder / "ca.crt")
        os.replace(self.folder / "next", self.folder / "tls.crt")

    def test_warnings(self):
        self.put(-1000, 100)
        server = Server(self.folder)
        self.addCleanup(lambda: self.assertEqual(server.stop(), 0))
        line = server.log.first("certificate-expiry")
        self.assertEqual((line["names"], line["daysLeft"]), ("localhost", 4))
        self.put(-1000, 500)
        server.log.wait("certificate", 2)
        for count, (end, word) in enumerate(((12, "less than a day"), (-1, "expired")), 2):
            self.put(-1000, end)
            self.assertIn(word, server.log.wait("certificate-expiry", count)[-1]["warning"])
        self.assertEqual(len(server.log.wait("certificate-expiry")), 3)


if __name__ == "__main__":
    unittest.main()
