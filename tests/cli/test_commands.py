#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Help, manual page, rules and version from outside. Usage: test_commands.py PROGRAM"""

import re
import shutil
import subprocess
import unittest

import program
from program import run


def commands():
    listed = run("help").stdout.partition("Commands:\n")[2].partition("\n\n")[0]
    return re.findall(r"^  (\S+)", listed, re.M)


def rules():
    return re.findall(r"^  ([a-z0-9-]+)  +(deny|warn)  ", run("rules").stdout, re.M)


class Help(unittest.TestCase):
    def test_the_commands(self):
        self.assertLessEqual({"check", "admit", "rules", "version", "help"}, set(commands()))

    def test_help_is_asked_for_in_three_ways(self):
        for name in commands():
            asked = [run("help", name), run(name, "--help"), run(name, "-h")]
            self.assertEqual({done.returncode for done in asked}, {0}, name)
            self.assertEqual(len({done.stdout for done in asked}), 1, name)
        self.assertEqual(run("--help").stdout, run("help").stdout)

    def test_help_fits_80_columns(self):
        for arguments in [["help"], ["rules"], *(["help", name] for name in commands())]:
            for line in run(*arguments).stdout.splitlines():
                self.assertTrue(len(line) <= 80 or "rayservice-webhook" in line, line)

    def test_no_command_and_unknown_commands(self):
        self.assertEqual((run().returncode, run().stdout), (2, ""))
        done = run("chekc")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr,
                         "rayservice-webhook: there is no command chekc; did you mean check?\n")
        self.assertIn("see rayservice-webhook help", run("xyzzy").stderr)

    def test_the_manual_has_every_command_and_no_mistake(self):
        page = run("help", "--man").stdout
        sections = re.findall(r"^\.SS (\S+)", page, re.M)
        self.assertEqual(list(dict.fromkeys(sections)), commands())
        if not shutil.which("groff"):
            self.skipTest("groff is not here to look for mistakes")
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-Kutf8"], input=page.encode(),
                              capture_output=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, b""))


class Rules(unittest.TestCase):
    def test_each_rule_has_a_page(self):
        self.assertGreater(len(rules()), 5)
        for name, level in rules():
            done = run("rules", name)
            self.assertEqual(done.returncode, 0)
            self.assertTrue(done.stdout.startswith(f"{name}  ({level})\n"))
            for title in ("Why", "Example", "Fix"):
                self.assertRegex(done.stdout, rf"\n{title}\n  \S", name)

    def test_an_unknown_rule_is_2_with_a_hint(self):
        done = run("rules", "worker-group-duplicate")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        done = run("rules", "duplicate-workers-group")
        self.assertIn("did you mean duplicate-worker-group?", done.stderr)

    def test_the_reference_has_each_rule_once(self):
        text = run("rules", "--markdown").stdout
        self.assertEqual(re.findall(r"^### `(\S+)`$", text, re.M), [name for name, _ in rules()])


class Version(unittest.TestCase):
    def test_version(self):
        done = run("version")
        self.assertEqual(run("--version").stdout, done.stdout)
        self.assertRegex(done.stdout, r"\Arayservice-webhook \d+\.\d+\.\d+\n")
        for part in ("compiler", "cJSON", "libyaml", "libmicrohttpd", "GnuTLS", "OpenSSL"):
            self.assertRegex(done.stdout, rf"(?m)^  {part} +\S")


if __name__ == "__main__":
    program.main()
