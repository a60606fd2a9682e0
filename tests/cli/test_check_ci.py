#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The formats of `check` that CI systems read: github, sarif, junit. Usage: test_check_ci.py PROGRAM"""

import json
import pathlib
import re
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree

import jsonschema

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import program  # noqa: E402
from program import DENIED, MANIFEST, Place, run  # noqa: E402

WARNED = MANIFEST.replace('rayVersion: "2.52.0"', 'rayVersion: "2.51.0"')
NOT_YAML = "kind: RayService\nb: [\n"
# Letters of two, three and four bytes before the place, in one line.
WIDE = DENIED.replace("rayStartParams: {num-cpus", 'rayStartParams: {block: "é日😀", num-cpus')
NASTY = MANIFEST.replace("name: Model", 'name: "a%0A::error::b, c:\\n::warning::d\\r<&>\\u0085\\u2028]]>"') \
                .replace("num_replicas: 2", "num_replicas: 9")


def texts(*required, **more):
    return {"type": "object", "required": list(required), "additionalProperties": False,
            "properties": dict.fromkeys(required, {"type": "string", "minLength": 1}) | more}


def items(schema, least=0):
    return {"type": "array", "items": schema, "minItems": least}


LEVEL = {"enum": ["none", "note", "warning", "error"]}
FROM_1, FROM_0 = ({"type": "integer", "minimum": least} for least in (1, 0))
MESSAGE = texts("text")
RULE = texts("id", shortDescription=MESSAGE, fullDescription=MESSAGE, help=MESSAGE,
             defaultConfiguration={"type": "object", "additionalProperties": False, "properties": {"level": LEVEL}})
LOCATION = texts(physicalLocation=texts(artifactLocation=texts("uri"),
                                        region=texts(startLine=FROM_1, startColumn=FROM_1)),
                 logicalLocations=items(texts("fullyQualifiedName")))
RESULT = texts("ruleId", ruleIndex=FROM_0, level=LEVEL, message=MESSAGE, locations=items(LOCATION, 1))
RESULT["required"].append("message")
RUN = texts(tool=texts(driver=texts("name", version={"type": "string"}, rules=items(RULE, 1))),
            results=items(RESULT), columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            invocations=items(texts(executionSuccessful={"type": "boolean"}), 1))
# What SARIF 2.1.0 wants, and of what it may have only what is used: its schema takes nothing else.
SARIF = {"type": "object", "required": ["version", "runs"], "additionalProperties": False,
         "properties": {"$schema": {"type": "string"}, "version": {"const": "2.1.0"}, "runs": items(RUN, 1)}}


class Formats(Place):
    def check(self, output, *files):
        done = run("check", "-o", output, *files)
        plain = run("check", *files)
        self.assertEqual((done.returncode, done.stderr), (plain.returncode, plain.stderr))
        return done.stdout

    def all_kinds(self):
        return [self.write(name, text) for name, text in
                (("good.yaml", MANIFEST), ("warned.yaml", WARNED), ("denied.yaml", DENIED), ("broken.yaml", NOT_YAML))]


class GitHub(Formats):
    def test_an_annotation_for_each_finding(self):
        files = self.all_kinds()
        lines = self.check("github", *files).splitlines()
        self.assertEqual(len(lines), 4)
        self.assertRegex(lines[0], rf"\A::warning title=ray-version-mismatch,file={files[1]},line=\d+,col=\d+::default/svc: \S")
        self.assertRegex(lines[1], rf"\A::error title=ray-start-invalid,file={files[2]},line=18,col=34::default/svc: \S")
        self.assertRegex(lines[2], rf"\A::error title=can not be checked,file={files[3]},line=3,col=1::\S")
        self.assertEqual(lines[3], "3 objects, 1 denied, 1 with warnings")

    def test_what_others_wrote_is_no_command(self):
        path = self.write("a,b:%.yaml", NASTY)
        lines = self.check("github", path).splitlines()
        self.assertGreater(len(lines), 1)
        for line in lines[:-1]:
            self.assertRegex(line, r"\A::(error|warning) title=[a-z-]+,file=[^,:]*a%2Cb%3A%25\.yaml,line=\d+,col=\d+::[^\r\n]+\Z")
        self.assertNotIn("\r", "".join(lines))

    def test_stdin_has_no_file(self):
        done = run("check", "-o", "github", "-", text=DENIED)
        self.assertRegex(done.stdout, r"\A::error title=ray-start-invalid::default/svc: ")
        self.assertEqual(done.returncode, 1)

    def test_columns_are_characters(self):
        line = next(each for each in WIDE.splitlines() if "num-cpus" in each)
        self.assertIn(f"col={line.index('nine') + 1}::", self.check("github", self.write("a.yaml", WIDE)))


