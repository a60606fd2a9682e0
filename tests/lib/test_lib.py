#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The judges judged: the tests' own library. JSON Patch rows are RFC 6902's appendix A and RFC
6901's section 5."""

import unittest

import jsonpatch
import review

A = [
    ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "qux"}], {"baz": "qux", "foo": "bar"}),
    ({"foo": ["bar", "baz"]}, [{"op": "add", "path": "/foo/1", "value": "qux"}],
     {"foo": ["bar", "qux", "baz"]}),
    ({"baz": "qux", "foo": "bar"}, [{"op": "remove", "path": "/baz"}], {"foo": "bar"}),
    ({"foo": ["bar", "qux", "baz"]}, [{"op": "remove", "path": "/foo/1"}], {"foo": ["bar", "baz"]}),
    ({"baz": "qux", "foo": "bar"}, [{"op": "replace", "path": "/baz", "value": "boo"}],
     {"baz": "boo", "foo": "bar"}),
    ({"baz": "qux", "foo": ["a", 2, "c"]}, [{"op": "test", "path": "/baz", "value": "qux"},
                                            {"op": "test", "path": "/foo/1", "value": 2}],
     {"baz": "qux", "foo": ["a", 2, "c"]}),
    ({"foo": "bar"}, [{"op": "add", "path": "/child", "value": {"grandchild": {}}}],
     {"foo": "bar", "child": {"grandchild": {}}}),
    ({"/": 9, "~1": 10}, [{"op": "test", "path": "/~01", "value": 10}], {"/": 9, "~1": 10}),
    ({"foo": ["bar"]}, [{"op": "add", "path": "/foo/-", "value": ["abc", "def"]}],
     {"foo": ["bar", ["abc", "def"]]}),
    ({"foo": 1}, [{"op": "add", "path": "/foo", "value": 2}], {"foo": 2}),
]
REFUSED = [
    ({"baz": "qux"}, [{"op": "test", "path": "/baz", "value": "bar"}]),
    ({"foo": "bar"}, [{"op": "add", "path": "/baz/bat", "value": "qux"}]),
    ({"foo": "bar"}, [{"op": "remove", "path": "/baz"}]),
    ({"foo": []}, [{"op": "add", "path": "/foo/1", "value": 0}]),
    ({"foo": [1]}, [{"op": "add", "path": "/foo/00", "value": 0}]),
    ({"foo": [1]}, [{"op": "add", "path": "/foo/+0", "value": 0}]),
    ({"foo": [1]}, [{"op": "replace", "path": "/foo/-", "value": 0}]),
    ({"foo": 1}, [{"op": "add", "path": "/foo/a", "value": 0}]),
    ({"foo": 1}, [{"op": "add", "path": "foo", "value": 0}]),
    ({"foo": 1}, [{"op": "frob", "path": "/foo", "value": 0}]),
]
POINTERS = {"": None, "/foo/0": "bar", "/": 0, "/a~1b": 1, "/c%d": 2, "/e^f": 3, "/g|h": 4,
            "/i\\j": 5, "/k\"l": 6, "/ ": 7, "/m~0n": 8}


