#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`rayservice-webhook replay` from outside. Usage: test_replay.py PROGRAM"""

import functools
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import program  # noqa: E402
import recorded  # noqa: E402
from program import run  # noqa: E402

HEAD = "apiVersion: rayservice-webhook/v1\nkind: Policy\n"
DENY = HEAD + "rules: {worker-without-replica: deny}\n"
QUIET = HEAD + 'rules: {"*": "off"}\n'
NO_PROBE = HEAD + "inject: {workerProbe: false}\n"


def create():
    """A recorded CREATE that gets a probe, and a warning about one worker."""
    return next(body for path, body in recorded.reviews() if path.name.startswith("001-"))


@functools.cache
def version():
    return run("version").stdout.split()[1]


def line(stage, decision="allowed", rules=None, injected=(), review=None, **more):
    made = {"stage": stage, "decision": decision, "time": "2026-11-28T12:00:00.000Z", "version": version(),
            "uid": "u", "operation": "CREATE", "namespace": "default", "name": "svc", "user": "alice",
            "dryRun": False, "rules": rules or {}, "injected": list(injected), "injectedCount": len(injected)}
    made.update(more)
    if review is not None:
        made["review"] = review
    return json.dumps(made)


def validated(**more):
    rules = {"worker-without-replica": "warn", "injection-lost": "warn"}
    return line("validate", **({"rules": rules, "review": create()} | more))


def mutated(**more):
    return line("mutate", **({"injected": ["proxy probe in small-group"], "review": create()} | more))


class Replay(program.Place):
    def replay(self, lines, policy=None, *flags):
        files = ["--policy", self.write("new.yaml", policy)] if policy else []
        return run("replay", *files, *flags, self.write("records/decisions-1.jsonl", "".join(
            each + "\n" for each in lines)).parent)

    def answer(self, lines, policy=None, *flags):
        done = self.replay(lines, policy, "-o", "json", *flags)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return json.loads(done.stdout)


class Decisions(Replay):
    def test_the_same_policy_changes_nothing(self):
        done = self.replay([mutated(), validated()])
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "would change 0 of 2 decisions\n", ""))

    def test_who_would_be_denied_and_why(self):
        done = self.replay([mutated(), validated()], DENY)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertEqual(done.stdout, """\
default/rayservice-no-ray-serve-replica  CREATE by admin 2026-11-28T12:00:00.000Z
  allowed → denied
  deny  worker-without-replica  (was warn)
        1 of 2 workers in small-group stays 0/1: 1 replica
        → set num_replicas: 2, or replicas: 1

would change 1 of 2 decisions
""")

    def test_who_would_no_longer_be(self):
        denied = validated(decision="denied", rules={"worker-without-replica": "deny", "injection-lost": "warn"})
        done = self.replay([denied])
        self.assertEqual(done.returncode, 1)
        self.assertIn("denied → allowed\n  warn  worker-without-replica  (was deny)\n", done.stdout)

    def test_another_injection_is_another_decision(self):
        (change,) = self.answer([mutated()], NO_PROBE)["changes"]
        self.assertEqual((change["changes"], change["was"]["injected"], change["would"]["injected"]),
                         ("decision", ["proxy probe in small-group"], []))
        self.assertIn("injected before: proxy probe in small-group\n  would inject: nothing\n",
                      self.replay([mutated()], NO_PROBE).stdout)

    def test_warnings_count_only_when_asked(self):
        done = self.replay([validated()], QUIET)
        self.assertEqual((done.returncode, done.stdout),
                         (0, "would change 0 of 1 decision, and the warnings of 1 more (--strict lists them)\n"))
        done = self.replay([validated()], QUIET, "--strict")
        self.assertEqual(done.returncode, 1)
        self.assertIn("off   worker-without-replica  (was warn)", done.stdout)

    def test_one_object_is_listed_once(self):
        lines = [validated(time=f"2026-11-28T12:00:{second:02}.000Z") for second in range(14)]
        answer = self.answer(lines, DENY)
        self.assertEqual((answer["decisions"], answer["changed"], len(answer["changes"])), (14, 14, 1))
        self.assertEqual([answer["changes"][0][key] for key in ("times", "firstTime", "lastTime")],
                         [14, "2026-11-28T12:00:00.000Z", "2026-11-28T12:00:13.000Z"])
        self.assertIn(", 14 times, last 2026-11-28T12:00:13.000Z\n", self.replay(lines, DENY).stdout)

    def test_objects_and_changes_are_told_apart(self):
        other = json.loads(json.dumps(create()))
        other["request"]["name"] = "other"
        lines = [validated(), validated(review=other), validated(rules={}), mutated(), validated()]
        answer = self.answer(lines, DENY)
        self.assertEqual([(each["name"], each["times"]) for each in answer["changes"]],
                         [("rayservice-no-ray-serve-replica", 2), ("other", 1),
                          ("rayservice-no-ray-serve-replica", 1)])

    def test_more_objects_than_are_listed(self):
        lines = []
        for number in range(1005):
            body = json.loads(json.dumps(create()))
            body["request"]["name"] = f"svc-{number}"
            lines.append(validated(review=body))
        answer = self.answer(lines, DENY)
        self.assertEqual((answer["changed"], len(answer["changes"]), answer["unlisted"]), (1005, 1000, 5))
        self.assertIn("5 more changes are counted, not listed\n", self.replay(lines, DENY).stdout)


