# SPDX-License-Identifier: Apache-2.0
"""What the compiler left of the promise: the layers without I/O, clock, thread, environment and
global state, read from their object files."""

import re
import subprocess

# What the pure layers ask of the C library and of their two parsers. A new name is a decision:
# does it depend on its arguments alone?
ALLOWED = {
    # memory
    "calloc", "explicit_bzero", "free", "malloc",
    # bytes and text
    "memchr", "memcmp", "memcpy", "memmem", "memmove", "memrchr", "memset", "strcasecmp", "strchr", "strchrnul", "strcmp",
    "strcspn", "strlen", "strncasecmp", "strncmp", "strpbrk", "strrchr", "strspn", "strstr",
    # into buffers of ours
    "snprintf", "vsnprintf",
    # numbers
    "__errno_location", "ceil", "floor", "fmod", "round", "strtod", "strtof", "strtol", "strtoll",
    "trunc",
    # order
    "bsearch", "qsort",
    # cJSON: parsing only
    "cJSON_InitHooks", "cJSON_IsObject", "cJSON_IsTrue", "cJSON_ParseWithLengthOpts",
    # libyaml: scanning only
    "yaml_event_delete", "yaml_parser_delete", "yaml_parser_initialize", "yaml_parser_parse",
    "yaml_parser_set_input",
}
# What the compiler adds by itself.
MACHINERY = re.compile(r"__(asan|odr_asan|ubsan|tsan|sanitizer|gcov|llvm|stack_chk|sancov|start|stop)"
                       r"[\w.]*|__tls_get_addr|_GLOBAL_OFFSET_TABLE_")

# object → variables that may be written, and why
WRITABLE = {
    "json.c.o": {"parse_arena"},  # thread-local: the arena cJSON allocates from during one call
}
WRITABLE_SECTION = re.compile(r"\.(data(?!\.rel\.ro)|bss|tdata|tbss)\b.*|\*COM\*")
LINE = re.compile(r"^[0-9a-f]+ (.{7}) (\S+)\t[0-9a-f]+\s+(?:\.hidden )?(\S+)$")


def base(symbol):
    """__memcpy_chk is memcpy with a check of the size, __isoc23_strtol strtol as C23 has it."""
    match = re.fullmatch(r"__(\w+)_chk|__isoc23_(\w+)", symbol)
    return match.group(1) or match.group(2) if match else symbol


def used(lines):
    """object → undefined symbols, and the set of all that are defined, of `nm` lines."""
    wanted, defined, current = {}, set(), "?"
    for line in lines:
        fields = line.split()
        if line.endswith(":"):
            current = line[:-1].split(":")[-1]
        elif len(fields) == 2 and fields[0] == "U":
            wanted.setdefault(current, set()).add(fields[1])
        elif len(fields) == 3:
            defined.add(fields[2])
    return wanted, defined


def check_used(lines):
    wanted, defined = used(lines)
    for name, symbols in sorted(wanted.items()):
        for symbol in sorted(symbols - defined):
            if base(symbol) not in ALLOWED and not MACHINERY.fullmatch(symbol):
                yield (f"{name}:1: uses {symbol}, which is not in ALLOWED of tests/repo/symbols.py; pass it in "
                       "from server/ or cli/, or add it if it depends on its arguments alone")


def check_writable(lines):
    """Variables in sections that stay writable, of `objdump -t` lines."""
    current = "?"
    for line in lines:
        if ":     file format" in line:
            current = line.split(":")[0]
        match = LINE.match(line)
        if not match or set(match.group(1)) & set("dfF"):
            continue
        section, symbol = match.group(2), match.group(3)
        if not WRITABLE_SECTION.fullmatch(section) or MACHINERY.fullmatch(symbol):
            continue
        if symbol.split(".")[0] not in WRITABLE.get(current, set()):
            yield f"{current}:1: {symbol} in {section} can be written; make it const or pass it in"


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def problems(archives):
    yield from check_used(output("nm", *archives))
    for archive in archives:
        yield from check_writable(output("objdump", "-t", archive))
