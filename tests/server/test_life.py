# SPDX-License-Identifier: Apache-2.0
"""From start to stop: flags, start-up lines, probes, metrics, the log, and a drain that loses no call."""

import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error

from harness import (HOST, JSON, PATIENCE, PROGRAM, SAMPLE, SAMPLE_UID, FolderTest, Server, ServerTest, eventually,
                     head, review)
from test_peers import service_of_groups


def run(*arguments, environment=None):
    return subprocess.run([PROGRAM, "serve", *arguments], capture_output=True, text=True, timeout=PATIENCE,
                          check=False, env={**os.environ, **(environment or {})})


class Flags(ServerTest):
    def files(self):
        return ("--tls-cert", self.folder / "tls.crt", "--tls-key", self.folder / "tls.key",
                "--metrics-listen", f"{HOST}:0")

    def assert_refused(self, done, *words):
        self.assertEqual(done.returncode, 2, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_help(self):
        done = run("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for flag in ("--tls-cert", "--client-name", "--drain-delay", "--max-connections"):
            self.assertIn(flag, done.stdout)
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 80)

    def test_wrong_flags(self):
        self.assert_refused(run(), "--tls-cert")
        self.assert_refused(run("--tls-crt", "x"), "--tls-cert")
        self.assert_refused(run(*self.files(), "--client-name", "x"), "--client-ca")
        self.assert_refused(run(*self.files(), "--drain-delay", "soon"), "soon")
        self.assert_refused(run(*self.files(), "something"), "something")

    def test_wrong_addresses(self):
        for address in ("8443", "localhost:1", f"{HOST}:http", f"{HOST}:99999", "::1:80", "300.1.1.1:80", f"{HOST}:"):
            self.assert_refused(run(*self.files(), "--listen", address), address)

    def test_address_in_use(self):
        self.assert_refused(run(*self.files(), "--listen", f"{HOST}:{self.server.port}"), "in use")

    def test_wrong_files(self):
        crt, key = self.folder / "tls.crt", self.folder / "tls.key"
        for certificate, private, word in ((self.folder / "none", key, "No such file"), (key, key, "no certificate"),
                                           (crt, crt, "no private key"), (self.folder, key, ""),
                                           (self.folder / "ca.crt", key, "does not belong")):
            self.assert_refused(run("--tls-cert", certificate, "--tls-key", private, "--listen", f"{HOST}:0"), word)
        for authorities, word in ((key, "no CA certificate"), (crt, "certificate 1 in it is no CA's"),
                                  (self.folder / "none", "No such file")):
            self.assert_refused(run(*self.files(), "--client-ca", authorities, "--listen", f"{HOST}:0"),
                                str(authorities), word)

    def test_environment(self):
        done = run(environment={"RAYSERVICE_WEBHOOK_TLS_CERT": "/nowhere/crt",
                                "RAYSERVICE_WEBHOOK_TLS_KEY": str(self.folder / "tls.key")})
        self.assert_refused(done, "/nowhere/crt")

    def test_every_address(self):
        for listen in (":0", "[::]:0", "0.0.0.0:0"):
            server = Server(self.folder, listen=listen)
            self.assert_serves(server)
            self.assertEqual(server.stop(), 0)

    def test_file_limit(self):
        done = subprocess.run(["sh", "-c", 'ulimit -n 500; exec "$0" "$@"', PROGRAM, "serve", *self.files(),
                               "--listen", f"{HOST}:0"], capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assert_refused(done, "--max-connections")


class Start(ServerTest):
    def test_lines(self):
        certificate = self.server.log.first("certificate")
        self.assertIn("localhost", certificate["names"])
        self.assertRegex(certificate["notAfter"], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
        self.assertIn("https", self.server.log.wait("listening", 2)[1]["serves"])
        for line in self.server.log.lines:
            self.assertRegex(line["time"], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")

    def test_nothing_but_json_lines(self):
        self.assert_serves()
        self.server.log.wait("decision")
        self.assertEqual(len(self.server.log.raw), len(self.server.log.lines))

    def test_probes(self):
        self.assertEqual(self.server.get("/healthz"), "ok\n")
        self.assertEqual(self.server.get("/readyz"), "ok\n")
        connection = http.client.HTTPConnection(HOST, self.server.plain_port, timeout=PATIENCE)
        for method, path, status in (("HEAD", "/healthz", 200), ("GET", "/readyz?x=y", 200), ("GET", "/metrics", 200)):
            connection.request(method, path)
            answer = connection.getresponse()
            self.assertEqual(answer.status, status, path)
            answer.read()
        for method, path, status in (("GET", "/", 404), ("POST", "/healthz", 405), ("POST", "/validate", 404)):
            connection.request(method, path)
            answer = connection.getresponse()
            self.assertEqual(answer.status, status, path)
            answer.read()
        connection.close()

    def test_a_body_on_the_plain_port(self):
        for field in ("Content-Length: 5", "Transfer-Encoding: chunked"):
            status, _ = self.server.raw(head("/healthz", "Host: x", field, method="GET"),
                                        self.server.tcp(self.server.plain_port))
            self.assertEqual(status, 413)


class Metrics(ServerTest):
    def test_the_text_parses(self):
        """Every sample belongs to a family with HELP and TYPE, and stands once."""
        families, samples = {}, set()
        for line in self.server.get("/metrics").splitlines():
            match = re.fullmatch(r"# (HELP|TYPE) (rayservice_webhook_[a-z_]+) (.+)", line)
            if match:
                families.setdefault(match.group(2), []).append(match.group(1))
                continue
            match = re.fullmatch(r'(rayservice_webhook_[a-z_]+)(\{(?:[a-z]+="[^"\\]*",?)+\})? (\d+(?:\.\d+)?)', line)
            self.assertTrue(match, line)
            self.assertNotIn(match.group(0).rsplit(" ", 1)[0], samples)
            samples.add(match.group(0).rsplit(" ", 1)[0])
            self.assertTrue({match.group(1), re.sub("_(bucket|sum|count)$", "", match.group(1))} & set(families), line)
        self.assertTrue(all(each == ["HELP", "TYPE"] for each in families.values()), families)
        self.assertGreater(len(samples), 80)

    def test_calls_are_counted(self):
        before = self.server.metrics()
        self.assert_serves()
        self.server.post("/nowhere")
        self.server.post(body=b"{")
        self.server.post(headers={})

        def grown():
            after = self.server.metrics()
            return {name.removeprefix("rayservice_webhook_"): value - before[name] for name, value in after.items()
                    if value != before[name]}

        self.server.log.wait("decision", decision="refused")
        seen = grown()
        for name, count in (('requests_total{path="/validate",code="200"}', 1),
                            ('requests_total{path="/validate",code="400"}', 1),
                            ('requests_total{path="/validate",code="415"}', 1),
                            ('requests_total{path="other",code="404"}', 1),
                            ('decisions_total{path="/validate",decision="refused"}', 1),
                            ('request_duration_seconds_count{path="/validate"}', 2),
                            ('request_duration_seconds_bucket{path="/validate",le="+Inf"}', 2)):
            self.assertEqual(seen.get(name), count, name)
        self.assertGreater(seen['request_duration_seconds_sum{path="/validate"}'], 0)

    def test_histogram_is_cumulative(self):
        self.assert_serves()
        buckets = [value for name, value in self.server.metrics().items()
                   if name.startswith('rayservice_webhook_request_duration_seconds_bucket{path="/validate"')]
        self.assertEqual(buckets, sorted(buckets))
        self.assertEqual(len(buckets), 15)

    def test_every_rule_has_a_series(self):
        rules = subprocess.run([PROGRAM, "rules"], capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
        names = re.findall(r'rule_hits_total\{rule="([^"]+)"', self.server.get("/metrics"))
        self.assertGreater(len(names), 3)
        for name in names:
            self.assertIn(name, rules)

    def test_gauges(self):
        metrics = self.server.metrics()
        self.assertLess(metrics["rayservice_webhook_certificate_not_before_timestamp_seconds"], time.time())
        self.assertGreater(metrics["rayservice_webhook_certificate_not_after_timestamp_seconds"], time.time())
        self.assertEqual(metrics["rayservice_webhook_ready"], 1)
        self.assertTrue(any(name.startswith("rayservice_webhook_build_info{") for name in metrics))

    def test_memory(self):
        """As the kernel says it, though the sandbox lets the process open nothing there."""
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        resident = int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) << 10
        self.assertAlmostEqual(self.server.metric("resident_memory_bytes") / resident, 1, delta=0.2)


class DecisionLog(ServerTest):
    def test_one_line_a_decision(self):
        count = len([line for line in self.server.log.lines if line["event"] == "decision"])
        for path in ("/mutate", "/validate"):
            self.server.post(path)
        lines = self.server.log.wait("decision", count + 2)[count:]
        self.assertEqual([line["path"] for line in lines], ["/mutate", "/validate"])
        request = json.loads(SAMPLE)["request"]
        for line in lines:
            self.assertEqual((line["uid"], line["operation"], line["namespace"], line["name"], line["user"]),
                             (request["uid"], request["operation"], request["namespace"], request["name"],
                              request["userInfo"]["username"]))
            self.assertIsInstance(line["rules"], list)
            self.assertGreaterEqual(line["microseconds"], 0)
        self.assertEqual(lines[0]["injected"], ["proxy probe in small-group"])
        self.assertIn("worker-without-replica", lines[1]["rules"])

    def test_never_object_content(self):
        body = json.loads(SAMPLE)
        body["request"]["object"]["spec"]["serveConfigV2"] = "secret-content: 1"
        body["request"]["object"]["metadata"]["annotations"] = {"a": "secret-content"}
        body["request"]["uid"] = "never-content"
        self.server.post(body=json.dumps(body).encode())
        self.server.log.wait("decision", uid="never-content")
        self.assertNotIn(b"secret-content", b"".join(self.server.log.raw))

    def test_texts_from_outside_can_not_break_a_line(self):
        body = json.loads(SAMPLE)
        body["request"]["uid"] = "outside"
        body["request"]["userInfo"]["username"] = 'a"b\\\n{}\u0001\u2028ü' + "x" * 5000
        self.server.post(body=json.dumps(body).encode())
        line = self.server.log.first("decision", uid="outside")
        self.assertTrue(line["user"].startswith('a"b\\\n{}\u0001\u2028ü'))
        self.assertLessEqual(len(line["user"]), 256)
        self.assertEqual(len(self.server.log.raw), len(self.server.log.lines))

    def test_a_long_group_name_does_not_keep_the_line_out(self):
        for name in ("w" * 9000, "\u0001" * 9000, "ü" * 9000):
            service = service_of_groups(30)
            for index, group in enumerate(service["spec"]["rayClusterConfig"]["workerGroupSpecs"]):
                group["groupName"] = f"{name}{index}"
            body = review.make(service)
            body["request"].update(uid=name[:200], userInfo={"username": name}, name=name, namespace=name)
            self.assertEqual(self.server.post("/mutate", review.line(body))[0], 200)
            line = self.server.log.first("decision", uid=name[:128 if name[0] == "ü" else 200])
            self.assertEqual(len(line["injected"]), 20)
            self.assertLessEqual(max(len(label.encode()) for label in line["injected"]), 128)
        self.assertEqual(self.server.metric("log_lines_dropped_total"), 0)

    def test_a_request_that_needs_too_much_memory(self):
        """Its line says who asked, and nothing of what was begun; and it is a line like any other."""
        before = self.server.metric("injections_total")
        body = review.make(service_of_groups(40000), seed="too much")
        self.assertEqual(self.server.post("/mutate", review.line(body))[0], 500)
        line = self.server.log.first("decision", uid=body["request"]["uid"])
        self.assertEqual((line["decision"], line["namespace"], line["name"]), ("failed", "n", "x"))
        self.assertIn("memory", line["error"])
        self.assertNotIn("injected", line)
        self.assertEqual(len(self.server.log.raw), len(self.server.log.lines))
        self.assertEqual(self.server.metric("injections_total"), before)

    def without_reader(self, calls, blocking=True):
        """A server whose log nobody reads, after so many calls: (it, its log, what was read at first, lines lost)."""
        reader, writer = os.pipe()
        os.set_blocking(writer, blocking)
        process = subprocess.Popen(
            [PROGRAM, "serve", "--tls-cert", self.folder / "tls.crt", "--tls-key", self.folder / "tls.key",
             "--listen", f"{HOST}:0", "--metrics-listen", f"{HOST}:0", "--drain-delay", "0s"],
            stderr=writer, stdout=subprocess.DEVNULL)
        os.close(writer)
        text = b""
        while text.count(b'"listening"') < 2:
            text += os.read(reader, 65536)
        plain, port = (int(each) for each in re.findall(rb'"address":"127.0.0.1:(\d+)"', text))
        connection = http.client.HTTPSConnection(HOST, port, timeout=PATIENCE, context=self.server.context)
        for _ in range(calls):
            connection.request("POST", "/validate", b"{", JSON)
            answer = connection.getresponse()
            self.assertEqual((answer.status, bool(answer.read())), (400, True))
        connection.close()
        connection = http.client.HTTPConnection(HOST, plain, timeout=PATIENCE)
        connection.request("GET", "/metrics")
        lost = re.search(rb"\nrayservice_webhook_log_lines_dropped_total (\d+)\n", connection.getresponse().read())
        connection.close()
        return process, reader, text, int(lost.group(1))

    def test_nobody_reads_the_log(self):
        """A full pipe costs lines, and no call."""
        process, reader, _, lost = self.without_reader(3000)
        self.assertGreater(lost, 0)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(PATIENCE), 0)
        os.close(reader)

    def test_a_log_that_never_blocks(self):
        """Somebody who shares stderr has set O_NONBLOCK: a full pipe is an error then, and costs no line."""
        process, reader, text, lost = self.without_reader(500, blocking=False)
        self.assertEqual(lost, 0)
        process.send_signal(signal.SIGTERM)
        with open(reader, "rb") as rest:
            lines = (text + rest.read()).splitlines()
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assertEqual(len([line for line in lines if review.loads(line)["event"] == "decision"]), 500)


class Drain(FolderTest):
    def setUp(self):
        self.server = Server(self.folder, "--drain-delay", "1500ms")

    def test_no_call_is_lost(self):
        """Callers on kept connections, and on new ones, until the server is gone for new ones."""
        self.assertEqual(self.server.stop(), 0)
        self.server = Server(self.folder, "--drain-delay", "3s")
        failures, counts, draining = [], [0, 0], threading.Event()

        def call(index, connection):
            """One call: True if it was answered, False if the server is not there any more."""
            try:
                if not connection.sock:
                    connection.connect()
            except ConnectionRefusedError:
                return False
            try:
                connection.request("POST", "/validate", SAMPLE, JSON)
                answer = connection.getresponse()
                if answer.status != 200 or json.loads(answer.read())["response"]["uid"] != SAMPLE_UID:
                    failures.append(answer.status)
                counts[index] += draining.is_set()
            except (OSError, http.client.HTTPException) as error:
                failures.append(repr(error))
            return True

        def caller(index):
            connection = self.server.http()
            while call(index, connection):
                if index:
                    connection.close()
                    # New callers stop in time: their API server has learnt that the Pod goes.
                    if draining.is_set() and time.monotonic() > self.stopping + 1:
                        break
            connection.close()

        callers = [threading.Thread(target=caller, args=(index,)) for index in (0, 0, 1)]
        for each in callers:
            each.start()
        eventually(lambda: self.server.metric('requests_total{path="/validate",code="200"}') > 50, "50 calls")
        self.stopping = time.monotonic()
        draining.set()
        self.assertEqual(self.server.stop(), 0)
        for each in callers:
            each.join()
        self.assertEqual(failures, [])
        self.assertGreater(min(counts), 0)  # served on

    def test_a_call_that_began_is_finished(self):
        sock = self.server.tls()
        sock.sendall(head("/validate", "Host: x", "Content-Type: application/json", f"Content-Length: {len(SAMPLE)}"))
        self.server.process.send_signal(signal.SIGTERM)
        self.server.log.wait("draining")
        for start in range(0, len(SAMPLE), 200):
            sock.sendall(SAMPLE[start:start + 200])
            time.sleep(0.1)  # beyond the drain delay
        answer = http.client.HTTPResponse(sock)
        answer.begin()
        self.assertEqual((answer.status, answer.headers["Connection"]), (200, "close"))
        self.assertEqual(json.loads(answer.read())["response"]["uid"], SAMPLE_UID)
        sock.close()
        self.assertEqual(self.server.stop(), 0)

    def test_readiness_goes_first(self):
        kept = self.server.http()
        self.assertIsNone(self.server.post(connection=kept)[2]["Connection"])
        self.server.process.send_signal(signal.SIGTERM)
        self.server.log.wait("draining")
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.server.get("/readyz")
        self.assertEqual(caught.exception.code, 503)
        caught.exception.close()
        self.assertEqual(self.server.get("/healthz"), "ok\n")
        self.assertEqual(self.server.metric("ready"), 0)
        status, _, headers = self.server.post(connection=kept)
        self.assertEqual((status, headers["Connection"]), (200, "close"))
        self.assertEqual(self.server.post()[0], 200)
        self.assertEqual(self.server.stop(), 0)

    def test_idle_connections_do_not_hold_it_up(self):
        kept = self.server.http()
        self.assertEqual(self.server.post(connection=kept)[0], 200)
        silent = self.server.tcp()
        self.assertEqual(self.server.stop(), 0)
        kept.close()
        silent.close()

    def test_interrupt_is_the_same(self):
        self.assertEqual(self.server.stop(signal.SIGINT), 0)
        self.server.log.wait("stopped")

    def test_a_second_signal_ends_the_wait(self):
        server = Server(self.folder, "--drain-delay", "10m")
        server.process.send_signal(signal.SIGTERM)
        server.log.wait("draining")
        self.assertEqual(server.stop(), 0)
        self.assertEqual(self.server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
