#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`check -o yaml` and `-o diff`: files with what would be injected. Usage: test_check_files.py PROGRAM"""

import difflib
import json
import pathlib
import re
import subprocess
import sys

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import jsonpatch  # noqa: E402
import program  # noqa: E402
import rayservices  # noqa: E402
from program import DENIED, MANIFEST, Place, run  # noqa: E402

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent.parent / "manifests" / "examples"
SAMPLES = pathlib.Path(__file__).resolve().parent.parent.parent.parent / "shared" / "kuberay" / "samples"
MANIFEST_WITH_COMMENTS = """\
# Ours.
apiVersion: ray.io/v1
kind: RayService
metadata:
  name: svc # the name
  annotations:
    team: a

  # behind the annotations
spec:
  serveConfigV2: |
    applications:
    - name: app
      import_path: app:deployment
      deployments: [{name: Model, num_replicas: 2, max_replicas_per_node: 1}]
  rayClusterConfig:
    rayVersion: "2.52.0"
    headGroupSpec:
      rayStartParams:
        dashboard-host: "0.0.0.0" # everywhere
      # of the head
      template:
        spec:
          containers:
          - name: head
            image: "rayproject/ray:2.52.0"
    workerGroupSpecs:
      - groupName: small
        replicas: 2
        minReplicas: 2 # no fewer
        maxReplicas: 2 # no more
        rayStartParams: {}
        template:
          spec:
            containers:
              - name: worker
                image: rayproject/ray:2.52.0
                resources: {limits: {cpu: "2", memory: 2Gi}}
                args:
                - |
                  # no comment
                   deeper
# The end.
"""


def objects_of(text):
    """RayServices in order, as JSON would have them; those of Lists too."""
    found = []

    def look(document):
        if isinstance(document, dict) and document.get("kind") == "RayService":
            found.append(document)
        elif isinstance(document, dict) and str(document.get("kind")).endswith("List"):
            for each in document.get("items") or ():
                look(each)

    for document in yaml.safe_load_all(text):
        look(document)
    return found


def expected(path):
    """What -o json says of the file, made with an independent RFC 6902."""
    patches = [each["patch"] for each in json.loads(run("check", "-o", "json", path).stdout)["objects"]]
    return [jsonpatch.apply(found, patch) for found, patch in zip(objects_of(path.read_bytes()), patches, strict=True)]


class Files(Place):
    def rewritten(self, path):
        """-o yaml of a file that can be changed; it says what -o json says, and twice is once."""
        done = run("check", "-o", "yaml", path)
        self.assertEqual(objects_of(done.stdout), expected(path), done.stdout + done.stderr)
        again = self.write("again.yaml", done.stdout)
        self.assertEqual(run("check", "-o", "diff", again).stdout, "")
        return done.stdout

    def diff(self, path, text):
        """-o diff, which patch must take, and make this text of the file."""
        done = run("check", "-o", "diff", path)
        copy = self.write("copy.yaml", path.read_bytes())
        patched = subprocess.run(["patch", "--binary", "--silent", copy], input=done.stdout.encode(), capture_output=True,
                                 check=False, timeout=60)
        self.assertEqual((patched.returncode, patched.stdout), (0, b""), done.stdout)
        self.assertEqual(copy.read_bytes().decode(), text)
        return done.stdout


