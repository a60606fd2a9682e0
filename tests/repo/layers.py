# SPDX-License-Identifier: Apache-2.0
"""Who may include whom, and which file may see which library (webhook/ARCHITECTURE.md)."""

import re

import tree

# Left to right; a layer sees those in the rows above it and itself.
LAYERS = (("core",), ("ray",), ("rules",), ("admission",), ("server", "cli"))
PURE = ("core", "ray", "rules", "admission")

# header, where it may be included, in how many files at most
LIBRARIES = (
    ("cjson/cJSON.h", ("webhook/core/json.c",), 1),
    ("yaml.h", ("webhook/core/",), 1),
    ("microhttpd.h", ("webhook/server/",), 3),
    ("gnutls/", ("webhook/server/",), 3),
    ("openssl/", ("certs/",), None),
    ("curl/", ("certs/",), 1),
)
# What a layer without I/O, clock, thread or environment has no use for.
IMPURE = re.compile(r"(sys|arpa|netinet|net)/.*|pthread\.h|threads\.h|time\.h|unistd\.h|fcntl\.h|"
                    r"signal\.h|poll\.h|dirent\.h|locale\.h|setjmp\.h|netdb\.h|stdatomic\.h")


def seen_by(layer):
    """The folders that a layer may include."""
    seen = []
    for row in LAYERS:
        if layer in row:
            return (*seen, layer)
        seen.extend(row)
    raise KeyError(layer)


def folder_rule(name):
    """(folder of the file, the folders it may include); None: it may include all."""
    parts = name.split("/")
    if parts[0] == "certs":
        return "certs", ("core", "certs")
    if len(parts) == 2:
        return "webhook", None
    known = [layer for row in LAYERS for layer in row]
    return (parts[1], seen_by(parts[1])) if parts[1] in known else (parts[1], ())


def check_includes(where):
    for name, text in where.sources().items():
        folder, seen = folder_rule(name)
        for line, header, quoted in tree.includes(text):
            target = header.split("/")[0] if "/" in header else folder
            if quoted and seen is not None and target not in seen:
                yield (f"{name}:{line}: {folder} includes {header}; it may see "
                       f"{', '.join(seen) or 'nothing: add the layer to tests/repo/layers.py'}")
            if quoted and "/" not in header:
                yield f"{name}:{line}: include \"{header}\" by its layer, as \"core/text.h\""
            if not quoted and folder in PURE and IMPURE.fullmatch(header):
                yield f"{name}:{line}: {folder} includes <{header}>; I/O, clocks and threads are server/'s"


def check_links(where):
    """The same for what CMake links: a static library could reach to the right without a header."""
    for name, text in where.named("CMakeLists.txt", under=("webhook/", "certs/")).items():
        for match in re.finditer(r"add_layer\((\w+)(.*?)\)", text, re.S):
            layer = match.group(1)
            uses = re.search(r"USES\s+((?:\w+\s*)*?)(?:SOURCES|PRIVATE|$)", match.group(2))
            seen = folder_rule(name.replace("CMakeLists.txt", "x.c"))[1] or ()
            for used in (uses.group(1).split() if uses else ()):
                if used not in seen or used == layer:
                    yield (f"{name}:{tree.line_of(text, match.start())}: {layer} links {used}; "
                           f"it may use what is left of it: {', '.join(seen[:-1])}")


def check_libraries(where):
    for header, places, most in LIBRARIES:
        users = {}
        for name, text in where.sources().items():
            for line, included, _ in tree.includes(text):
                if included == header or (header.endswith("/") and included.startswith(header)):
                    users.setdefault(name, line)
        for name, line in users.items():
            if not name.startswith(places):
                yield f"{name}:{line}: <{header}> belongs into {' or '.join(places)} alone"
        if most is not None and len(users) > most:
            yield (f"{list(users)[-1]}:{list(users.values())[-1]}: <{header}> is included by "
                   f"{len(users)} files ({', '.join(users)}); at most {most}, behind one header of ours")


def check_picture(where):
    """ARCHITECTURE.md lists the folders that are there."""
    text = where.files.get("webhook/ARCHITECTURE.md")
    folders = {name.split("/")[1] for name in where.named(".c", ".h", under=("webhook/",))
               if name.count("/") > 1}
    known = {layer for row in LAYERS for layer in row}
    for folder in sorted(folders - known):
        yield f"webhook/{folder}:1: unknown layer; add it to tests/repo/layers.py and ARCHITECTURE.md"
    if text is None:
        yield "webhook/ARCHITECTURE.md:1: missing; the layers and how to add a rule"
        return
    listed = {match.group(1) for match in re.finditer(r"`(?:webhook/)?(\w+)/`", text)}
    for folder in sorted(folders - listed):
        yield f"webhook/ARCHITECTURE.md:1: does not name `{folder}/`; say what the layer is for"


CHECKS = (check_includes, check_links, check_libraries, check_picture)
