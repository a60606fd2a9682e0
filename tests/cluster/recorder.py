# SPDX-License-Identifier: Apache-2.0
"""A webhook that allows everything and remembers what it was asked: which calls does a registration cause?"""

import http.server
import json
import pathlib
import ssl
import subprocess
import threading

HOST = "127.0.0.1"


class Recorder:
    """HTTPS on a free loopback port, with a certificate from `certs init`; a context manager."""

    def __init__(self, program, folder):
        self.folder = pathlib.Path(folder)
        subprocess.run([program, "certs", "init", "--dir", self.folder, "--name", HOST], check=True,
                       stdout=subprocess.DEVNULL, timeout=60)
        self._calls, self._server, self._port = [], None, 0

    @property
    def authority(self):
        return self.folder / "ca.crt"

    def url(self, path):
        return f"https://{HOST}:{self._port}{path}"

    def calls(self):
        """What was asked since the last time: ("/mutate", "CREATE"), …"""
        calls, self._calls = self._calls, []
        return calls

    def start(self):
        """On the same port each time."""
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):  # noqa: N802 (http.server's name)
                review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                request = review["request"]
                recorder._calls.append((self.path.partition("?")[0], request["operation"]))
                review = {"apiVersion": review["apiVersion"], "kind": review["kind"],
                          "response": {"uid": request["uid"], "allowed": True}}
                body = json.dumps(review).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "tls.crt", self.folder / "tls.key")
        self._server = http.server.ThreadingHTTPServer((HOST, self._port), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
