# SPDX-License-Identifier: Apache-2.0
"""What is answered to whom: paths, methods, types, limits, and requests that lie about themselves."""

import json
import unittest

from harness import JSON, SAMPLE, SAMPLE_UID, ServerTest, head

MIB = 1024 * 1024
HOST_FIELD = "Host: localhost"
TYPE_FIELD = "Content-Type: application/json"


def pieces(data, size=64 * 1024):
    for start in range(0, len(data), size):
        yield data[start:start + size]


class Good(ServerTest):
    def test_both_paths(self):
        for path in ("/mutate", "/validate", "/mutate?timeout=3s", "/validate?timeout=30s"):
            status, body, headers = self.server.post(path)
            answer = json.loads(body)
            self.assertEqual((status, headers["Content-Type"]), (200, "application/json"), path)
            self.assertEqual((answer["kind"], answer["apiVersion"], answer["response"]["uid"]),
                             ("AdmissionReview", "admission.k8s.io/v1", SAMPLE_UID))

    def test_connection_is_kept(self):
        before = self.server.metric('connections_opened_total{port="webhook"}')
        connection = self.server.http()
        for _ in range(20):
            self.assertEqual(self.server.post(connection=connection)[0], 200)
        connection.close()
        self.assertEqual(self.server.metric('connections_opened_total{port="webhook"}') - before, 1)

    def test_connection_is_kept_after_a_bad_body(self):
        connection = self.server.http()
        for body, status in ((b"{", 400), (SAMPLE, 200), (b"", 400), (SAMPLE, 200)):
            self.assertEqual(self.server.post(body=body, connection=connection)[0], status)
        connection.close()

    def test_chunked(self):
        status, body, _ = self.server.post(body=pieces(SAMPLE, 100))
        self.assertEqual((status, json.loads(body)["response"]["uid"]), (200, SAMPLE_UID))

    def test_body_in_small_records(self):
        with self.server.tls() as sock:
            sock.sendall(head("/validate", HOST_FIELD, TYPE_FIELD, f"Content-Length: {len(SAMPLE)}"))
            for piece in pieces(SAMPLE, 37):
                sock.sendall(piece)
            self.assertTrue(sock.recv(4096).startswith(b"HTTP/1.1 200 "))

    def test_expect_100_continue(self):
        with self.server.tls() as sock:
            sock.sendall(head("/validate", HOST_FIELD, TYPE_FIELD, f"Content-Length: {len(SAMPLE)}",
                              "Expect: 100-continue"))
            self.assertTrue(sock.recv(4096).startswith(b"HTTP/1.1 100 "))
            sock.sendall(SAMPLE)
            self.assertTrue(sock.recv(4096).startswith(b"HTTP/1.1 200 "))

    def test_content_type_may_have_parameters(self):
        for value in ("application/json; charset=utf-8", "Application/JSON", "application/json ;x=y"):
            self.assertEqual(self.server.post(headers={"Content-Type": value})[0], 200, value)

    def test_two_requests_in_one_piece(self):
        request = head("/validate", HOST_FIELD, TYPE_FIELD, f"Content-Length: {len(SAMPLE)}") + SAMPLE
        last = request.replace(b"Host:", b"Connection: close\r\nHost:")
        _, data = self.server.raw(request + last)
        self.assertEqual(data.count(b"HTTP/1.1 200 OK"), 2)

    def test_large_body(self):
        padding = json.loads(SAMPLE)
        padding["request"]["object"]["metadata"]["annotations"] = {"x": "y" * (3 * MIB)}
        for body in (json.dumps(padding).encode(), pieces(json.dumps(padding).encode())):
            self.assertEqual(self.server.post(body=body)[0], 200)


