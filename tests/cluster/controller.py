# SPDX-License-Identifier: Apache-2.0
"""`certs controller` as its ServiceAccount, and a server whose files come from its Secret."""

import base64
import json
import os
import shutil
import time

import yaml

import cluster
from webhook import HOST, MANIFESTS, Webhook, called_directly

NAME = "rayservice-webhook"
ACCOUNT = f"{NAME}-certs"
KINDS = ("mutatingwebhookconfiguration", "validatingwebhookconfiguration")
SECRETS = (f"{NAME}-tls", f"{NAME}-ca")


def secret(api, name):
    """Its data, decoded; None where it is not there."""
    status, found = api.ask("GET", f"/api/v1/namespaces/{NAME}/secrets/{name}")
    return None if status != 200 else {
        key: base64.b64decode(value) for key, value in found.get("data", {}).items()}


class Controller:
    """`rayservice-webhook certs controller` with a token of its ServiceAccount; a context manager."""

    token_seconds = 2 * 60 * 60
    moved = None  # as cluster.Process has it

    def __init__(self, program, api, name, *flags):
        self._log = api.folder / f"{name}.log"
        self._api, self._token = api, api.folder / f"{name}.token"
        self.renew_token()
        self._command = [program, "certs", "controller", "--api-server", api.url, "--token-file", self._token,
                         "--ca-file", api.folder / "apiserver" / "apiserver.crt", "--name", HOST,
                         "--timeout", "5s", "--interval", "500ms", *flags]
        self._process = None

    def renew_token(self):
        """As a kubelet does it."""
        path = f"/api/v1/namespaces/{NAME}/serviceaccounts/{ACCOUNT}/token"
        status, token = self._api.ask("POST", path, {"spec": {"expirationSeconds": self.token_seconds}})
        if status != 201:
            raise RuntimeError(f"no token: {status} {token}")
        fresh = self._token.with_suffix(".new")
        fresh.write_text(token["status"]["token"])
        fresh.replace(self._token)

    def __enter__(self):
        self._process = cluster.Process(self._command, self._log, self.moved)
        return self

    def __exit__(self, *_):
        self.code = self._process.stop()

    def events(self, event=None):
        """The log; every line must be JSON."""
        lines = [json.loads(line) for line in self._log.read_text().splitlines()]
        return [line for line in lines if event in (None, line["event"])]


class SecretWebhook(Webhook):
    """Our server, with its Secret mounted as a kubelet does it: files behind a link that is swapped."""

    _mounts = 0

    def mount(self, secret):
        """secret: file name → bytes. Whether anything changed; else nothing is done."""
        data = self.folder / "..data"
        if data.exists() and all((data / name).is_file() and (data / name).read_bytes() == content
                                 for name, content in secret.items()):
            return False
        self._mounts += 1
        fresh = self.folder / f"..{self._mounts}"
        fresh.mkdir(parents=True)
        for name, content in secret.items():
            (fresh / name).write_bytes(content)
            if not (self.folder / name).is_symlink():
                (self.folder / name).symlink_to(f"..data/{name}")
        old = data.resolve() if data.exists() else None
        (self.folder / "..data_tmp").symlink_to(fresh.name)
        os.replace(self.folder / "..data_tmp", data)
        if old:
            shutil.rmtree(old)
        return True


class Installation:
    """An overlay in an API server, with each Service as a URL of our server."""

    def __init__(self, api, program, overlay=MANIFESTS / "overlays" / "self-signed"):
        self.api = api
        self.webhook = SecretWebhook(program, api.folder / "mounted")
        self.calls = self.failed = 0
        documents = list(yaml.safe_load_all(api.must("kustomize", overlay).out))
        for document in documents:
            for hook in document.get("webhooks", []):
                self.lead_here(hook["clientConfig"])
        self.install(documents)

    def lead_here(self, client):
        """Our server in place of the Service."""
        client["url"] = self.webhook.url(client.pop("service")["path"].lstrip("/"))

    def install(self, documents):
        """The namespace first, as kubectl would."""
        api = self.api
        for items in (documents[:1], documents[1:]):
            result = api.must("apply", "-f", "-", stdin={"apiVersion": "v1", "kind": "List", "items": items})
            if result.warnings:
                raise RuntimeError(f"the manifests are warned of: {result.text}")

    def secret(self, name):
        return secret(self.api, name)

    def bundles(self):
        """The caBundle of each entry, decoded."""
        path = "/apis/admissionregistration.k8s.io/v1"
        return [base64.b64decode(hook["clientConfig"].get("caBundle", ""))
                for kind in KINDS for hook in self.api.ask("GET", f"{path}/{kind}s/{NAME}")[1].get("webhooks", [])]

    def sync(self):
        """What a kubelet does; a Secret that is gone leaves what was mounted."""
        secret = self.secret(SECRETS[0])
        if secret and "tls.crt" in secret:
            self.webhook.mount(secret)

    def call(self):
        """Syncs, and asks the API server for two RayServices that only our server can judge like that."""
        self.sync()
        self.calls += 1
        answered = called_directly(self.api)
        self.failed += not answered
        return answered

    def until(self, done, seconds, what):
        """Calls all the time until done() is true. Each call must be answered."""
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                raise AssertionError(f"no {what} in {seconds} s")
            if not self.call():
                raise AssertionError(f"not answered while waiting for {what}")
