#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./dev demo: the story of Ray's guide, on a real API server, as a person at a terminal sees it.

demo.py PROGRAM
"""

import os
import sys
import textwrap

if len(sys.argv) != 2:
    raise SystemExit(__doc__)
os.environ["RAYSERVICE_WEBHOOK_BINARY"] = sys.argv[1]

from cluster import Cluster  # noqa: E402
from fixture import EXAMPLES  # noqa: E402
from webhook import Webhook, register  # noqa: E402

NAME = "one-replica-for-two-workers"
HEAD = "{.spec.rayClusterConfig.headGroupSpec.rayStartParams}"
PROBE = ("{.spec.rayClusterConfig.workerGroupSpecs[0].template.spec.containers[0]"
         ".readinessProbe.exec.command[2]}")
GENERATION = "{.metadata.generation}"

STORY = (
    ("Two workers, one replica. It serves, and one worker will never be ready: kubectl says so now,\n"
     "not an unready Pod in half an hour.",
     ("apply", "-f", f"{NAME}.yaml")),
    ("No replica will land on the head:",
     ("get", "rayservice", NAME, "-o", f"jsonpath={HEAD}")),
    ("and a worker is ready only if its Serve proxy answers:",
     ("get", "rayservice", NAME, "-o", f"jsonpath={PROBE}")),
    ("The same file again changes nothing, so KubeRay starts no second RayCluster:",
     ("apply", "-f", f"{NAME}.yaml")),
    ("still the first generation:",
     ("get", "rayservice", NAME, "-o", f"jsonpath={GENERATION}")),
    ("A replica for each worker. Nothing to say.",
     ("apply", "-f", "two-replicas-for-two-workers.yaml")),
    ("One too many: on a cluster without this webhook, a RayService that is never ready.",
     ("apply", "-f", "three-replicas-for-two-workers.yaml")),
    ("A slip in the text of serveConfigV2: else an event of the operator's, minutes later.",
     ("apply", "-f", "broken-serve-config.yaml")),
    ("Deleting is never in question.",
     ("delete", "rayservice", NAME)),
)


def tell(api):
    for words, command in STORY:
        shown = " ".join(f"'{each}'" if "{" in each else each for each in command)
        print(f"\n{textwrap.indent(words, '# ')}\n$ kubectl {shown}", flush=True)
        result = api.kubectl(*(EXAMPLES / each if each.endswith(".yaml") else each
                               for each in command))
        print(result.text.rstrip("\n"))


def main():
    print("Starting etcd, kube-apiserver and the webhook …", flush=True)
    with Cluster() as api:
        api.install_crd()
        with Webhook(sys.argv[1], api.folder) as webhook:
            register(api, webhook)
            tell(api)


if __name__ == "__main__":
    main()
