#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The policy's reader and the policy's JSON Schema agree: what an editor underlines is what the program
refuses. Usage: test_policy_schema.py POLICY_LINES

Every scalar of a list stands in every place of a policy, plain and in quotes; and policies are changed
here and there, the same ones each time. The editor reads YAML 1.2 and ECMAScript's patterns.

One thing no schema can say, so the reader alone refuses it: 010 is eight to Kubernetes and ten to YAML 1.2."""

import copy
import json
import pathlib
import random
import re
import subprocess
import sys
import unittest

import jsonschema
import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "lib"))

import yaml_core  # noqa: E402

PROGRAM = sys.argv.pop(1)
HEAD = {"apiVersion": "rayservice-webhook/v1", "kind": "Policy"}
CHANGES = 4000

WORDS = """true True TRUE false False FALSE yes Yes no No on On off Off OFF y n Y N ~ null Null NULL
0 1 -1 -0 +1 00 01 010 -010 08 09 0o10 0o9 0x10 0xg -0x10 0b11 0b-11 1_000 1__0 100 2147483647 2147483648
2147483647.0 9223372036854775807 9223372036854775808 18446744073709551616 -9223372036854775808
1.0 1. .5 -.5 1.5 1e2 1E2 1e-2 1e+2 1e999 1.0e0 .inf -.inf +.Inf .nan .NaN inf nan e3 1e 12e03 1:30 190:20:30
2.5 2.50 2.52 1.7 1.10 1.7.1 v1.7 v1.7.1 1.7.1-rc.1 1.7- 1.7-a_b+c 1.7+a v1 v1. 1.7. 1.7.a 0.5 0.0 00.1 01.7 1.07
1.99999 1.100000 100000.1 99999.99999.99999 1.2.3.4 V1.7 vv1.7 v latest
2.40,2.50 <2.40 >=2.40 <=2.40 >2.40 ==2.40 =2.40 =>2.40 <>2.40 ~2.40 >=2.40, ,>=2.40 >=2.40,,<2.50 >=v2.40
>=2 >=2.40,<2.50 >=0.9 >=00000.9 >=2.123456 >=00002.40 >=2.40-rc1 >=2.4.1.1
2027-01-31 2027-01-32 2027-01-00 2027-00-10 2027-13-01 2027-1-31 2027-02-28 2027-02-29 2027-02-30 2028-02-29
2000-02-29 1900-02-29 2100-02-29 2400-02-29 0000-02-29 0004-02-29 0100-02-29 2027-04-30 2027-04-31 2027-06-31
2027-09-31 2027-11-31 2027-12-31 9999-12-31 10000-01-01 27-01-31 20270131 2027-01-31T00:00:00Z 2027/01/31
soon today 2027-01-3a -2027-01-31
a team-a team-* *-a ? a?c * ** a.b A Team a_b a/b - -- . .. a- -a ß é 日本
default audit warn deny DENY error Policy policy rayservice-webhook/v1 rayservice-webhook/v2 v1
worker-without-replica head-not-isolated replicas-exceed-capacity no-such-rule
rayproject/ s3://code/ https://a/b?c=d registry:5000/a""".split()
TEXTS = ["", " ", "  ", "a b", " a", "a ", "moves in January", " >= 2.40 ", ">=2.40 , <2.50", ">=2.40 <2.50", ">= 2.40,",
         ">=2.40, ", "> =2.40", " 1.7", "1.7 ", "v 1.7", "1.7 -a", "2027-01-31 ", " 2027-01-31", "2027-01-31\n", "a\n",
         "1.7\n", ">=2.40\n", "a\tb", "a\0b", "a\x01", "a\x1f", "a\x7f", "a\x80", "a\x9b", "a\x9f", "a\xa0b", "a\u2028b",
         "a\u202eb", "a\ufeffb", "é" * 100, "é" * 101, "😀" * 100, "😀" * 101, "a" * 63, "a" * 64, "a" * 100, "a" * 101,
         "a" * 253, "a" * 254, "a" * 512, "a" * 513, "é" * 512, "é" * 513, "1.7-" + 59 * "a", "1.7-" + 60 * "a", "{}", "[]"]
PIECES = ["", "", "0", "1", "9", ".", "-", ",", "<", ">", "=", " ", "*", "?", "a", "Z", "v", "é", "😀", "\n", "\0", "\x85", "/"]
PLAIN = re.compile(r"[A-Za-z0-9~./+é日-][A-Za-z0-9~./+_*?<>=,@é日本-]*\Z")


class Plain(str):
    """A scalar without quotes, where that can be."""


class StrictLoader(yaml_core.Loader):
    """But 010 is no whole number."""


def with_zero_in_front(node):
    return re.match(r"[-+]?0[0-9]", node.value)


StrictLoader.add_constructor(yaml_core.PREFIX + "int", lambda loader, node: 0.5 if with_zero_in_front(node)
                             else yaml_core.integer(loader, node))
StrictLoader.add_constructor(yaml_core.PREFIX + "float", lambda loader, node: 0.5 if with_zero_in_front(node)
                             else yaml_core.number(loader, node))


def quoted(text):
    escaped = "".join(c if " " <= c <= "~" and c not in '\\"' or c in "é日本😀" else
                      f"\\U{ord(c):08x}" for c in text)
    return f'"{escaped}"'