class Sarif(Formats):
    def document(self, *files):
        document = json.loads(self.check("sarif", *files))
        jsonschema.Draft7Validator(SARIF).validate(document)
        return document["runs"][0]

    def test_a_result_for_each_finding(self):
        files = self.all_kinds()
        found = self.document(*files)
        rules = [each["id"] for each in found["tool"]["driver"]["rules"]]
        self.assertEqual([(each["ruleId"], each["level"]) for each in found["results"]],
                         [("ray-version-mismatch", "warning"), ("ray-start-invalid", "error")])
        for each in found["results"]:
            self.assertEqual(rules[each["ruleIndex"]], each["ruleId"])
        where = found["results"][1]["locations"][0]
        self.assertEqual(where["physicalLocation"]["region"], {"startLine": 18, "startColumn": 34})
        self.assertEqual(where["physicalLocation"]["artifactLocation"]["uri"], f"file://{files[2]}")
        self.assertEqual(where["logicalLocations"][0]["fullyQualifiedName"],
                         "spec.rayClusterConfig.headGroupSpec.rayStartParams.num-cpus")
        self.assertEqual(found["invocations"], [{"executionSuccessful": False}])

    def test_all_rules_are_described(self):
        listed = [each["id"] for each in self.document(self.write("a.yaml", MANIFEST))["tool"]["driver"]["rules"]]
        shown = run("rules").stdout
        self.assertEqual(len(listed), len(set(listed)))
        for name in listed:
            self.assertRegex(shown, rf"(?m)^ +{name}\b")

    def test_nothing_found(self):
        for text in ("kind: ConfigMap\n", MANIFEST):
            found = self.document(self.write("a.yaml", text))
            self.assertEqual((found["results"], found["invocations"]), ([], [{"executionSuccessful": True}]))

    def test_a_good_object_between_bad_ones(self):
        path = self.write("a.yaml", "---\n".join((DENIED, MANIFEST, DENIED, MANIFEST)))
        self.assertEqual(len(self.document(path)["results"]), 2)

    def test_a_name_of_any_letters_is_a_uri(self):
        path = self.write("a b/ü:%#?.yaml", NASTY)
        uri = self.document(path)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        self.assertRegex(uri, r"\Afile:///[A-Za-z0-9._~/%-]+\Z")
        self.assertEqual(urllib.parse.unquote(uri), f"file://{path}")

    def test_columns_are_characters(self):
        line = next(each for each in WIDE.splitlines() if "num-cpus" in each)
        region = self.document(self.write("a.yaml", WIDE))["results"][0]["locations"][0]["physicalLocation"]["region"]
        self.assertEqual(region["startColumn"], line.index("nine") + 1)


class JUnit(Formats):
    def suites(self, *files):
        root = ElementTree.fromstring(self.check("junit", *files))
        self.assertEqual(root.tag, "testsuites")
        for suite in root:
            self.assertEqual((suite.tag, suite.get("tests"), len(suite), suite[0].tag),
                             ("testsuite", "1", 1, "testcase"))
            self.assertEqual(suite.get("failures"), str(len(suite[0].findall("failure"))))
            self.assertEqual(suite.get("errors"), str(len(suite[0].findall("error"))))
        return list(root)

    def test_a_test_for_each_object(self):
        files = self.all_kinds()
        suites = self.suites(*files)
        self.assertEqual([each.get("name") for each in suites], [str(each) for each in files])
        cases = [each[0] for each in suites]
        self.assertEqual([[part.tag for part in case] for case in cases], [[], ["system-out"], ["failure"], ["error"]])
        self.assertEqual((cases[2].get("name"), cases[2].get("line")), ("default/svc", "1"))
        self.assertEqual(cases[2][0].get("type"), "ray-start-invalid")
        self.assertIn(f"{files[2]}:18:34: ray-start-invalid: ", cases[2][0].text)
        self.assertRegex(cases[3][0].get("message"), r"\A3:1: \S")

    def test_what_others_wrote_is_text(self):
        case = self.suites(self.write('a"<b>&.yaml', NASTY))[0][0]
        self.assertEqual(case.get("file"), str(self.dir / 'a"<b>&.yaml'))
        self.assertRegex(case.find("failure").get("message"), r"wants 9, at most 2")

    def test_no_object(self):
        self.assertEqual(self.suites(self.write("a.yaml", "kind: ConfigMap\n")), [])

    def test_every_control_character(self):
        bad = "".join(f"\\u{code:04x}" for code in range(1, 0xa1))
        text = MANIFEST.replace("name: svc", f'name: "{bad}"').replace("num_replicas: 2", "num_replicas: 9")
        for case in self.suites(self.write("a.yaml", text)):
            self.assertIsNone(re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "".join(case.itertext())))


if __name__ == "__main__":
    program.main()
