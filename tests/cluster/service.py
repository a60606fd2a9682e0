# SPDX-License-Identifier: Apache-2.0
"""An overlay in an API server that calls the Service by its name, as in a cluster: nobody routes a cluster IP here, so
the Service is an alias of 127.0.0.1, and the port is that of whoever listens there."""

import copy

from controller import KINDS, NAME, Installation
from webhook import HOST


class ServiceInstallation(Installation):
    def lead_here(self, client):
        client["service"]["port"] = self.webhook.port

    def install(self, documents):
        self.documents = copy.deepcopy(documents)
        for document in self.documents:
            if document["kind"] == "Service":
                document["spec"] = {"type": "ExternalName", "externalName": HOST}
        super().install(self.documents)

    def lead_to(self, port):
        """Whoever listens on that port gets the calls that are meant for our Service."""
        for kind in KINDS:
            stored = self.api.get(kind, NAME)
            for hook in stored["webhooks"]:
                hook["clientConfig"]["service"]["port"] = port
            self.api.must("replace", "-f", "-", stdin=stored)
