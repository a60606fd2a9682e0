#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`check` on terminals of several widths, with names of all sorts. Usage: test_check_terminal.py PROGRAM"""

import fcntl
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import termios
import unicodedata

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import program  # noqa: E402
from program import MANIFEST, Place  # noqa: E402

NAMES = ["small", "a-group-with-a-rather-long-name-that-nobody-reads", "大きなグループとても長い名前のワーカーたち",
         "🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀", "e\u0301" * 30, "한국어-워커-그룹", "ﾊﾝｶｸ-Ｗｉｄｅ"]
GROUP = MANIFEST[MANIFEST.index("    - groupName"):]
FAULTY = MANIFEST.replace("num_replicas: 2", "num_replicas: 99").replace('rayVersion: "2.52.0"', 'rayVersion: "2.51.0"')


def manifest(names):
    return FAULTY.replace(GROUP, "".join(GROUP.replace("small", f'"{name}"') for name in names))


def columns(text):
    """As terminals count, by Python's own table of Unicode."""
    return sum(0 if unicodedata.category(each) in ("Mn", "Me", "Cf") else
               2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def without_colours(text):
    return re.sub("\033\\[[0-9;]*m", "", text)


class Terminal(Place):
    def shown(self, path, width, **variables):
        """The lines on a terminal of that width."""
        outer, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 25, width, 0, 0))
        command = subprocess.Popen([program.PROGRAM, "check", path.name], cwd=self.dir, stdout=inner,
                                   env=program.environment(**({"TERM": "xterm"} | variables)))
        os.close(inner)
        output = b""
        try:
            while piece := os.read(outer, 1 << 16):
                output += piece
        except OSError:
            pass  # the other end is closed
        os.close(outer)
        self.assertIn(command.wait(timeout=60), (0, 1))
        return output.decode().replace("\r\n", "\n").splitlines()

    def assert_fits(self, lines, width):
        """A word is not broken: it is there to be copied."""
        for line in lines:
            if " " in without_colours(line).strip():
                self.assertLessEqual(columns(without_colours(line)), width, line)

    def test_every_width_is_kept(self):
        for names in [[name] for name in NAMES] + [NAMES]:
            path = self.write("a.yaml", manifest(names))
            for width in (40, 60, 80, 120, 200):
                lines = self.shown(path, width)
                self.assertGreater(len(lines), 8)
                self.assert_fits(lines, width)

    def test_all_is_said_at_40_columns(self):
        path = self.write("a.yaml", manifest(["small"]))
        narrow, wide = (re.sub(r"\s+", " ", without_colours(" ".join(self.shown(path, width))))
                        for width in (40, 80))
        fields = re.compile(r"…?[\w.\[\]]*\w\.[\w.\[\]-]+")  # are cut to what there is room for
        self.assertEqual(fields.sub("", narrow), fields.sub("", wide))

    def test_the_picture_at_40_columns(self):
        lines = self.shown(self.write("a.yaml", manifest(["small", NAMES[2]])), 40, NO_COLOR="1")
        start = lines.index("  head")
        self.assertEqual(lines[start:start + 6], [
            "  head", "    num-cpus 0  takes no replica",
            "  small", "    2 workers × 2 CPU  ■ ■  2 of 2 ready",
            "  大きなグループとても長い名前のワー...", "    2 workers × 2 CPU  ■ ■  2 of 2 ready"])

    def test_columns_of_the_table_stand_below_each_other(self):
        names = ["small", "한국어-워커-그룹", "e\u0301te\u0301"]
        lines = self.shown(self.write("a.yaml", manifest(names)), 80, NO_COLOR="1")
        rows = [line for line in lines if "2 workers" in line]
        self.assertEqual(len({columns(line[:line.index("2 workers")]) for line in rows}), 1)
        self.assertEqual([line.split("  ")[1] for line in rows], names)

    def test_a_wide_terminal_breaks_later(self):
        path = self.write("a.yaml", manifest(NAMES))
        counts = [len(self.shown(path, width)) for width in (40, 80, 120, 200)]
        self.assertGreater(counts[0], counts[1])
        self.assertGreater(counts[1], counts[2])
        self.assertEqual(counts[2], counts[3])

    def test_without_a_terminal_it_is_80_columns(self):
        path = self.write("a.yaml", manifest(NAMES))
        done = subprocess.run([program.PROGRAM, "check", path.name], cwd=self.dir, capture_output=True,
                              timeout=60, env=program.environment(COLUMNS="40"))
        self.assertEqual(done.stdout.decode().splitlines(), self.shown(path, 80, NO_COLOR="1"))

    def test_colours_take_no_columns(self):
        path = self.write("a.yaml", manifest(NAMES))
        for width in (40, 80):
            coloured = self.shown(path, width)
            self.assertIn("\033", "".join(coloured))
            self.assertEqual([without_colours(line) for line in coloured], self.shown(path, width, NO_COLOR="1"))

    def test_a_terminal_that_says_no_width(self):
        path = self.write("a.yaml", manifest(["small"]))
        self.assertEqual(self.shown(path, 0), self.shown(path, 80))
        self.assertEqual(self.shown(path, 1), self.shown(path, 30))


if __name__ == "__main__":
    program.main()
