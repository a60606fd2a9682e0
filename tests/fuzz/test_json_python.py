#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""json_parse() takes a text exactly where Python's json does, made strict, and where none of our own
refusals holds: over the seeds, and over many small changes of them, the same ones each time."""

import pathlib
import random
import re
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import review  # noqa: E402

PROGRAM = sys.argv.pop(1)
ROUNDS = 1000
PIECES = [b"", b"0", b"-", b".", b"e", b"\\", b'"', b"{", b"}", b"[", b"]", b",", b":", b" ", b"\n", b"\t",
          b"\x00", b"\x1f", b"\x7f", b"\x80", b"\xc3", b"\xc3\xa9", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80",
          b"\xff", b"true", b"nul", b"null", b"\\u0000", b"\\ud800", b"\\udc00", b"\\u00e9", b'"a":1', b"/**/"]
LONGEST_NUMBER, DEEPEST = 60, 128
NUMBER = re.compile(rb'"(?:\\.|[^"\\])*"|([-+0-9.eE]+)')


def depth(value):
    """Without recursion."""
    deepest, todo = 0, [(value, 1)]
    while todo:
        value, level = todo.pop()
        if isinstance(value, (dict, list)):
            deepest = max(deepest, level)
            todo.extend((each, level + 1) for each in
                        (value.values() if isinstance(value, dict) else value))
    return deepest


def strings(value):
    todo = [value]
    while todo:
        value = todo.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            todo.extend(value)
        elif isinstance(value, dict):
            yield from value
            todo.extend(value.values())


def ours_to_refuse(text, value):
    """What is JSON, and what cJSON would lose or cut."""
    if any(len(number) > LONGEST_NUMBER for number in NUMBER.findall(text)):
        return True
    if any(re.search("[\x00\ud800-\udfff]", string) for string in strings(value)):
        return True
    return depth(value) > DEEPEST


def python_takes(text):
    try:
        value = review.loads(text)
    except (ValueError, RecursionError):
        return False
    return not ours_to_refuse(text, value)


def changed(text, chance):
    at = chance.randrange(len(text) + 1)
    end = min(len(text), at + chance.choice((0, 0, 1, 1, 2, 8)))
    return text[:at] + chance.choice(PIECES) + text[end:]


def texts():
    chance = random.Random(8259)
    for path in sorted((HERE / "json").iterdir()):
        seed = path.read_bytes()
        yield seed
        for _ in range(ROUNDS):
            text = changed(seed, chance)
            yield text if chance.random() < 0.5 else changed(text, chance)


class Agreement(unittest.TestCase):
    def test_takes_what_python_takes(self):
        every = list(texts())
        lines = "".join(text.hex() + "\n" for text in every)
        said = subprocess.run([PROGRAM], input=lines, capture_output=True, text=True, check=True).stdout
        found = [status == "0" for status in said.splitlines()]
        self.assertEqual(len(found), len(every))
        wanted = [python_takes(text) for text in every]
        self.assertGreater(sum(wanted), len(every) // 40, "hardly any text is JSON: a poor test")
        wrong = [text for text, takes, want in zip(every, found, wanted) if takes != want]
        self.assertEqual(wrong[:5], [], "taken by one and refused by the other")


if __name__ == "__main__":
    unittest.main()
