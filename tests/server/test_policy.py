#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""serve --policy: reloads, bad files, and that no call ever sees half of two policies."""

import collections
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import unittest

from harness import HOST, PATIENCE, PROGRAM, SAMPLE, Server, certs

HEAD = "apiVersion: rayservice-webhook/v1\nkind: Policy\n"
BAD = HEAD + "rules: {worker-without-replika: warn}\n"
# The sample has one replica for two workers. Each policy fires both rules, or neither.
STRICT = HEAD + "rules: {injection-lost: off, worker-without-replica: deny}\nlimits: {workers: 1}\n"
LAX = HEAD + "rules: {injection-lost: off, worker-without-replica: off}\nlimits: {workers: 2}\n"
RELOADS = 10000
CALLERS = 4


class PolicyTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.place = pathlib.Path(temporary.name)
        certs(self.place)
        self.policy = self.place / "policy.yaml"

    def serve(self, text, *flags):
        self.write(text)
        server = Server(self.place, "--policy", self.policy, *flags)
        self.addCleanup(lambda: self.assertEqual(server.stop(), 0))
        return server

    def write(self, text):
        """In one step, as a rename does it."""
        (self.place / "next").write_text(text)
        os.replace(self.place / "next", self.policy)

    def fired(self, server, connection=None):
        status, body, _ = server.post(connection=connection)
        self.assertEqual(status, 200)
        response = json.loads(body)["response"]
        causes = response.get("status", {}).get("details", {}).get("causes", [])
        return sorted(cause["message"].split(":")[0] for cause in causes), response.get("warnings", [])


class Start(PolicyTest):
    def refused(self, *flags):
        done = subprocess.run([PROGRAM, "serve", "--tls-cert", self.place / "tls.crt", "--tls-key",
                               self.place / "tls.key", "--listen", f"{HOST}:0", "--metrics-listen",
                               f"{HOST}:0", *flags], capture_output=True, timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 2)
        return [json.loads(line) for line in done.stderr.splitlines()][-1]["message"]

    def test_a_bad_policy_is_no_start(self):
        self.policy.write_text(BAD)
        self.assertEqual(self.refused("--policy", self.policy)[-133:],
                         f'{self.policy}:3:9: rules: there is no rule "worker-without-replika"; '
                         "did you mean worker-without-replica?"[-133:])

    def test_no_policy_is_no_start(self):
        self.assertIn("No such file", self.refused("--policy", self.place / "none"))
        self.assertIn("write 1.7", self.refused("--kuberay-version", "new"))

    def test_too_large(self):
        self.policy.write_text(HEAD + "#" * (1 << 20))
        self.assertIn("File too large", self.refused("--policy", self.policy))

    def test_it_decides(self):
        server = self.serve(STRICT)
        self.assertEqual(self.fired(server)[0], ["limit-exceeded", "worker-without-replica"])
        self.assertEqual(server.metric("policy_generation"), 1)
        self.assertEqual(server.metric("policy_rejected"), 0)
        self.assertEqual(server.log.first("policy")["file"], str(self.policy))