class Patch(unittest.TestCase):
    def test_applies(self):
        for before, patch, after in A:
            with self.subTest(patch=patch):
                self.assertEqual(jsonpatch.apply(before, patch), after)

    def test_refuses(self):
        for before, patch in REFUSED:
            with self.subTest(patch=patch), self.assertRaises(jsonpatch.PatchError):
                jsonpatch.apply(before, patch)

    def test_pointers(self):
        document = {"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4,
                    "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8}
        for pointer, value in POINTERS.items():
            self.assertEqual(jsonpatch.lookup(document, pointer),
                             document if value is None else value)

    def test_leaves_the_document(self):
        before = {"a": {"b": [1]}}
        jsonpatch.apply(before, [{"op": "add", "path": "/a/b/0", "value": 2}])
        self.assertEqual(before, {"a": {"b": [1]}})

    def test_differences(self):
        self.assertEqual(list(jsonpatch.differences(
            {"a": [1, {"x/y": 1}], "b": 1, "t": 1}, {"a": [1, {"x/y": 2}], "c": 1, "t": True})),
            ["/a/1/x~1y", "/b", "/c", "/t"])
        self.assertEqual(list(jsonpatch.differences({"a": [1]}, {"a": [1, 2]})), ["/a"])


class Json(unittest.TestCase):
    def test_strict(self):
        for text in (b'{"a":1,"a":2}', b"[NaN]", b"[Infinity]", b"\xff", b"{} {}", b""):
            with self.subTest(text=text), self.assertRaises(ValueError):
                review.loads(text)


def verdict(answer, findings=(), status="ok"):
    made = review.Verdict.__new__(review.Verdict)
    made.status, made.findings = status, list(findings)
    made.answer_bytes = review.line(answer).strip()
    return made


class Answers(unittest.TestCase):
    """answer_problems() sees each fault: an answer that is right, and what may go wrong with it."""

    finding = {"rule": "r", "level": "deny", "field": "spec.a", "line": 0, "column": 0,
               "message": "m", "fix": "f"}

    def answer(self, **changes):
        return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
                "response": {"uid": "u", "allowed": True} | changes}

    def denied(self, **changes):
        return self.answer(allowed=False, status={
            "code": 422, "reason": "Invalid",
            "details": {"name": "x", "kind": "RayService", "group": "ray.io", "causes": [
                {"reason": "FieldValueInvalid", "message": "r: m. f", "field": "spec.a"}]}}
            | changes)

    def faults(self, stage, answer, findings=()):
        body = {"request": {"uid": "u"}}
        return list(review.answer_problems(stage, body, verdict(answer, findings)))

    def test_right(self):
        warned = dict(self.finding, level="warn")
        self.assertEqual(self.faults("validate", self.answer()), [])
        self.assertEqual(self.faults("validate", self.denied(), [self.finding]), [])
        self.assertEqual(self.faults("validate", self.answer(warnings=["r: m. f"]), [warned]), [])
        self.assertEqual(self.faults("mutate", self.answer(patch="W10=", patchType="JSONPatch")), [])

    def test_wrong(self):
        warned = dict(self.finding, level="warn")
        for stage, answer, findings in (
                ("validate", self.answer(uid="v"), []),
                ("validate", self.answer() | {"kind": "Review"}, []),
                ("validate", self.answer(allowed=False), []),
                ("validate", self.answer(), [self.finding]),
                ("mutate", self.denied(), [self.finding]),
                ("validate", self.answer(patch="W10=", patchType="JSONPatch"), []),
                ("mutate", self.answer(patch="W10="), []),
                ("mutate", self.answer(patchType="JSONPatch"), []),
                ("validate", self.denied(code=403), [self.finding]),
                ("validate", self.denied(details={}), [self.finding]),
                ("validate", self.denied(), [dict(self.finding, field="spec.b")]),
                ("validate", self.denied(), [dict(self.finding, rule="q")]),
                ("validate", self.denied(), [self.finding, self.finding]),
                ("validate", self.answer(), [warned]),
                ("validate", self.answer(warnings=["q: m"]), [warned, warned]),
                ("validate", self.answer(warnings=["r: m\n"]), [warned]),
                ("validate", self.answer(warnings=["r: " + "m" * 300]), [warned]),
                ("validate", self.answer(warnings=["r: m"] * 11), [warned] * 11),
                ("validate", self.answer(auditAnnotations={"a/b": "c"}), []),
                ("validate", self.answer(auditAnnotations={"a": 1}), [])):
            with self.subTest(answer=answer, findings=findings):
                self.assertNotEqual(self.faults(stage, answer, findings), [])


if __name__ == "__main__":
    unittest.main()