class Sources(Replay):
    def test_lines_without_an_object_are_counted(self):
        done = self.replay([validated(), validated(review=None), line("mutate")], DENY)
        self.assertIn("2 lines without an object, not replayed: serve writes it with --record-content\n", done.stdout)
        self.assertTrue(done.stdout.endswith("would change 1 of 1 decision\n"), done.stdout)

    def test_reviews_alone_need_the_policy_that_decided(self):
        bare = json.dumps(create())
        done = self.replay([bare, bare], DENY)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.count("--against old.yaml"), 1)
        self.assertIn("2 lines could not be read", done.stdout)
        answer = self.answer([bare], DENY, "--against", self.write("old.yaml", HEAD))
        self.assertEqual((answer["decisions"], answer["changed"]), (2, 1))

    def test_against_a_policy_and_not_the_record(self):
        """What another version of the program made of it does not count then."""
        old = validated(rules={}, version="0.0.1")
        self.assertEqual(self.answer([old])["warningsChanged"], 1)
        self.assertIn("1 recorded by another version", self.replay([old]).stdout)
        same = self.answer([old], HEAD, "--against", self.write("old.yaml", HEAD))
        self.assertEqual((same["changed"], same["warningsChanged"]), (0, 0))

    def test_what_is_not_judged(self):
        pod = json.loads(json.dumps(create()))
        pod["request"]["kind"] = {"group": "", "version": "v1", "kind": "Pod"}
        self.assertIn("1 not judged", self.replay([validated(review=pod)], DENY).stdout)

    def test_stdin_for_either(self):
        policy, records = self.write("new.yaml", DENY), self.write("a.jsonl", validated() + "\n")
        self.assertEqual(run("replay", "--policy", policy, "-", text=validated()).returncode, 1)
        self.assertEqual(run("replay", "--policy", "-", records, text=DENY).returncode, 1)

    def test_a_line_that_is_being_written(self):
        half = validated()[:500]
        self.assertEqual(run("replay", "-", text=f"{validated()}\n{half}").returncode, 0)
        done = run("replay", "-", text=f"{validated()}\n{half}\n")
        self.assertEqual(done.returncode, 2)
        self.assertIn("<stdin>:2: ", done.stderr)

    def test_what_can_not_be_read(self):
        done = self.replay(["{}", "nonsense", validated(), validated(review={"kind": "AdmissionReview"}), ""], DENY)
        self.assertEqual(done.returncode, 2)
        self.assertEqual([text.partition("jsonl:")[2][:2] for text in done.stderr.splitlines()],
                         ["1:", "2:", "4:", "5:"])
        self.assertIn("4 lines could not be read\nwould change 1 of 1 decision\n", done.stdout)
        done = run("replay", "-", text="x\n" * 100)
        self.assertEqual((len(done.stderr.splitlines()), done.stdout.splitlines()[0]),
                         (10, "100 lines could not be read"))
        self.assertEqual(run("replay", self.dir / "none").returncode, 2)

    def test_a_line_that_is_too_long(self):
        done = run("replay", "-", text="x" * (9 << 20) + "\n" + validated() + "\n")
        self.assertIn("<stdin>:1: longer than any line of serve --record", done.stderr)
        self.assertIn("of 1 decision\n", done.stdout)

    def test_flags(self):
        self.assertIn("name a file", run("replay").stderr)
        bad = run("replay", "--policy", self.write("bad.yaml", "kind: Pod\n"), "-")
        self.assertEqual(bad.returncode, 2)
        self.assertIn("bad.yaml:1:", bad.stderr)
        self.assertEqual(run("replay", "--against", self.dir / "none", "-").returncode, 2)

    def test_a_terminal_is_not_told_what_to_do(self):
        evil = json.loads(json.dumps(create()))
        evil["request"]["userInfo"]["username"] = "eve\x1b[2J"
        out = self.replay([validated(review=evil)], DENY).stdout
        self.assertNotIn("\x1b", out)
        self.assertIn("by eve?[2J", out)


if __name__ == "__main__":
    program.main()
