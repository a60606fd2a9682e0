#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`rayservice-webhook check` from outside. Usage: test_check.py PROGRAM"""

import json
import os
import pathlib
import pty
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import jsonpatch  # noqa: E402
import program  # noqa: E402
from program import DENIED, MANIFEST, Place, run  # noqa: E402


def checked(*arguments, **keywords):
    """The document of -o json."""
    return json.loads(run("check", "-o", "json", *arguments, **keywords).stdout)


def place_of(document, rule):
    return [(finding["line"], finding["column"]) for found in document["objects"]
            for finding in found["findings"] if finding["rule"] == rule]


class ExitCodes(Place):
    def test_nothing_to_deny_is_0(self):
        done = run("check", self.write("a.yaml", MANIFEST))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(done.stdout.endswith("\n1 object, 0 denied, 0 with warnings\n"), done.stdout)

    def test_a_denial_is_1(self):
        done = run("check", self.write("a.yaml", DENIED))
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertTrue(done.stdout.endswith("\n1 object, 1 denied, 0 with warnings\n"), done.stdout)

    def test_a_warning_is_1_with_strict_only(self):
        path = self.write("a.yaml", MANIFEST.replace('rayVersion: "2.52.0"', 'rayVersion: "2.51.0"'))
        self.assertEqual(run("check", path).returncode, 0)
        self.assertEqual(run("check", "--strict", path).returncode, 1)
        self.assertEqual(checked(path)["summary"], {"objects": 1, "denied": 0, "warned": 1})

    def test_a_file_that_can_not_be_read_is_2_and_the_others_are_checked(self):
        good = self.write("a.yaml", MANIFEST)
        bad = self.write("b.yaml", "a: 1\nb: [\n")
        done = run("check", "-o", "json", self.dir / "none.yaml", bad, good, DENIED and good)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(json.loads(done.stdout)["summary"]["objects"], 2)
        first, second = done.stderr.splitlines()
        self.assertEqual(first, f"{self.dir}/none.yaml: No such file or directory")
        self.assertRegex(second, rf"^{re.escape(str(bad))}:3:1: \S")

    def test_trouble_counts_more_than_a_denial(self):
        self.write("a.yaml", DENIED)
        self.write("b.json", '{"kind": "x"} {]')
        self.assertEqual(run("check", self.dir).returncode, 2)

    def test_wrong_flags_are_2_with_a_hint(self):
        for arguments, hint in ((["--strickt", "x"], "did you mean --strict?"),
                                (["-o", "yml", "x"], "one of text|json|yaml"),
                                ([], "name a file, a directory, or - for stdin")):
            done = run("check", *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(hint, done.stderr)

    def test_no_object_is_no_fault(self):
        done = run("check", self.write("a.yaml", "kind: ConfigMap\n"))
        self.assertEqual((done.returncode, done.stdout), (0, "no RayService found\n"))


class Input(Place):
    def test_stdin(self):
        found = checked("-", text=MANIFEST)["objects"]
        self.assertEqual([(each["file"], each["line"]) for each in found], [("<stdin>", 1)])

    def test_documents_comments_and_other_kinds(self):
        text = f"# first\n---\nkind: Service\n--- # next\n{MANIFEST}---\n\n---\n{DENIED}"
        found = checked("-", text=text)["objects"]
        self.assertEqual([each["line"] for each in found], [5, 5 + MANIFEST.count("\n") + 3])
        self.assertEqual([each["allowed"] for each in found], [True, False])

    def test_windows_line_ends_and_a_byte_order_mark(self):
        text = "\ufeff" + DENIED.replace("\n", "\r\n")
        self.assertEqual(place_of(checked("-", text=text), "ray-start-invalid"), [(18, 34)])

    def test_lists_in_yaml(self):
        items = "".join("- " + text.replace("\n", "\n  ").rstrip(" ") for text in (MANIFEST, DENIED))
        document = checked("-", text="apiVersion: v1\nkind: List\nitems:\n" + items)
        self.assertEqual([each["line"] for each in document["objects"]],
                         [4, 4 + MANIFEST.count("\n")])
        self.assertEqual(place_of(document, "ray-start-invalid"),
                         [(3 + MANIFEST.count("\n") + 18, 36)])

    def test_json_and_its_lists(self):
        item = checked_object(DENIED)
        text = json.dumps({"kind": "RayServiceList", "items": [{}, item, item]}, indent=2)
        document = checked("-", text=json.dumps(item) + "\n" + text)
        lines = [1] + [number + 2 for number, line in enumerate(text.splitlines())
                       if '"num-cpus"' in line]
        self.assertEqual([line for line, _ in place_of(document, "ray-start-invalid")], lines)

    def test_directories_are_searched(self):
        for name in ("b.yaml", "a/z.yml", "a/b/c.json", "d.txt", ".hidden/x.yaml", "a/.x.yaml"):
            self.write(name, "{}" if name.endswith("json") else MANIFEST)
        os.symlink(self.dir, self.dir / "loop")
        os.symlink(self.dir / "b.yaml", self.dir / "link.yaml")
        names = [os.path.relpath(each["file"], self.dir) for each in checked(self.dir)["objects"]]
        self.assertEqual(names, ["a/z.yml", "b.yaml", "link.yaml"])

    def test_null_counts_as_absent(self):
        text = MANIFEST.replace("minReplicas: 2", "minReplicas: null")
        workers = [each["placement"]["workers"] for each in checked("-", text=text)["objects"]]
        self.assertEqual(workers, [{"min": 2, "max": 2}])

    def test_hostile_input_ends(self):
        for text in ("[" * 100000, "{" * 100000, "a: " + "[" * 60 + "]" * 60, "---\n" * 50000,
                     '{"a":' * 5000, "a: &a [x]\n" + "b: [" + "*a, " * 20000 + "]", "\0", "\xff"):
            done = run("check", "-", text=text.encode("latin-1"))
            self.assertIn(done.returncode, (0, 2), text[:20])
            self.assertNotIn("runtime error", done.stderr)


def checked_object(manifest):
    """The manifest as plain values; its YAML is simple enough for this."""
    import yaml  # not in the standard library, but the cases want it too
    return yaml.safe_load(manifest)


class Places(Place):
    def test_a_field_of_the_manifest(self):
        self.assertEqual(place_of(checked("-", text=DENIED), "ray-start-invalid"), [(18, 34)])

    def test_the_text_is_counted_in_the_files_lines(self):
        text = MANIFEST.replace("import_path: app:deployment", "import_path: a: b")
        self.assertEqual(place_of(checked("-", text=text), "serve-config-yaml"), [(9, 21)])

    def test_the_text_in_a_quoted_scalar(self):
        text = MANIFEST.replace(MANIFEST[MANIFEST.index("|"):MANIFEST.index("  rayClusterConfig")],
                                '"applications:\\n- a: b: c"\n')
        self.assertEqual(place_of(checked("-", text=text), "serve-config-yaml"), [(6, 40)])


class Json(Place):
    def test_the_shape(self):
        document = checked("-", text=DENIED.replace("  name: svc", "  name: svc\n  namespace: ns"))
        self.assertEqual(list(document), ["objects", "summary"])
        self.assertEqual(document["summary"], {"objects": 1, "denied": 1, "warned": 0})
        found = document["objects"][0]
        self.assertEqual(list(found), ["file", "line", "namespace", "name", "rayVersion", "allowed",
                                       "findings", "patch", "placement"])
        self.assertEqual((found["namespace"], found["name"], found["rayVersion"]),
                         ("ns", "svc", "2.52.0"))
        finding = found["findings"][0]
        self.assertEqual(list(finding), ["rule", "level", "field", "line", "column", "message", "fix"])
        self.assertEqual((finding["rule"], finding["level"], finding["field"]),
                         ("ray-start-invalid", "deny",
                          "spec.rayClusterConfig.headGroupSpec.rayStartParams.num-cpus"))

    def test_two_faults_of_one_rule_in_one_place_are_two(self):
        text = MANIFEST.replace('{name: head, image: "rayproject/ray:2.52.0"}',
                                '{name: head, image: "rayproject/ray:2.52.0", '
                                "ports: [{name: client, containerPort: 10001}]}")
        findings = checked("-", text=text)["objects"][0]["findings"]
        self.assertEqual([finding["rule"] for finding in findings], ["kuberay-ports"] * 2)

    def test_the_placement(self):
        placement = checked("-", text=MANIFEST)["objects"][0]["placement"]
        self.assertIn(placement.pop("verdict"), ("fits", "unknown"))
        self.assertEqual(placement, {
            "workers": {"min": 2, "max": 2}, "withoutReplica": {"atLeast": 0, "atMost": 0},
            "deployments": [{"app": "app", "name": "Model", "replicas": {"start": 2, "max": 2},
                             "roomFor": 2}]})

    def test_a_proof_that_it_never_fits(self):
        text = MANIFEST.replace("num_replicas: 2", "num_replicas: 3")
        placement = checked("-", text=text)["objects"][0]["placement"]
        self.assertEqual((placement["verdict"], placement["deployments"][0]["roomFor"]), ("never", 2))

    def test_what_nobody_can_know_is_null(self):
        text = MANIFEST.replace("        num_replicas: 2\n", "")
        deployment = checked("-", text=text)["objects"][0]["placement"]["deployments"][0]
        self.assertEqual(deployment["replicas"], {"start": None, "max": None})

    def test_an_object_that_is_going_is_not_judged(self):
        text = DENIED.replace("  name: svc", "  name: svc\n  deletionTimestamp: '2026-01-01T00:00:00Z'")
        found = checked("-", text=text)["objects"][0]
        self.assertEqual((found["allowed"], found["findings"], found["placement"]), (True, [], None))

    def test_the_patched_object_is_patched_no_more(self):
        found = checked("-", text=MANIFEST)["objects"][0]
        self.assertEqual([each["path"] for each in found["patch"]],
                         ["/spec/rayClusterConfig/headGroupSpec/rayStartParams/num-cpus",
                          "/spec/rayClusterConfig/workerGroupSpecs/0/template/spec/containers/0/"
                          "readinessProbe", "/metadata/annotations"])
        after = jsonpatch.apply(checked_object(MANIFEST), found["patch"])
        again = checked("-", text=json.dumps(after))["objects"][0]
        self.assertEqual((again["patch"], again["findings"]), ([], found["findings"]))

    def test_no_object_is_an_empty_list(self):
        self.assertEqual(checked("-", text=""),
                         {"objects": [], "summary": {"objects": 0, "denied": 0, "warned": 0}})


class Text(Place):
    def lines(self, text, **variables):
        return run("check", "-", text=text, **variables).stdout.splitlines()

    def test_what_a_good_object_looks_like(self):
        self.assertEqual(self.lines(MANIFEST), [
            "<stdin>:1  default/svc  Ray 2.52.0",
            "",
            "  head   num-cpus 0              takes no replica",
            "  small  2 workers × 2 CPU  ■ ■  2 of 2 ready",
            "",
            "  inject         head num-cpus; proxy probe in small",
            "",
            "1 object, 0 denied, 0 with warnings",
        ])

    def never(self, text, **variables):
        return [line for line in self.lines(text, **variables) if line.startswith("  never")]

    def test_replicas_that_never_start_have_a_row(self):
        self.assertEqual(self.never(MANIFEST), [])
        wants = MANIFEST.replace("num_replicas: 2", "num_replicas: 4")
        self.assertEqual(self.never(wants), ["  never  2 replicas         ✗ ✗  have no place"])
        self.assertEqual(self.never(wants, LC_ALL="C"),
                         ["  never  2 replicas         ! !  have no place"])
        self.assertEqual(self.never(wants.replace("s: 4", "s: 502")),
                         ["  never  500 replicas       ✗×500  have no place"])
        self.assertEqual(self.never(wants.replace("num_cpus: 1", "num_cpus: 3")),
                         ["  never  4 replicas         ✗ ✗ ✗ ✗  have no place"])

    def test_where_deployments_compete_the_number_is_a_lower_bound(self):
        deployment = MANIFEST[MANIFEST.index("      - name: Model"):MANIFEST.index("  rayCluster")]
        text = MANIFEST.replace(deployment, deployment.replace("s: 2", "s: 4") +
                                deployment.replace("Model", "Other"))
        self.assertEqual(self.never(text), ["  never  at least 2 replicas  ✗ ✗  have no place"])

    def test_a_finding_says_where_what_and_what_to_write(self):
        lines = self.lines(DENIED)
        at = next(i for i, line in enumerate(lines) if "ray-start-invalid" in line)
        self.assertEqual(lines[at], "  deny  18:34    ray-start-invalid  "
                                    "…headGroupSpec.rayStartParams.num-cpus")
        self.assertRegex(lines[at + 1], r"^ {17}\"nine\" is no whole number")
        self.assertTrue(any(line.startswith(" " * 17 + "→ ") for line in lines[at:]), lines)

    def test_500_workers_fit_80_columns(self):
        lines = self.lines(MANIFEST.replace("plicas: 2", "plicas: 500"))
        row = next(line for line in lines if line.startswith("  small"))
        self.assertIn("500 workers × 2 CPU", row)
        self.assertLessEqual(max(map(len, lines)), 80)

    def test_many_groups_and_long_names_fit_80_columns(self):
        group = MANIFEST[MANIFEST.index("    - groupName"):]
        groups = "".join(group.replace("small", f"a-group-with-a-rather-long-name-{i:031}")
                         for i in range(300))
        lines = self.lines(MANIFEST.replace(group, groups))
        rows = [line for line in lines if "workers × 2 CPU" in line]
        self.assertEqual(len(rows), 20)
        self.assertIn("  and 280 more groups", lines)
        self.assertIn("  and 1 more group", self.lines(MANIFEST.replace(group, groups[:21 * (len(groups) // 300)])))
        self.assertLessEqual(max(map(len, rows)), 80)

    def test_without_utf8_all_is_ascii(self):
        for text in (MANIFEST, DENIED, MANIFEST.replace("plicas: 2", "plicas: 500")):
            self.assertTrue("".join(self.lines(text, LC_ALL="C")).isascii())

    def test_control_characters_of_others_reach_no_terminal(self):
        text = DENIED.replace("name: svc", 'name: "a\\e[31mb\\x9bc"').replace("nine", '"\\e]0;x\\a"')
        output = "\n".join(self.lines(text))
        self.assertNotRegex(output, "[\x00-\x09\x0b-\x1f\x7f-\x9f]")
        self.assertIn("default/a?[31mb?c", output)

    def test_colour_is_for_terminals(self):
        path = self.write("a.yaml", DENIED)
        self.assertNotIn("\033", run("check", path).stdout)
        self.assertIn("\033[1;31mdeny\033[0m", self.on_terminal(path, TERM="xterm"))
        self.assertNotIn("\033", self.on_terminal(path, TERM="xterm", NO_COLOR="1"))
        self.assertIn("\033", self.on_terminal(path, TERM="xterm", NO_COLOR=""))
        self.assertNotIn("\033", self.on_terminal(path, TERM="dumb"))

    def test_a_terminal_strikes_out_the_head_and_shows_in_red_what_never_starts(self):
        path = self.write("a.yaml", MANIFEST.replace("num_replicas: 2", "num_replicas: 3"))
        shown = self.on_terminal(path, TERM="xterm")
        self.assertIn("  \033[2;9mhead\033[0m ", shown)
        self.assertIn("\033[1;31m✗\033[0m", shown)
        path = self.write("b.yaml", MANIFEST.replace("      rayStartParams: {}\n      template: {spec",
                                                     "      rayStartParams: {num-cpus: '2'}\n"
                                                     "      template: {spec"))
        self.assertNotIn("\033[2;9m", self.on_terminal(path, TERM="xterm"))

    def on_terminal(self, path, **variables):
        """Small enough for the terminal's buffer, so it may be read after the end."""
        outer, inner = pty.openpty()
        os.set_blocking(outer, False)
        try:
            subprocess.run([program.PROGRAM, "check", path], stdout=inner, timeout=60,
                           env=program.environment(**variables))
            return os.read(outer, 1 << 16).decode()
        finally:
            os.close(inner)
            os.close(outer)


class Output(Place):
    def test_a_reader_that_went_away_is_no_error(self):
        outlet, inlet = os.pipe()
        os.close(outlet)
        done = subprocess.run([program.PROGRAM, "check", "-"], input=MANIFEST.encode(), stdout=inlet,
                              stderr=subprocess.PIPE, timeout=60)
        os.close(inlet)
        self.assertEqual(done.stderr, b"")

    def test_a_full_disk_is_said(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([program.PROGRAM, "check", "-"], input=MANIFEST.encode(),
                                  stdout=full, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"cannot write: No space left on device", done.stderr)

    def test_the_environment_sets_flags(self):
        done = run("check", "-", text=MANIFEST, RAYSERVICE_WEBHOOK_OUTPUT="json")
        self.assertEqual(json.loads(done.stdout)["summary"]["objects"], 1)


if __name__ == "__main__":
    program.main()