class Text(Files):
    def added(self, text):
        """The lines that came, and those that went."""
        path = self.write("a.yaml", text)
        after = self.rewritten(path)
        self.diff(path, after)
        lines = [line for line in difflib.ndiff(text.splitlines(), after.splitlines()) if line[0] in "+-"]
        return ([line[2:] for line in lines if line[0] == "+"], [line[2:] for line in lines if line[0] == "-"], after)

    def test_comments_order_and_layout_stay(self):
        came, went, after = self.added(MANIFEST_WITH_COMMENTS)
        self.assertEqual(went, [])
        self.assertEqual([each.strip() for each in came[:3]],
                         ["rayservice-webhook/injected: '{\"head\":\"num-cpus\",\"groups\":[\"small\"]}'",
                          'num-cpus: "0"', "readinessProbe:"])
        self.assertIn('        dashboard-host: "0.0.0.0" # everywhere\n        num-cpus: "0"\n      # of the head\n', after)
        self.assertIn("                   deeper\n                readinessProbe:\n                  exec:\n", after)
        self.assertTrue(after.endswith("failureThreshold: 1\n# The end.\n"))
        self.assertIn("    team: a\n    rayservice-webhook/injected: ", after)

    def test_braces(self):
        came, went, after = self.added(MANIFEST)
        self.assertEqual(went, ["      rayStartParams: {}"])
        self.assertIn('      rayStartParams: {num-cpus: "0"}', came)
        _, _, after = self.added(MANIFEST.replace("rayStartParams: {}\n      template: {spec", "rayStartParams: { block: 'true' }\n      template: {spec"))
        self.assertIn('rayStartParams: {num-cpus: "0",  block: \'true\' }', after)

    def test_a_value_of_nothing(self):
        for nothing in ("", " null", " ~ # none", " # none"):
            text = MANIFEST.replace("rayStartParams: {}\n      template: {spec", f"rayStartParams:{nothing}\n      template: {{spec")
            _, _, after = self.added(text.replace("  name: svc\n", "  name: svc\n  annotations:\n"))
            self.assertIn('rayStartParams: {num-cpus: "0"}', after)

    def test_a_value_that_is_another(self):
        for old in ("'it''s' # gone", '"a\\"b"', "plain"):
            _, _, after = self.added(MANIFEST.replace("  name: svc\n", f"  name: svc\n  annotations:\n    rayservice-webhook/injected: {old}\n"))
            self.assertIn("    rayservice-webhook/injected: '{\"head\"", after)

    def test_lines_as_windows_ends_them(self):
        text = MANIFEST_WITH_COMMENTS.replace("\n", "\r\n")
        path = self.write("a.yaml", text)
        after = subprocess.run([program.PROGRAM, "check", "-o", "yaml", path], capture_output=True, check=True).stdout.decode()
        self.assertEqual(after.count("\n"), after.count("\r\n"))
        self.assertEqual(objects_of(after), expected(path))

    def test_a_last_line_without_an_end(self):
        path = self.write("a.yaml", MANIFEST.removesuffix("\n"))
        self.assertEqual(self.diff(path, self.rewritten(path)).count("\n\\ No newline at end of file\n"), 2)
        # A break at the end would be one of the last argument.
        path = self.write("b.yaml", MANIFEST_WITH_COMMENTS.replace("# The end.\n", "").removesuffix("\n"))
        self.diff(path, self.rewritten(path))

    def test_values_whose_end_can_not_be_seen(self):
        for last in ("env: [{name: A, value:\n b}]", "x: 'first\n  \n second'", 'x: "a\n  b"'):
            path = self.write("a.yaml", MANIFEST.replace('resources: {limits: {cpu: "2", memory: 2Gi}, requests: {cpu: "2", memory: 2Gi}}',
                                                         'resources: {limits: {cpu: "2"}}\n            ' + last))
            after = self.rewritten(path)
            self.diff(path, after)
            self.assertIn("          - readinessProbe:\n              exec:\n", after)
            self.assertIn("\n            name: worker\n", after)

    def test_documents_lists_and_what_is_none_of_ours(self):
        other = "# note\nkind: ConfigMap\ndata: {a:   b}\n"
        listed = "kind: List\napiVersion: v1\nitems:\n- kind: Service\n" + "".join(
            "- " + MANIFEST.replace("name: svc", f"name: svc{i}").replace("\n", "\n  ").rstrip() + "\n" for i in range(3))
        path = self.write("a.yaml", "---\n".join((other, MANIFEST, listed, other)))
        after = self.rewritten(path)
        self.diff(path, after)
        self.assertEqual(after.count(other), 2)
        self.assertEqual(len(objects_of(after)), 4)

    def test_json(self):
        for indent in (None, 2):
            path = self.write("a.json", json.dumps(yaml.safe_load(MANIFEST), indent=indent) + "\n")
            self.diff(path, self.rewritten(path))

    def test_several_files_are_one_stream(self):
        paths = [self.write(f"{i}.yaml", text) for i, text in enumerate((MANIFEST.removesuffix("\n"), MANIFEST, MANIFEST))]
        stream = run("check", "-o", "yaml", *paths).stdout
        self.assertEqual(len(objects_of(stream)), 3)
        self.assertNotIn("\n\n", stream)

    def test_the_examples_and_the_samples(self):
        paths = sorted(EXAMPLES.glob("*.yaml")) + sorted(SAMPLES.glob("*.yaml"))
        self.assertGreater(len(paths), 10)
        for path in paths:
            if path.name != "broken-serve-config.yaml":
                self.diff(path, self.rewritten(path))


