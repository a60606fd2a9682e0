#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""After its start the process opens nothing but what lies beside its own files (Landlock)."""

import os
import pathlib
import tempfile
import unittest

from harness import Server, certs

HEAD = "apiVersion: rayservice-webhook/v1\nkind: Policy\n"
LIMITS = HEAD + "limits: {workers: 1}\n"


class SandboxTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        top = pathlib.Path(temporary.name)
        self.place, self.policy, self.elsewhere = top / "certs", top / "policy/policy.yaml", top / "else/policy.yaml"
        for file in (self.policy, self.elsewhere):
            file.parent.mkdir()
            file.write_text(HEAD)
        self.elsewhere.write_text(LIMITS)
        certs(self.place)

    def serve(self, *flags):
        server = Server(self.place, "--policy", self.policy, *flags)
        self.addCleanup(lambda: self.assertEqual(server.stop(), 0))
        return server

    def lead_away(self):
        link = self.policy.with_name("link")
        link.symlink_to(self.elsewhere)
        os.replace(link, self.policy)

    def test_it_says_what_is_in_force(self):
        said = self.serve().log.first("sandbox")
        self.assertIs(said["noNewPrivs"], True)
        # A kernel without it is no fault of ours, but it is said.
        self.assertNotEqual(said["landlock"] > 0, "warning" in said, said)

    def test_every_thread_gave_up_new_privileges(self):
        server = self.serve()
        for task in pathlib.Path(f"/proc/{server.process.pid}/task").iterdir():
            self.assertIn("NoNewPrivs:\t1\n", (task / "status").read_text())

    def test_a_link_that_leads_elsewhere_is_not_followed(self):
        server = self.serve()
        enforced = server.log.first("sandbox")["landlock"] > 0
        self.lead_away()
        if enforced:
            self.assertIn("Permission denied", server.log.first("policy-rejected")["message"])
        else:
            server.log.wait("policy", 2)

    def test_without_landlock_it_is(self):
        server = self.serve("--landlock", "off")
        self.assertEqual(server.log.first("sandbox")["landlock"], 0)
        self.lead_away()
        server.log.wait("policy", 2)

    def test_a_file_that_is_replaced_in_its_place_is_read(self):
        server = self.serve()
        following = self.policy.with_name("next")
        following.write_text(LIMITS)
        os.replace(following, self.policy)
        server.log.wait("policy", 2)


if __name__ == "__main__":
    unittest.main()
