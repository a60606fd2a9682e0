#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mutates the texts of tests/data/serve-yaml.jsonl, asks the webhook's YAML reader and KubeRay's own
calls (yaml-reference) about each, and prints where they disagree, made as short as possible."""
import argparse
import json
import pathlib
import random
import re
import subprocess
import sys
import time

TESTS = pathlib.Path(__file__).resolve().parents[1]

# What YAML gives a meaning to, and what go-yaml's resolver looks at.
TOKENS = """- : ? , [ ] { } # & * ! | > ' " % @ ` --- ... <<: *a &a !!str !!int !!float !!bool !!null
!!binary !!timestamp !!map !!set !!seq !foo !<tag:yaml.org,2002:int> ~ null yes no on off y n true
.inf -.inf .nan 0x1F 010 0o17 0b11 1_000 1e3 1.0 -0.0 .5 5. 1e400 9223372036854775808
18446744073709551616 2024-01-01 2001-12-14t21:59:43.10-05:00 |- >+ |2 "\\x41" "\\/" "\\'" "\\0" ''
%YAML %TAG a b a: b: {a: [a, a:1 [] {} =""".split() + [
    " ", "  ", "\n", "\n  ", "\n- ", "\t", "\r\n", "\r", "\u0085", "\u2028", "\ufeff", "\u00e9", "\U0001f600", "\x7f",
    "\x00", "\x01", ": ", " #", "\n---\n", "\n...\n", "%YAML 1.1\n---\n", "%YAML 1.2\n---\n",
    "%TAG ! tag:x,2000:\n---\n", "? ", ", ", "\n? a\n: b\n", "<<: ", "a: &a {b: 1}\n", "a: &a [1]\n",
    "a: |\n  x\n", "a: >\n  x\n  y\n\n", "!!binary aGk=", "\n \n"]


# Where we know that we differ, and leave it so:
# - go-yaml forgets that `{? a}` may be a key, so that `{? a}: b` ends behind the brace;
# - where a document ends because the text is indented less (` a: 1\nb: 2`), how much of the rest
#   is scanned, and may be wrong, is not quite the same;
# - a byte order mark that comes to stand at the start of go-yaml's buffer makes it drop the first
#   character of each line.
KNOWN = re.compile(rb"[\[{].*\?|\A\s* \S.*[\r\n]|\xef\xbb\xbf", re.DOTALL)

# go-yaml then drops the first character of each line in its buffer: we refuse it.
TWO_MARKS = "\ufeff\ufeff".encode()


def load():
    with open(TESTS / "data/serve-yaml.jsonl", encoding="utf-8") as rows:
        texts = [json.loads(row)["yaml"] for row in rows]
    return [text for text in texts if len(text) < 2000]


def body(text):
    """Most cases are one line in the same frame: without it mutations strike what matters."""
    lines = text.splitlines(keepends=True)
    if len(lines) > 3 and random.random() < 0.7:
        start = random.randrange(len(lines))
        return "".join(lines[start:start + random.randint(1, 6)])
    return text


def mutate_once(text, texts):
    at = random.randint(0, len(text))
    end = min(len(text), at + random.choice([1, 1, 1, 2, 3, 5, 10]))
    how = random.random()
    if how < 0.45:
        return text[:at] + random.choice(TOKENS) + text[at:]
    if how < 0.6:
        return text[:at] + text[end:]
    if how < 0.75:
        return text[:at] + random.choice(TOKENS) + text[end:]
    if how < 0.85:
        to = random.randint(0, len(text))
        return text[:to] + text[at:end] + text[to:]
    if how < 0.95:
        other = body(random.choice(texts))
        return text[:at] + other[random.randint(0, len(other)):][:40] + text[at:]
    return text[:at] + random.choice("\t \n:-?,[]{}#&*!|>'\"%@`.+_0123456789eExX~<=/\\") + text[end:]


def mutate(texts):
    how = random.random()
    if how < 0.15:
        return "".join(random.choice(TOKENS) for _ in range(random.randint(1, 12)))
    text = body(random.choice(texts))
    for _ in range(random.randint(1, 5)):
        text = mutate_once(text, texts)
    return text


def ask(program, texts):
    frames = b"".join(b"%d\n%s\n" % (len(text), text) for text in texts)
    run = subprocess.run([program], input=frames, capture_output=True, timeout=600, check=False)
    answers = run.stdout.decode("utf-8", "surrogateescape").split("\n")[:-1]
    if run.returncode or len(answers) != len(texts):
        at = texts[len(answers)] if len(answers) < len(texts) else b""
        sys.exit(f"{program}: exit code {run.returncode} at {at!r}\n{run.stderr.decode()[-3000:]}")
    return answers


def differs(ours, reference):
    """Not where a map's order decides, nor where KubeRay reads `{}`: Ray refuses that in any version,
    so that an error is as good (go-yaml reads `{}: 1 2 3` as `{}`)."""
    word, _, result = ours.partition(" ")
    known, _, wanted = reference.partition(" ")
    if known == "open" or (word == "error" and wanted == "{}"):
        return False
    return word != known or (word == "ok" and result != wanted)


class Pair:
    def __init__(self, reader, reference):
        self.programs = [reader, reference]

    def differing(self, texts):
        ours, reference = (ask(program, texts) for program in self.programs)
        return [(text, a, b) for text, a, b in zip(texts, ours, reference) if differs(a, b)]

    def shorten(self, text):
        """Drops characters as long as the two still disagree."""
        size = max(1, len(text) // 2)
        while size:
            shorter = [text[:at] + text[at + size:] for at in range(0, len(text), size)]
            found = self.differing(shorter)
            if found:
                text = min(found, key=lambda each: len(each[0]))[0]
            else:
                size //= 2
        return text


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", required=True, help="the program of yaml_answers.c")
    parser.add_argument("--reference", required=True, help="the program of yaml-reference")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--most", type=int, default=20, help="disagreements to show")
    options = parser.parse_args()
    seed = random.randrange(1 << 32) if options.seed is None else options.seed
    random.seed(seed)
    print(f"seed {seed}")
    pair, texts = Pair(options.reader, options.reference), load()
    count, known, shown = 0, 0, set()
    end = time.monotonic() + options.seconds
    while time.monotonic() < end and len(shown) < options.most:
        batch = [mutate(texts).encode("utf-8", "surrogatepass") for _ in range(5000)]
        batch = [text for text in batch if not text.startswith(TWO_MARKS)]
        count += len(batch)
        for text, _, _ in pair.differing(batch)[:10]:
            text = pair.shorten(text)
            known += bool(KNOWN.search(text))
            if text in shown or KNOWN.search(text):
                continue
            shown.add(text)
            _, ours, reference = pair.differing([text])[0]
            print(f"{text!r}\n  ours       {ours[:300]}\n  reference  {reference[:300]}", flush=True)
    print(f"{count} texts, {len(shown)} disagreements, {known} known ones")
    return 1 if shown else 0


if __name__ == "__main__":
    sys.exit(main())