class Reload(PolicyTest):
    def test_replaced_and_bad_and_gone(self):
        server = self.serve(LAX)
        self.assertEqual(self.fired(server), ([], []))
        self.write(STRICT)
        server.log.wait("policy", 2)
        self.assertEqual(len(self.fired(server)[0]), 2)
        self.write(BAD)
        message = server.log.first("policy-rejected")["message"]
        self.assertIn("policy.yaml:3:9: rules: there is no rule", message)
        self.assertTrue(message.endswith("the last good policy stays"), message)
        self.assertEqual(len(self.fired(server)[0]), 2)
        self.assertEqual(server.metric("policy_rejected"), 1)
        self.policy.unlink()
        server.log.wait("policy-rejected", 2)
        self.assertEqual(len(self.fired(server)[0]), 2)
        self.write(LAX)
        server.log.wait("policy", 3)
        self.assertEqual(self.fired(server), ([], []))
        self.assertEqual(server.metric("policy_rejected"), 0)
        self.assertEqual(server.metric("policy_generation"), 3)
        self.assertEqual(server.metric('policy_reloads_total{result="error"}'), 2)

    def test_symlink_swapped(self):
        """As the kubelet does it: policy.yaml → ..data/policy.yaml, ..data → a folder, renamed."""
        for name, text in (("one", LAX), ("two", STRICT)):
            (self.place / name).mkdir()
            (self.place / name / "policy.yaml").write_text(text)
        (self.place / "..data").symlink_to("one")
        self.policy.symlink_to("..data/policy.yaml")
        server = Server(self.place, "--policy", self.policy)
        self.addCleanup(lambda: self.assertEqual(server.stop(), 0))
        self.assertEqual(self.fired(server), ([], []))
        (self.place / "..new").symlink_to("two")
        os.rename(self.place / "..new", self.place / "..data")
        server.log.wait("policy", 2)
        self.assertEqual(len(self.fired(server)[0]), 2)
        shutil.rmtree(self.place / "one")

    def test_a_bad_policy_does_not_hold_up_a_certificate(self):
        server = self.serve(LAX)
        self.write(BAD)
        certs(self.place)
        server.log.wait("certificate", 2)
        server.log.wait("policy-rejected")

    def test_the_flag_goes_before_the_file(self):
        server = self.serve(LAX + "kuberay: '1.2'\n", "--kuberay-version", "1.7")
        body = json.loads(SAMPLE)
        body["request"]["object"]["metadata"]["name"] = body["request"]["name"] = "a" * 50
        response = json.loads(server.post(body=json.dumps(body))[1])["response"]
        self.assertIn("KubeRay 1.7 refuses", json.dumps(response["status"]))


class Storm(PolicyTest):
    """Good, bad and cut-off policies in turn, each read on SIGHUP, under the load of CALLERS clients."""

    def test_no_call_sees_half_a_policy(self):
        server, stop, seen, failures = self.serve(LAX), threading.Event(), collections.Counter(), []

        def call():
            connection = server.http()
            while not stop.is_set():
                try:
                    denied, warned = self.fired(server, connection)
                    seen[(tuple(denied), len(warned))] += 1
                except (OSError, AssertionError) as error:
                    failures.append(error)
                    return
            connection.close()

        callers = [threading.Thread(target=call) for _ in range(CALLERS)]
        for caller in callers:
            caller.start()
        read = 1
        for count in range(RELOADS):
            self.write((STRICT, BAD, LAX, STRICT[:-len("orkers: 1}\n")])[count % 4])
            server.process.send_signal(signal.SIGHUP)
            read = self.wait_for_a_read(server, read + 1)
        stop.set()
        for caller in callers:
            caller.join()
        print(f"{RELOADS} reloads, half of them bad; {sum(seen.values())} calls, {len(failures)} failed; "
              f"answers: {dict(seen)}")
        self.assertEqual(failures, [])
        self.assertEqual(set(seen), {((), 0), (("limit-exceeded", "worker-without-replica"), 0)})
        for result in ("ok", "error"):
            self.assertGreaterEqual(server.metric(f'policy_reloads_total{{result="{result}"}}'), RELOADS / 2)

    def wait_for_a_read(self, server, least):
        """How often the log says that the policy was read, once that is at least so often."""
        with server.log.changed:
            self.assertTrue(server.log.changed.wait_for(lambda: self.reads(server) >= least, PATIENCE), "no reload")
        return self.count

    def reads(self, server):
        lines = server.log.lines
        self.count += sum(line["event"] in ("policy", "policy-rejected") for line in lines[self.looked:])
        self.looked = len(lines)
        return self.count

    count = looked = 0


if __name__ == "__main__":
    unittest.main()