class Refused(ServerTest):
    def refusal(self, status, *args, **more):
        """One plain sentence."""
        got, body, headers = self.server.post(*args, **more)
        self.assertEqual(got, status)
        self.assertEqual(headers["Content-Type"], "text/plain; charset=utf-8")
        self.assertRegex(body.decode(), r"\A[^\n<>]{10,300}\n\Z")
        return headers

    def test_other_paths(self):
        for path in ("/", "/healthz", "/readyz", "/metrics", "/Validate", "/validate/", "//validate", "/mutate/x"):
            self.refusal(404, path)

    def test_other_methods(self):
        for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"):
            connection = self.server.http()
            connection.request(method, "/validate", headers=JSON)
            answer = connection.getresponse()
            self.assertEqual((answer.status, answer.headers["Allow"]), (405, "POST"), method)
            connection.close()

    def test_other_content_types(self):
        for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "application/jsonx"},
                        {"Content-Type": ""}, {}, {"Content-Type": "application/yaml"},
                        {**JSON, "Content-Encoding": "gzip"}):
            self.refusal(415, headers=headers)

    def test_bad_bodies(self):
        for body in (b"", b"{", b"\x00" * 100, b"\xff\xfe{}", b"[]", b"{}", b'{"request":{}}', b"null",
                     SAMPLE + b"x", SAMPLE.rstrip()[:-1], bytes(range(256)) * 100):
            self.refusal(400, body=body)

    def test_deep_nesting_and_many_values(self):
        for body in (b"[" * 1_000_000, b'{"a":' * 100_000, b"[" * 3_000_000 + b"]" * 3_000_000,
                     b"[" + b"1," * 3_000_000 + b"1]"):
            self.assertIn(self.server.post(body=body)[0], (400, 413))
        self.assert_serves()

    def test_announced_too_large_is_refused_at_once(self):
        status, data = self.server.raw(head("/validate", HOST_FIELD, TYPE_FIELD, f"Content-Length: {8 * MIB}"))
        self.assertEqual(status, 413)
        self.assertIn(b"Connection: close", data)

    def test_announced_beyond_all_numbers(self):
        for length in ("9" * 19, "9" * 30):
            status, _ = self.server.raw(head("/validate", HOST_FIELD, TYPE_FIELD, f"Content-Length: {length}"))
            self.assertIn(status, (400, 413), length)  # libmicrohttpd 1.0 says 400

    def test_seven_mebibytes_are_the_limit(self):
        self.assertEqual(self.server.post(body=b" " * (7 * MIB))[0], 400)
        self.refusal(413, body=pieces(b" " * (7 * MIB + 1)))

    def test_eight_mebibytes_chunked(self):
        self.refusal(413, body=pieces(b" " * (8 * MIB)))

    def test_endless_chunks_are_cut_off(self):
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        with self.server.tls() as sock:
            sock.sendall(head("/validate", HOST_FIELD, TYPE_FIELD, "Transfer-Encoding: chunked"))
            with self.assertRaises(OSError):
                for _ in range(1600):  # 100 MiB
                    sock.sendall(chunk)

    def test_large_header(self):
        for request in (head("/validate", HOST_FIELD, "X: " + "y" * 65536),
                        head("/" + "v" * 65536, HOST_FIELD),
                        head("/validate", HOST_FIELD, *[f"X-{i}: y" for i in range(10000)])):
            status, _ = self.server.raw(request)
            self.assertIn(status, (0, 400, 413, 414, 431))
        self.assert_serves()


class Ambiguous(ServerTest):
    """Requests that two readers may understand in two ways: 400, and never a 200."""

    def assert_refused(self, fields, body=SAMPLE):
        status, data = self.server.raw(head("/validate", *fields) + body)
        self.assertEqual(status, 400, fields)
        self.assertNotIn(b"AdmissionReview", data)

    def test_no_host(self):
        self.assert_refused([TYPE_FIELD, f"Content-Length: {len(SAMPLE)}"])

    def test_two_hosts(self):
        self.assert_refused([HOST_FIELD, "Host: other", TYPE_FIELD, f"Content-Length: {len(SAMPLE)}"])

    def test_two_lengths(self):
        for second in (len(SAMPLE), 1, 0):
            self.assert_refused([HOST_FIELD, TYPE_FIELD, f"Content-Length: {len(SAMPLE)}",
                                 f"Content-Length: {second}"])

    def test_length_and_coding(self):
        self.assert_refused([HOST_FIELD, TYPE_FIELD, f"Content-Length: {len(SAMPLE)}",
                             "Transfer-Encoding: chunked"])

    def test_bad_lengths(self):
        for value in ("-1", "+5", "0x10", "1 2", "1,1", "", "abc"):
            self.assert_refused([HOST_FIELD, TYPE_FIELD, f"Content-Length: {value}"])

    def test_other_codings(self):
        for value in ("gzip", "identity", "chunked, gzip", "gzip, chunked", "chunked, chunked", "xchunked"):
            status, _ = self.server.raw(head("/validate", HOST_FIELD, TYPE_FIELD, f"Transfer-Encoding: {value}"))
            self.assertIn(status, (400, 501), value)

    def test_two_codings(self):
        status, _ = self.server.raw(head("/validate", HOST_FIELD, TYPE_FIELD, "Transfer-Encoding: chunked",
                                         "Transfer-Encoding: gzip"))
        self.assertIn(status, (400, 501))

    def test_blank_before_the_colon(self):
        self.assert_refused([HOST_FIELD, TYPE_FIELD, f"Content-Length : {len(SAMPLE)}"])

    def test_two_content_types(self):
        self.assert_refused([HOST_FIELD, TYPE_FIELD, "Content-Type: text/plain",
                             f"Content-Length: {len(SAMPLE)}"])

    def test_garbage(self):
        for request in (b"\x00" * 1000 + b"\r\n\r\n", b"GET\r\n\r\n", b"\r\n" * 1000, b"HELO example\r\n\r\n",
                        bytes(range(256)) * 50, b"POST /validate HTTP/9.9\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
            with self.server.tls() as sock:
                sock.sendall(request)
                sock.shutdown(1)
                data = sock.recv(65536) if request else b""
            self.assertNotIn(b" 200 ", data[:20])
        self.assert_serves()


if __name__ == "__main__":
    unittest.main()