class Words(Files):
    def test_findings_are_on_stderr_with_their_exit_codes(self):
        warned = self.write("warned.yaml", MANIFEST.replace('rayVersion: "2.52.0"', 'rayVersion: "2.51.0"'))
        denied = self.write("denied.yaml", DENIED)
        for output in ("yaml", "diff"):
            done = run("check", "-o", output, warned, denied)
            self.assertEqual(done.returncode, 1)
            first, second, last = done.stderr.splitlines()
            self.assertRegex(first, rf"^{re.escape(str(warned))}:\d+:\d+: warn: ray-version-mismatch: \S")
            self.assertRegex(second, rf"^{re.escape(str(denied))}:18:34: deny: ray-start-invalid: \S")
            self.assertEqual(last, "2 objects, 1 denied, 1 with warnings")
            self.assertEqual(run("check", "--strict", "-o", output, warned).returncode, 1)
            self.assertEqual(run("check", "-o", output, warned).returncode, 0)

    def test_the_diff_names_files_as_git_does(self):
        self.write("dir/a.yaml", MANIFEST)
        for name in ("dir/a.yaml", "./dir/a.yaml"):
            done = subprocess.run([pathlib.Path(program.PROGRAM).resolve(), "check", "-o", "diff", name], capture_output=True, text=True, cwd=self.dir,
                                  check=True)
            self.assertEqual(done.stdout.splitlines()[:2], ["--- a/dir/a.yaml", "+++ b/dir/a.yaml"])
            self.assertRegex(done.stdout.splitlines()[2], r"^@@ -\d+,\d+ \+\d+,\d+ @@$")
            subprocess.run(["git", "apply", "--check", "-"], input=done.stdout, text=True, cwd=self.dir, check=True)

    def test_what_can_not_be_put_in_stays_and_is_said(self):
        shared = MANIFEST.replace("rayStartParams: {}", "rayStartParams: &params {}", 1).replace(
            "rayStartParams: {}", "rayStartParams: *params")
        path = self.write("a.yaml", "---\n".join((MANIFEST, shared, MANIFEST)))
        done = run("check", "-o", "yaml", path)
        line = MANIFEST.count("\n") + 2
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"{path}:{line}:1: what would be injected can not be put into the text as it is written; "
                      "`-o json` has it as a patch\n", done.stderr)
        first, second, third = done.stdout.split("---\n")
        self.assertEqual((first, second), (third, shared))
        self.assertIn('num-cpus: "0"', first)

    def test_what_can_not_be_read_is_written_as_it_is(self):
        text = "kind: RayService\nb: [\n---\n" + MANIFEST
        path = self.write("a.yaml", text)
        done = run("check", "-o", "yaml", path)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r":3:1: \S")
        self.assertTrue(done.stdout.startswith("kind: RayService\nb: [\n---\n"))
        self.assertIn('num-cpus: "0"', done.stdout)


class Made(Files):
    """Generated objects, in layouts that people and tools make."""

    def layout(self, maker, text, commented):
        if commented:
            text = re.sub(r"^( *)(\S.*)$", lambda line: line[0] if maker.random.random() < 0.9 else f"{line[1]}# c\n{line[0]}",
                          text, flags=re.M)
        if maker.one_in(4):
            text = "# first\n---\n" + text + "\n\n# last"
        return text.removesuffix("\n") if maker.one_in(4) else text

    def test_all_of_them(self):
        changed = 0
        for seed in range(100):
            maker = rayservices.Maker(seed)
            made, commented = maker.created(), maker.one_in(3)  # a comment in a folded text would be part of it
            text = yaml.safe_dump(made, default_flow_style=maker.pick(None, False, False, True), indent=maker.pick(2, 4, 3),
                                  width=10000 if commented else maker.pick(30, 80, 10000), sort_keys=maker.pick(True, False), allow_unicode=True)
            path = self.write("made.yaml", self.layout(maker, text, commented))
            with self.subTest(seed=seed):
                after = self.rewritten(path)
                self.diff(path, after)
            changed += after != path.read_text()
        self.assertGreater(changed, 40)


if __name__ == "__main__":
    program.main()
