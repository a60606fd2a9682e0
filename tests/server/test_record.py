#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""--record: what was decided, as lines of files, and what happens where they can not be written."""

import json
import pathlib
import subprocess
import tempfile
import threading
import unittest

from harness import HOST, PATIENCE, PROGRAM, SAMPLE, SAMPLE_UID, FolderTest, Server, eventually

SECRET = "only-in-the-object"
# JSON may have line ends where it has spaces.
BROKEN_UP = json.dumps(json.loads(SAMPLE), indent=1).encode()


def with_secret():
    body = json.loads(SAMPLE)
    body["request"]["object"]["metadata"]["annotations"] = {"note": SECRET}
    return json.dumps(body).encode()


class RecordTest(FolderTest):
    def setUp(self):
        top = tempfile.TemporaryDirectory()
        self.addCleanup(top.cleanup)
        self.place = pathlib.Path(top.name) / "records"

    def serve(self, *flags):
        server = Server(self.folder, "--record", self.place, *flags)
        self.addCleanup(server.stop)
        return server

    def lines(self):
        """What was recorded, in the order of the files' names."""
        return [json.loads(line) for file in sorted(self.place.iterdir())
                for line in file.read_text().splitlines()]

    def counts(self, server):
        values = server.metrics()
        return [values[f'rayservice_webhook_record_lines_total{{result="{each}"}}']
                for each in ("written", "dropped", "failed")]

    def refused(self, *flags):
        done = subprocess.run(
            [PROGRAM, "serve", "--tls-cert", self.folder / "tls.crt", "--tls-key", self.folder / "tls.key",
             "--listen", f"{HOST}:0", "--metrics-listen", f"{HOST}:0", *flags],
            capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        return done.stderr


class Lines(RecordTest):
    def test_a_line_says_who_asked_and_what_was_decided_but_not_about_what(self):
        server = self.serve()
        server.post("/mutate", with_secret())
        server.post("/validate", with_secret())
        self.assertEqual(server.stop(), 0)
        self.assertNotIn(SECRET, "".join(file.read_text() for file in self.place.iterdir()))
        mutate, validate = self.lines()
        self.assertEqual([mutate["stage"], mutate["decision"], mutate["operation"], mutate["namespace"],
                          mutate["name"], mutate["uid"], mutate["dryRun"]],
                         ["mutate", "allowed", "CREATE", "default", "rayservice-no-ray-serve-replica",
                          SAMPLE_UID, False])
        self.assertEqual(mutate["injected"], ["proxy probe in small-group"])
        self.assertEqual(validate["stage"], "validate")
        self.assertEqual(validate["rules"]["worker-without-replica"], "warn")
        self.assertRegex(validate["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

    def test_content_only_when_asked_and_on_one_line(self):
        server = self.serve("--record-content")
        self.assertIs(server.log.first("recording")["content"], True)
        for body in (with_secret(), BROKEN_UP):
            server.post("/validate", body)
        self.assertEqual(server.stop(), 0)
        first, second = self.lines()
        self.assertEqual(first["review"], json.loads(with_secret()))
        self.assertEqual(second["review"], json.loads(BROKEN_UP))

    def test_what_was_not_judged_is_not_recorded(self):
        server = self.serve()
        other = json.loads(SAMPLE)
        other["request"]["kind"] = {"group": "", "version": "v1", "kind": "Pod"}
        server.post("/validate", json.dumps(other).encode())
        server.post("/validate", b"{}")
        server.post("/validate")
        self.assertEqual(server.stop(), 0)
        self.assertEqual(len(self.lines()), 1)

    def test_nothing_is_lost_at_the_end(self):
        server = self.serve("--record-content", "--record-size", "64Ki", "--record-files", "1000")
        connection = server.http()
        for _ in range(200):
            server.post("/validate", connection=connection)
        connection.close()
        self.assertEqual(server.stop(), 0)
        self.assertEqual(len(self.lines()), 200)
        self.assertLessEqual(max(file.stat().st_size for file in self.place.iterdir()), 64 << 10)
        self.assertEqual({file.stat().st_mode & 0o777 for file in self.place.iterdir()}, {0o600})

    def test_the_oldest_go_under_load(self):
        server = self.serve("--record-content", "--record-size", "64Ki", "--record-files", "3")
        callers = [threading.Thread(target=self.ask, args=(server, 60)) for _ in range(4)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        self.assertEqual(server.stop(), 0)
        self.assertEqual(len(list(self.place.iterdir())), 3)
        self.assertTrue(self.lines())

    @staticmethod
    def ask(server, times):
        connection = server.http()
        for _ in range(times):
            server.post("/validate", connection=connection)
        connection.close()

    def test_a_large_object_and_the_memory_for_it(self):
        body = json.loads(SAMPLE)
        body["request"]["object"]["metadata"]["annotations"] = {"note": "x" * (6 << 20)}
        server = self.serve("--record-content")
        self.assertEqual(server.post("/validate", json.dumps(body).encode())[0], 200)
        eventually(lambda: self.counts(server) == [1, 0, 0], "the line is written")
        self.assertEqual(server.stop(), 0)
        self.assertEqual(self.lines()[0]["review"], body)


class Replayed(RecordTest):
    """`replay` reads what is written, beside the server."""

    def test_the_next_policy_is_tried_on_what_was_asked(self):
        server = self.serve("--record-content", "--record-size", "64Ki")
        for _ in range(20):
            server.post("/mutate")
            server.post("/validate", BROKEN_UP)
        eventually(lambda: self.counts(server) == [40, 0, 0], "all is written")
        same = self.replay("apiVersion: rayservice-webhook/v1\nkind: Policy\n")
        self.assertEqual((same.returncode, same.stdout), (0, "would change 0 of 40 decisions\n"), same.stderr)
        other = self.replay("apiVersion: rayservice-webhook/v1\nkind: Policy\nrules: {worker-without-replica: deny}\n")
        self.assertEqual(other.returncode, 1)
        self.assertTrue(other.stdout.endswith("\nwould change 20 of 40 decisions\n"), other.stdout)
        self.assertEqual(server.stop(), 0)

    def replay(self, policy):
        return subprocess.run([PROGRAM, "replay", "--policy", "-", self.place], input=policy, capture_output=True,
                              text=True, timeout=PATIENCE, check=False)


class Trouble(RecordTest):
    def test_flags_that_make_no_sense(self):
        self.assertIn("--record-content needs --record", self.refused("--record-content"))
        self.assertIn("a size from 64Ki", self.refused("--record", self.place, "--record-size", "1"))

    def test_a_place_that_can_not_be_written(self):
        self.place.write_text("a file")
        self.assertIn("Not a directory", self.refused("--record", self.place))
        self.assertIn("No such file", self.refused("--record", self.place.parent / "no/such"))

    def test_a_place_that_went_away(self):
        server = self.serve()
        self.place.rmdir()
        self.assertEqual(server.post()[0], 200)
        message = server.log.first("record-failed")["message"]
        self.assertIn(str(self.place), message)
        self.assertEqual(self.counts(server), [0, 0, 1])
        self.assertEqual(server.stop(), 0)

    def test_a_full_disk_costs_no_call(self):
        """A limit on the size of files stands for the disk: the kernel writes a part, then nothing."""
        server = self.serve("--record-content")
        server.post()
        eventually(lambda: self.counts(server)[0] == 1, "the first line")
        (file,) = self.place.iterdir()
        subprocess.run(["prlimit", "--pid", str(server.process.pid), f"--fsize={file.stat().st_size + 10}:"],
                       check=True)
        for _ in range(3):
            self.assertEqual(server.post()[0], 200)
        server.log.first("record-failed")
        eventually(lambda: self.counts(server) == [1, 0, 3], "all three are given up")
        self.assertEqual(len(self.lines()), 1)
        subprocess.run(["prlimit", "--pid", str(server.process.pid), "--fsize=unlimited:"], check=True)
        self.assertEqual(server.post()[0], 200)
        self.assertEqual(server.stop(), 0)
        self.assertEqual(len(self.lines()), 2)


if __name__ == "__main__":
    unittest.main()
