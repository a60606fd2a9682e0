#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`--kuberay-version` of check and admit. Usage: test_kuberay_version.py PROGRAM"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import program  # noqa: E402
import review  # noqa: E402
import yaml  # noqa: E402
from program import MANIFEST, Place, run  # noqa: E402

# KubeRay refuses both together from 1.5 on.
BOTH = MANIFEST.replace("headGroupSpec:\n      rayStartParams: {}",
                        'headGroupSpec:\n      resources: {CPU: "0"}\n      rayStartParams: {num-cpus: "0"}')


class Version(Place):
    def levels(self, *flags):
        done = run("check", "-o", "json", *flags, self.write("a.yaml", BOTH))
        return [finding["level"] for found in json.loads(done.stdout)["objects"]
                for finding in found["findings"] if finding["rule"] == "kuberay-refuses"]

    def test_unknown_warns_and_known_decides(self):
        self.assertEqual(self.levels(), ["warn"])
        for version, want in (("1.7", ["deny"]), ("v1.5.0", ["deny"]), ("1.4.2", []), ("1.1", [])):
            with self.subTest(version=version):
                self.assertEqual(self.levels("--kuberay-version", version), want)

    def test_no_version_is_said(self):
        for command in (["check", "x.yaml"], ["admit", "--stage", "validate"]):
            done = run(*command, "--kuberay-version", "newest")
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn('--kuberay-version: "newest" is no version; write 1.7 or 1.6.2', done.stderr)

    def test_admit_takes_it_too(self):
        line = json.dumps(review.make(yaml.safe_load(BOTH)))
        for version, allowed in (("1.7.0", False), ("1.4", True)):
            done = run("admit", "--stage", "validate", "--kuberay-version", version, text=line)
            self.assertIs(json.loads(done.stdout)["response"]["allowed"], allowed)

    def test_the_environment_sets_it(self):
        done = run("check", self.write("a.yaml", BOTH), RAYSERVICE_WEBHOOK_KUBERAY_VERSION="1.7")
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    program.main()
