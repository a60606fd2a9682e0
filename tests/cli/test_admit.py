#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`rayservice-webhook admit` from outside. Usage: test_admit.py PROGRAM"""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import program  # noqa: E402
import recorded  # noqa: E402
from program import run  # noqa: E402


def reviews():
    return [json.dumps(body) for _, body in recorded.reviews()]


def admit(text, stage="validate"):
    return run("admit", "--stage", stage, text=text)


class Lines(unittest.TestCase):
    def test_one_answer_a_line_in_order(self):
        questions = reviews()
        done = admit("\n".join(questions) + "\n")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([answer["response"]["uid"] for answer in answers],
                         [json.loads(each)["request"]["uid"] for each in questions])

    def test_the_stage_decides(self):
        create = next(each for each in reviews() if '"operation": "CREATE"' in each)
        self.assertIn("patch", json.loads(admit(create, "mutate").stdout)["response"])
        self.assertNotIn("patch", json.loads(admit(create, "validate").stdout)["response"])

    def test_a_bad_line_gets_an_error_and_the_others_their_answers(self):
        good = reviews()[0]
        done = admit(f"{good}\nnot json\n\n{{}}\n{good}")
        self.assertEqual(done.returncode, 2)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(["error" in answer for answer in answers],
                         [False, True, True, True, False])
        self.assertEqual([answer["error"]["code"] for answer in answers[1:4]], [400] * 3)
        self.assertEqual(answers[0], answers[4])
        self.assertIn("kind", answers[3]["error"]["message"])

    def test_a_line_that_is_too_long(self):
        good = reviews()[0]
        done = admit(f"{good}\n{' ' * (15 << 20)}\n{good}\n{'x' * (9 << 20)}")
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(["error" in answer for answer in answers], [False, True, False, True])
        self.assertEqual(answers[1]["error"]["code"], 413)

    def test_large_lines_and_many_of_them(self):
        body = json.loads(reviews()[0])
        body["request"]["object"]["metadata"]["annotations"] = {"x": "y" * (1 << 20)}
        done = admit("\n".join([json.dumps(body)] * 5 + [reviews()[1]] * 500))
        self.assertEqual(done.returncode, 0)
        self.assertEqual(len(done.stdout.splitlines()), 505)

    def test_answers_come_before_the_next_question(self):
        question = reviews()[0].encode() + b"\n"
        with subprocess.Popen([program.PROGRAM, "admit", "--stage", "mutate"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            for _ in range(3):
                process.stdin.write(question)
                process.stdin.flush()
                self.assertIn(b'"uid"', process.stdout.readline())
            process.stdin.close()
            self.assertEqual(process.wait(timeout=60), 0)

    def test_what_kubectl_and_the_api_server_note_about_an_object_changes_no_answer(self):
        for question in reviews():
            bare = json.loads(question)
            for key in ("object", "oldObject"):
                metadata = (bare["request"].get(key) or {}).get("metadata", {})
                metadata.pop("managedFields", None)
                metadata.get("annotations", {}).pop("kubectl.kubernetes.io/last-applied-configuration", None)
            self.assertNotEqual(bare, json.loads(question))
            for stage in ("mutate", "validate"):
                self.assertEqual(admit(question, stage).stdout, admit(json.dumps(bare), stage).stdout)

    def test_nothing_in_nothing_out(self):
        done = admit("")
        self.assertEqual((done.returncode, done.stdout), (0, ""))


class Flags(unittest.TestCase):
    def test_what_is_wrong(self):
        for arguments, hint in (([], "--stage mutate or --stage validate is missing"),
                                (["--stage", "both"], "one of mutate|validate"),
                                (["--stage", "mutate", "file"], "reads stdin only")):
            done = run("admit", *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(hint, done.stderr)


if __name__ == "__main__":
    program.main()
