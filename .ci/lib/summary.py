# SPDX-License-Identifier: Apache-2.0
"""Adds up what the tests of a folder of results said, and closes with one line that says all.

A CTest test is a program; where its output names its own tests (TAP, unittest, "N cases, N
failed"), those are counted, else the program counts as one test.
"""

import argparse
import pathlib
import re
import sys
import xml.etree.ElementTree

TAP = re.compile(r"^(not )?ok\b(?: \d+)?(?: - )?(.*?)(?: # SKIP ?(.*))?$", re.MULTILINE)
CASES = re.compile(r"^(\d+) cases, (\d+) failed$", re.MULTILINE)
UNITTEST = re.compile(r"^Ran (\d+) tests? in .*\n\n(?:OK|FAILED)(?: \((.*)\))?$", re.MULTILINE)
UNITTEST_SKIP = re.compile(r"\.\.\. skipped (['\"])(.*)\1$", re.MULTILINE)
OUTSIDE = "../shared"  # data that lies beside a checkout, or does not


class Counts:
    def __init__(self, passed=0, failed=0, skipped=0):
        self.passed, self.failed, self.skipped = passed, failed, skipped

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"

    @property
    def all(self):
        return self.passed + self.failed + self.skipped


def count_tap(output):
    counts, reasons = Counts(), []
    for bad, _, reason in TAP.findall(output):
        if reason:
            reasons.append(reason)
            counts.skipped += 1
        elif bad:
            counts.failed += 1
        else:
            counts.passed += 1
    return counts, reasons


def count_unittest(output):
    counts = Counts()
    for ran, details in UNITTEST.findall(output):
        said = {name.strip(): int(number) for name, number in
                (each.split("=") for each in details.split(",") if "=" in each)}
        failed = said.get("failures", 0) + said.get("errors", 0)
        skipped = said.get("skipped", 0)
        # Every failed subtest counts there, so there may be more of them than tests.
        counts.add(Counts(max(0, int(ran) - failed - skipped), failed, skipped))
    return counts, [reason for _, reason in UNITTEST_SKIP.findall(output)]


def count_cases(output):
    counts = Counts()
    for ran, failed in CASES.findall(output):
        counts.add(Counts(int(ran) - int(failed), int(failed)))
    return counts, []


def count_program(case):
    """One CTest test: its counts, and why it skipped what it skipped."""
    output = case.findtext("system-out") or ""
    status = case.get("status")
    if status in ("notrun", "disabled"):
        words = output.strip().splitlines() or [case.find("skipped").get("message", "")]
        return Counts(skipped=1), words[-1:]
    for count in (count_unittest, count_cases, count_tap):
        counts, reasons = count(output)
        if counts.all:
            break
    if status == "run" and not counts.all:
        counts.passed = 1
    if status == "fail" and not counts.failed:
        counts.failed += 1
    return counts, reasons


def groups_of(case, suite):
    """The label of a test; those of the ThreadSanitizer's run count as a group of their own."""
    return "tsan" if suite == "tsan" else case.get("name").replace("-", "/").split("/")[0]


class Summary:
    def __init__(self):
        self.groups = {}
        self.failures = []
        self.skips = []

    def count(self, group, name, counts, reasons):
        self.groups.setdefault(group, Counts()).add(counts)
        if counts.failed:
            self.failures.append(name)
        for reason in reasons or ([""] if counts.skipped else []):
            self.skips.append((name, reason))

    def read_junit(self, path):
        for case in xml.etree.ElementTree.parse(path).iter("testcase"):
            counts, reasons = count_program(case)
            self.count(groups_of(case, path.stem), case.get("name"), counts, reasons)

    def read_checks(self, path):
        for bad, name, reason in TAP.findall(path.read_text()):
            counts = Counts(not bad and not reason, bool(bad), bool(reason))
            self.count(name.split(":")[0], name, counts, [reason] if reason else [])

    def read(self, folder):
        for path in sorted(folder.glob("*.xml")):
            self.read_junit(path)
        for path in folder.glob("*.tap"):
            self.read_checks(path)

    def require(self, groups):
        """An asked group in which nothing ran is a failure, not a success."""
        for group in groups:
            if group not in self.groups:
                self.count(group, f"{group}: no test ran", Counts(failed=1), [])

    def total(self):
        total = Counts()
        for counts in self.groups.values():
            total.add(counts)
        return total

    def unexcused(self):
        beside = pathlib.Path(OUTSIDE).exists()
        return [name for name, reason in self.skips if OUTSIDE not in reason or beside]

    def show(self):
        print()
        for group, counts in self.groups.items():
            print(f"  {group:<8} {counts}")
        for name in self.failures:
            print(f"failed: {name}")
        for name, reason in self.skips:
            print(f"skipped: {name}: {reason or 'no reason given'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--strict", action="store_true",
                        help=f"a skipped test is a failure, unless {OUTSIDE} is what it misses")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("groups", nargs="*", help="those that must have run")
    options = parser.parse_args()
    summary = Summary()
    summary.read(options.folder)
    summary.require(options.groups)
    summary.show()
    bad = options.strict and summary.unexcused()
    if bad:
        print(f"skipped, and should have run: {', '.join(sorted(set(bad)))}")
    total = summary.total()
    print(f"\n{total}", flush=True)
    return 1 if total.failed or bad or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
