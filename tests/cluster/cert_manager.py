# SPDX-License-Identifier: Apache-2.0
"""cert-manager and its cainjector, as far as manifests/overlays/cert-manager needs them: each step by hand."""

import base64
import json
import pathlib
import subprocess
import tempfile

from controller import KINDS, NAME, secret

DEFINITIONS = pathlib.Path(__file__).resolve().parent / "cert-manager-crd.yaml"
ANNOTATION = "cert-manager.io/inject-ca-from"
CURVES = {("ECDSA", 256): "P-256", ("ECDSA", 384): "P-384"}
KEY_USAGES = {"digital signature": "digitalSignature", "key encipherment": "keyEncipherment", "cert sign": "keyCertSign"}
EXTENDED_USAGES = {"server auth": "serverAuth", "client auth": "clientAuth"}


def in_base64(data):
    return {name: base64.b64encode(content).decode() for name, content in data.items()}


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)


def extensions(spec):
    """As cert-manager writes them; a name that is no subject is critical."""
    asked = spec.get("usages", ["digital signature", "key encipherment"]) + ["cert sign"] * spec.get("isCA", False)
    known = KEY_USAGES | EXTENDED_USAGES
    lines = [f"basicConstraints=critical,CA:{str(spec.get('isCA', False)).upper()}", "subjectKeyIdentifier=hash",
             "authorityKeyIdentifier=keyid"]
    for key, table in (("keyUsage=critical,", KEY_USAGES), ("extendedKeyUsage=", EXTENDED_USAGES)):
        usages = [known[usage] for usage in asked if usage in table]
        lines += [key + ",".join(usages)] if usages else []
    if spec.get("dnsNames"):
        critical = "" if spec.get("commonName") else "critical,"
        lines.append(f"subjectAltName={critical}" + ",".join(f"DNS:{name}" for name in spec["dnsNames"]))
    return "\n".join(lines) + "\n"


class CertManager:
    def __init__(self, api):
        self.api = api
        api.must("apply", "--server-side", "-f", DEFINITIONS)
        for kind in ("issuer", "certificate"):
            api.must("wait", "--for=condition=Established", f"crd/{kind}s.cert-manager.io", "--timeout=60s")

    def get(self, kind, name):
        return self.api.must("-n", NAME, "get", kind, name, "-o", "json").json()

    def secret(self, name):
        return secret(self.api, name) or {}

    def issue(self, name):
        """Does what the Certificate of that name asks for, for the first time or once more."""
        spec = self.get("certificate", name)["spec"]
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            self.key(spec, folder / "tls.key")
            subject = f"/CN={spec['commonName']}" if "commonName" in spec else "/"
            openssl("req", "-new", "-key", folder / "tls.key", "-subj", subject, "-out", folder / "csr")
            (folder / "extensions").write_text(extensions(spec))
            ca = self.sign(spec, folder)
            data = {"tls.crt": (folder / "tls.crt").read_bytes(), "tls.key": (folder / "tls.key").read_bytes(), "ca.crt": ca}
        self.api.must("apply", "--server-side", "--field-manager=cert-manager", "-f", "-", stdin={
            "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "data": in_base64(data),
            "metadata": {"name": spec["secretName"], "namespace": NAME}})

    def key(self, spec, path):
        wanted, kept = spec["privateKey"], self.secret(spec["secretName"]).get("tls.key")
        if kept and wanted["rotationPolicy"] == "Never":
            path.write_bytes(kept)
        else:
            curve = CURVES[wanted["algorithm"], wanted["size"]]
            openssl("genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-out", path)

    def sign(self, spec, folder):
        """Writes tls.crt; the certificate of its CA."""
        issuer = self.get(spec["issuerRef"]["kind"], spec["issuerRef"]["name"])["spec"]
        if "ca" in issuer:
            ca = self.secret(issuer["ca"]["secretName"])
            for part in ("tls.crt", "tls.key"):
                (folder / f"ca-{part}").write_bytes(ca[part])
            by = ("-CA", folder / "ca-tls.crt", "-CAkey", folder / "ca-tls.key", "-CAcreateserial")
        else:
            by = ("-signkey", folder / "tls.key")
        openssl("x509", "-req", "-in", folder / "csr", *by, "-sha256", "-days", hours(spec["duration"]) // 24,
                "-extfile", folder / "extensions", "-out", folder / "tls.crt")
        return ca["tls.crt"] if "ca" in issuer else (folder / "tls.crt").read_bytes()

    def inject(self):
        """The cainjector: what the annotation names, into each caBundle."""
        for kind in KINDS:
            stored = self.api.get(kind, NAME)
            namespace, name = stored["metadata"]["annotations"][ANNOTATION].split("/")
            if namespace != NAME:
                raise AssertionError(f"{kind}: {ANNOTATION} is of namespace {namespace}")
            bundle = in_base64(self.secret(self.get("certificate", name)["spec"]["secretName"]))["ca.crt"]
            patch = [{"op": "add", "path": f"/webhooks/{i}/clientConfig/caBundle", "value": bundle}
                     for i in range(len(stored["webhooks"]))]
            self.api.must("patch", kind, NAME, "--type=json", "-p", json.dumps(patch))


def hours(duration):
    """Of `2160h`; cert-manager reads other units too, which the overlay has no use for."""
    return int(duration.removesuffix("h"))
