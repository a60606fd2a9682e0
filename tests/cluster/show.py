#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./dev run: serves, and shows what /mutate and /validate answer to a real RayService.

show.py PROGRAM [FILE]   FILE: a RayService; without it, the one of Ray's guide
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import textwrap

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import yaml  # noqa: E402

import jsonpatch  # noqa: E402
import review  # noqa: E402
from webhook import Webhook  # noqa: E402

GUIDE = HERE.parent.parent / "manifests" / "examples" / "one-replica-for-two-workers.yaml"


def heading(text):
    print(f"\n== {text}", flush=True)


def load(path):
    """The first RayService of a file."""
    for document in yaml.safe_load_all(pathlib.Path(path).read_text(encoding="utf-8")):
        if document and document.get("kind") == "RayService":
            return document
    raise SystemExit(f"{path}: there is no RayService in it")


def ask(webhook, stage, body):
    """POSTs with curl, which verifies the server's certificate; the answer's `response`."""
    question = webhook.folder / f"{stage}.json"
    question.write_bytes(review.line(body))
    command = ["curl", "--silent", "--show-error", "--fail-with-body",
               "--cacert", str(webhook.authority), "--header", "Content-Type: application/json",
               "--data-binary", f"@{question}", webhook.url(stage)]
    heading(f"POST /{stage}")
    print("$ " + " ".join(f"'{each}'" if " " in each else each for each in command))
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode:
        raise SystemExit(f"curl: {done.stderr}{done.stdout}")
    return review.loads(done.stdout.encode())["response"]


def show_patch(response):
    patch = review.patch_of(response)
    for operation in patch:
        print(f"  {operation['op']} {operation['path']}")
        value = json.dumps(operation["value"], indent=2)
        print(textwrap.indent(value, "      "))
    return patch


def show_answer(response):
    """What the API server would do with it, and kubectl print."""
    print("allowed" if response["allowed"] else "denied")
    for warning in response.get("warnings", []):
        print(f"  Warning: {warning}")
    for cause in response.get("status", {}).get("details", {}).get("causes", []):
        print(f"  * {cause['field']}: {cause['message']}")
    return show_patch(response)


def show(webhook, path):
    object_ = load(path)
    heading(f"{path}: {object_['metadata']['name']}, as the API server would send it")
    patch = show_answer(ask(webhook, "mutate", review.make(object_, seed="run")))
    patched = jsonpatch.apply(object_, patch)
    show_answer(ask(webhook, "validate", review.make(patched, seed="run")))


def main():
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    with tempfile.TemporaryDirectory(prefix="rayservice-webhook-") as folder:
        with Webhook(sys.argv[1], folder) as webhook:
            heading(f"Serving on {webhook.url('')}, certificates in {folder}")
            show(webhook, sys.argv[2] if len(sys.argv) == 3 else GUIDE)
            if sys.stdin.isatty():
                print("\nServing until Ctrl-C; the commands above can be typed again.")
                webhook.wait()
    print("\nstopped")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("\nstopped")
