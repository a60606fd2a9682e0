# SPDX-License-Identifier: Apache-2.0
"""YAML as editors read it: the core schema of YAML 1.2, turned into JSON's values."""

import re

import yaml

PREFIX = "tag:yaml.org,2002:"
KINDS = (("null", r"~|null|Null|NULL|", "~nN\0"),
         ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
         ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
         ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
          "-+.0123456789"))


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Nothing of YAML 1.1's reading is left."""
    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        pairs = [(self.construct_object(key, deep=True), self.construct_object(value, deep=True))
                 for key, value in node.value]
        mapping = {key if isinstance(key, str) else repr(key): value for key, value in pairs}
        if len(mapping) != len(pairs):
            raise yaml.YAMLError("a key stands twice")
        return mapping


for name, pattern, first in KINDS:
    Loader.add_implicit_resolver(PREFIX + name, re.compile(f"(?:{pattern})\\Z"), list(first.replace("\0", "")))
Loader.yaml_implicit_resolvers.setdefault("", []).append((PREFIX + "null", re.compile(r"\Z")))


def integer(loader, node):
    text = loader.construct_scalar(node)
    return int(text, 0 if text[:2] in ("0o", "0x") else 10)


def number(loader, node):
    return float(re.sub(r"\.(?=inf|nan)", "", loader.construct_scalar(node).lower()))


Loader.add_constructor(PREFIX + "int", integer)
Loader.add_constructor(PREFIX + "float", number)
Loader.add_constructor(PREFIX + "bool", lambda loader, node: node.value.lower() == "true")


def load(text, loader=Loader):
    """The one document; ValueError for what is no YAML."""
    try:
        return yaml.load(text, loader)
    except (yaml.YAMLError, UnicodeError) as error:
        raise ValueError(str(error)) from error
