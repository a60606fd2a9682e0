# SPDX-License-Identifier: Apache-2.0
"""Commands and flags that pages, manifests and scripts use are ones the program has."""

import re
import subprocess

import tree

PROGRAM = "rayservice-webhook"
CALL = re.compile(r"(?<![\w/.-])(?:[\w./$(){}-]*/)?" + PROGRAM + r" ((?:[^\n|;&#`\\]|\\\n)*)")
FLAG = re.compile(r"(?<![\w-])--([a-z][a-z-]*)")
ARGS = re.compile(r"^( *)args:\n((?:\1 *- .*\n)+)", re.M)
HELP_FLAG = re.compile(r"^\s+(?:-\w, )?--([a-z-]+)", re.M)
HELP_COMMANDS = re.compile(r"^Commands:\n((?:  .*\n)+)", re.M)
SAYS_SO = (".md", ".yaml", ".yml", ".sh", "Dockerfile", ".service")


def ask_help(program, words):
    command = [program, *words, "--help"] if words else [program, "help"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def commands_of(program, words=()):
    """("certs", "init") → its flags; ("certs",) with None where it only has commands below it."""
    text = ask_help(program, words)
    below = HELP_COMMANDS.search(text)
    known = {}
    for line in below.group(1).splitlines() if below else ():
        name = re.match(r"  (\S+)", line)
        if name:
            known.update(commands_of(program, (*words, name.group(1))))
    known[words] = set(HELP_FLAG.findall(text))
    return known


def split_call(words, known):
    """The command that a line calls, and the words behind it."""
    command = ()
    for index, word in enumerate(words):
        if (*command, word) not in known:
            return command, words[index:]
        command = (*command, word)
    return command, []


def faults_of_call(words, known):
    command, rest = split_call(words, known)
    name = " ".join(command)
    below = sorted(path[-1] for path in known if path[:-1] == command and path != command)
    if below and rest and re.fullmatch(r"[a-z]+", rest[0]):
        yield f"{name} has no command {rest[0]}; it has {', '.join(below)}"
    for flag in FLAG.findall(" ".join(rest)):
        if flag not in known[command]:
            yield f"{name} has no flag --{flag}; see `{PROGRAM} {name} --help`"


def calls(text):
    """(offset, words) of commands in a text, and of `args:` of our containers."""
    for match in CALL.finditer(text):
        yield match.start(), match.group(1).replace("\\\n", " ")
    for match in ARGS.finditer(text):
        yield match.start(), " ".join(re.findall(r"- *[\"']?([^\"'\n]*)", match.group(2)))


def check_uses(where, known):
    for name, text in where.named(*SAYS_SO).items():
        for offset, call in calls(text):
            words = call.split()
            if words and (words[0],) in known: # else it is prose
                for fault in faults_of_call(words, known):
                    yield f"{name}:{tree.line_of(text, offset)}: {fault}"
