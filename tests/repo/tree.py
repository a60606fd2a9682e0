# SPDX-License-Identifier: Apache-2.0
"""The tree as the checks see it: files with their text, C without its comments and strings, and
functions with their size. A problem is `file:line: what is wrong; what to do`."""

import functools
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NOT_OURS = ("build/", ".git/")


def listed(root):
    """What git knows or would add; without git (a release tarball) everything that is there."""
    command = ["git", "-C", str(root), "ls-files", "-co", "--exclude-standard"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        names = done.stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
    return sorted(name for name in names
                  if not name.startswith(NOT_OURS) and "__pycache__" not in name)


class Tree:
    """name → text; a test makes one from a dict."""

    def __init__(self, files):
        self.files = files

    def named(self, *suffixes, under=("",)):
        return {name: text for name, text in self.files.items()
                if name.endswith(suffixes) and name.startswith(tuple(under))}

    def sources(self):
        """The product's C."""
        return self.named(".c", ".h", under=("webhook/", "certs/"))


@functools.lru_cache(maxsize=None)
def real():
    files = {}
    for name in listed(ROOT):
        path = ROOT / name
        if path.is_file():
            files[name] = path.read_bytes().decode("utf-8", "replace")
    return Tree(files)


TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def bare(text, strings=False):
    """C with its comments (and strings, unless they are wanted) blanked; lines stay where they are."""
    def blank(match):
        token = match.group()
        if token[0] in "\"'":
            return token if strings else token[0] + " " * (len(token) - 2) + token[0]
        return re.sub(r"[^\n]", " ", token)
    return TOKEN.sub(blank, text)


INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+([<"])([^>"]+)[>"]', re.M)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def includes(text):
    """(line, header, quoted)"""
    for match in INCLUDE.finditer(bare(text, strings=True)):
        yield line_of(text, match.start()), match.group(2), match.group(1) == '"'


BODY = re.compile(r"^\{\n(.*?)^\}", re.S | re.M)
ATTRIBUTE = re.compile(r"__attribute__\s*\(\(.*?\)\)", re.S)
TABLE = re.compile(r"^    static const [^;]*?=\s*\{.*?^    \};\n", re.S | re.M)


def functions(text):
    """(line before its brace, name, lines of its body without its tables). Linux braces: a `{`
    alone in column 0 opens a function, the next `}` in column 0 ends it."""
    code = bare(text)
    for match in BODY.finditer(code):
        head = re.split(r"\n[ ]*\n|[;}][ ]*\n", code[:match.start()].rstrip())[-1]
        name = re.search(r"(\w+)\s*\(", ATTRIBUTE.sub("", head))
        if name:
            body = TABLE.sub("", match.group(1))
            yield line_of(code, match.start()) - 1, name.group(1), body.count("\n")