def scalar(value):
    if isinstance(value, Plain):
        return value if PLAIN.match(value) and not re.match(r"-+\Z|\.\.\.|-- ", value) or not value else quoted(value)
    if isinstance(value, str):
        return quoted(value)
    return json.dumps(value)


def written(value, indent=0):
    """As YAML: blocks outside, so that plain scalars may be almost anything."""
    pad = "\n" + " " * indent
    if isinstance(value, dict) and value:
        return "".join(f"{pad}{quoted(key)}: {written(each, indent + 2)}" for key, each in value.items())
    if isinstance(value, list) and value:
        return "".join(f"{pad}- {written(each, indent + 2)}" for each in value)
    return scalar(value)


def ecma(schema):
    """$ is the very end, as it is to ECMAScript."""
    if isinstance(schema, dict):
        return {key: each.replace("$", r"\Z") if key == "pattern" and isinstance(each, str) else ecma(each)
                for key, each in schema.items()}
    return [ecma(each) for each in schema] if isinstance(schema, list) else schema


VALIDATOR = jsonschema.Draft7Validator(ecma(json.loads((ROOT / "manifests/policy.schema.json").read_text())))


def schema_takes(text):
    try:
        return VALIDATOR.is_valid(yaml_core.load(text, StrictLoader))
    except ValueError:
        return False


def reader_says(texts):
    lines = "".join(text.encode().hex() + "\n" for text in texts)
    done = subprocess.run([PROGRAM], input=lines, capture_output=True, text=True, check=True)
    return done.stdout.split("\n")[:-1]


def example():
    """Every key there is; tests/repo sees to that."""
    return yaml.load((ROOT / "manifests/examples/policy/policy.yaml").read_text(), yaml_core.Loader)


def places(value, path=()):
    """Every place in it, from the top."""
    yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in members:
        yield from places(each, path + (key,))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def with_value(policy, path, value):
    changed = copy.deepcopy(policy)
    at(changed, path[:-1])[path[-1]] = value
    return changed


def every_scalar_everywhere():
    policy = example()
    for path in places(policy):
        top = HEAD | {key: policy[key] for key in path[:1]}
        for text in WORDS + TEXTS if path else ():
            yield with_value(top, path, text)
            yield with_value(top, path, Plain(text))
        for value in ([], {}, [[]], [{}], {"a": "b"}) if path else ():
            yield with_value(top, path, value)


def change_text(policy, path, chance):
    text = str(at(policy, path))
    begin = chance.randrange(len(text) + 1)
    text = text[:begin] + chance.choice(PIECES) + text[begin + chance.choice((0, 0, 1, 2)):]
    return with_value(policy, path, Plain(text) if chance.random() < 0.5 else text)


def change_key(policy, path, chance):
    members = copy.deepcopy(policy)
    parent = at(members, path[:-1])
    if isinstance(parent, list):
        parent.insert(chance.randrange(len(parent) + 1), copy.deepcopy(at(policy, path)))
    elif chance.random() < 0.5:
        parent.pop(path[-1])
    else:
        parent[path[-1] + chance.choice(PIECES)] = parent.pop(path[-1])
    return members


def move(policy, path, chance):
    """A value that is right elsewhere."""
    other = chance.choice([each for each in places(policy) if each])
    return with_value(policy, path, copy.deepcopy(at(policy, other)))


def changed(policy, chance):
    path = chance.choice([each for each in places(policy) if each])
    return chance.choice((change_text, change_key, move))(policy, path, chance)


def changed_policies():
    chance = random.Random(20270131)
    for _ in range(CHANGES):
        policy = changed(example(), chance)
        yield policy if chance.random() < 0.5 else changed(policy, chance)


class Agreement(unittest.TestCase):
    def agree(self, policies, least_good):
        texts = [written(policy).lstrip("\n") + "\n" for policy in policies]
        self.assertGreater(len(texts), 2000)
        said = reader_says(texts)
        self.assertEqual(len(said), len(texts))
        wanted = [schema_takes(text) for text in texts]
        self.assertGreater(sum(wanted), len(texts) * least_good, "hardly any is good: a poor test")
        self.assertLess(sum(wanted), len(texts) * 0.9, "hardly any is bad: a poor test")
        wrong = [(text, line, takes) for text, line, takes in zip(texts, said, wanted)
                 if (line == "good") != takes]
        self.assertEqual(wrong[:5], [], f"{len(wrong)}: text, the reader's word, does the schema take it")
        for line in said:
            self.assertRegex(line, r"\Agood\Z|\A[1-9][0-9]*:[1-9][0-9]*: .")

    def test_every_scalar_in_every_place(self):
        self.agree(list(every_scalar_everywhere()), 0.02)

    def test_changed_policies(self):
        self.agree(list(changed_policies()), 0.1)

    def test_the_example_is_good(self):
        text = (ROOT / "manifests/examples/policy/policy.yaml").read_text()
        self.assertTrue(schema_takes(text))
        self.assertEqual(reader_says([text]), ["good"])

    def test_nothing_at_all(self):
        for text in ("", "---\n", "[]\n", "a\n", "{}\n"):
            self.assertFalse(schema_takes(text))
            self.assertNotEqual(reader_says([text]), ["good"])


if __name__ == "__main__":
    unittest.main()
