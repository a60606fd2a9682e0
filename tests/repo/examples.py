# SPDX-License-Identifier: Apache-2.0
"""What the pages show is what the program says: ```console blocks with `$ rayservice-webhook check`
and `$ kubectl apply -f` of manifests/examples."""

import re

import tree

EXAMPLES = "manifests/examples/"
BLOCK = re.compile(r"^```console\n(.*?)^```", re.S | re.M)


def sessions(text):
    """(line, command, what it printed) of every `$ ` in a console block."""
    for block in BLOCK.finditer(text):
        first = tree.line_of(text, block.start(1))
        for match in re.finditer(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block.group(1), re.M):
            line = first + block.group(1).count("\n", 0, match.start())
            yield line, match.group(1).strip(), match.group(2)


def words(text):
    return " ".join(text.split())


def said_by_kubectl(name, response):
    """What kubectl prints of an answer, without its layout."""
    for warning in response.get("warnings", []):
        yield f"Warning: {warning}"
    causes = response.get("status", {}).get("details", {}).get("causes", [])
    if len(causes) == 1:
        yield f'The RayService "{name}" is invalid: {causes[0]["field"]}: {causes[0]["message"]}'
    for cause in causes[1:] and causes:
        yield f'* {cause["field"]}: {cause["message"]}'


def example_of(where, name, line, command):
    """The path of the manifest that a command names; or what is wrong."""
    path = EXAMPLES + command.split()[-1].split("/")[-1]
    return (path, None) if path in where.files else \
        (None, f"{name}:{line}: {command.split()[-1]} is not in {EXAMPLES}; show one that is")


def check_sessions(where, check, answer):
    """check(path) is the output of the command; answer(path) is (name, response) of an apply."""
    for name, text in where.named(".md").items():
        for line, command, printed in sessions(text):
            is_check = re.fullmatch(r"rayservice-webhook check [\w./-]+\.yaml", command)
            if not is_check and not re.fullmatch(r"kubectl apply -f [\w./-]+\.yaml", command):
                continue
            path, fault = example_of(where, name, line, command)
            if fault:
                yield fault
            elif is_check and check(path).rstrip() != printed.rstrip():
                yield f"{name}:{line}: `{command}` prints something else; paste what it prints"
            elif not is_check:
                for said in said_by_kubectl(*answer(path)):
                    if words(said) not in words(printed):
                        yield f"{name}:{line}: it says: {said}"
