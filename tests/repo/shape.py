# SPDX-License-Identifier: Apache-2.0
"""What a file and a function look like: size, licence line, functions nobody should call."""

import re
import statistics

import tree

LONGEST_FILE, LONGEST_FUNCTION, MEDIAN_FUNCTION = 400, 60, 15
SAME_LINES = 7
NOT_LOGIC = ("#", "/*", "*", ".", "{.", "import ", "from ", '"""')
SPDX = "SPDX-License-Identifier: Apache-2.0"
LICENSED = (".c", ".h", ".py", ".sh", ".cmake", "CMakeLists.txt", "Dockerfile")

# function → what to write instead
BANNED = {
    "strcpy": "text_puts() or memcpy() with a size",
    "stpcpy": "text_puts() or memcpy() with a size",
    "strcat": "text_puts()",
    "strncpy": "memcpy() with a size: strncpy leaves no NUL",
    "strncat": "text_put()",
    "sprintf": "text_printf(), arena_printf() or snprintf()",
    "vsprintf": "arena_vprintf() or vsnprintf()",
    "gets": "fgets() or getline()",
    "strtok": "strcspn(): strtok keeps a global",
    "strtok_r": "strcspn()",
    "gmtime": "gmtime_r(): gmtime keeps a global",
    "localtime": "gmtime_r()",
    "ctime": "strftime()",
    "asctime": "strftime()",
    "atoi": "strtoll() with its end and errno: atoi overflows in silence",
    "atol": "strtoll() with its end and errno",
    "atoll": "strtoll() with its end and errno",
    "atof": "strtod() with its end",
    "alloca": "the arena",
    "scanf": "strtoll()",
    "sscanf": "strtoll(): sscanf overflows in silence",
    "rand": "getrandom() or RAND_bytes()",
    "random": "getrandom() or RAND_bytes()",
    "system": "posix_spawn() or nothing",
    "popen": "posix_spawn() or nothing",
    "tmpnam": "mkstemp()",
    "mktemp": "mkstemp()",
    "signal": "sigaction()",
}
CALL = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")


def check_banned(where):
    for name, text in where.sources().items():
        for match in CALL.finditer(tree.bare(text)):
            yield (f"{name}:{tree.line_of(text, match.start())}: {match.group(1)}() is banned; use "
                   f"{BANNED[match.group(1)]}")


def check_licence(where):
    for name, text in where.named(*LICENSED).items():
        if not any(SPDX in line for line in text.splitlines()[:2]):
            yield f"{name}:1: no licence; the first line says `{SPDX}`"


def check_files(where):
    for name, text in where.named(".c", ".h", ".py", ".sh").items():
        lines = text.count("\n")
        if lines > LONGEST_FILE:
            yield f"{name}:{LONGEST_FILE}: {lines} lines, at most {LONGEST_FILE}; split it by what it does"
        if text and not text.endswith("\n"):
            yield f"{name}:{lines + 1}: no newline at the end; add one"


def check_functions(where):
    sizes = []
    for name, text in where.sources().items():
        for line, function, size in tree.functions(text):
            sizes.append(size)
            if size > LONGEST_FUNCTION:
                yield f"{name}:{line}: {function}() has {size} lines, at most {LONGEST_FUNCTION}; split it"
    if sizes and statistics.median(sizes) > MEDIAN_FUNCTION:
        yield (f"webhook:1: the median function has {statistics.median(sizes)} lines, at most "
               f"{MEDIAN_FUNCTION}; the last change made functions longer")


def check_comments(where):
    for name, text in where.sources().items():
        for match in tree.TOKEN.finditer(text):
            if match.group().startswith("//"):
                yield f"{name}:{tree.line_of(text, match.start())}: // comment; write /* … */"


def check_conditionals(where):
    """No #ifdef inside a function: platform differences get a file or a function each."""
    for name, text in where.sources().items():
        code = tree.bare(text)
        for match in tree.BODY.finditer(code):
            inner = re.search(r"^[ \t]*#[ \t]*if", match.group(1), re.M)
            if inner:
                line = tree.line_of(code, match.start(1) + inner.start())
                yield f"{name}:{line}: #if inside a function; make it two functions"


def significant(text):
    """(line, text without layout) of what is no include, comment, brace, blank or row of a table."""
    for number, line in enumerate(text.splitlines(), 1):
        line = " ".join(line.split())
        if len(line) > 3 and not line.startswith(NOT_LOGIC):
            yield number, line


def check_duplicates(where):
    """The same lines twice: one of them will be mended, and the other forgotten."""
    seen = {}
    for name, text in where.named(".c", ".h", ".py", ".sh").items():
        lines, reported = list(significant(text)), 0
        for index in range(len(lines) - SAME_LINES + 1):
            block = tuple(line for _, line in lines[index:index + SAME_LINES])
            number = lines[index][0]
            first = seen.setdefault(block, (name, number))
            if first != (name, number) and number > reported:
                yield (f"{name}:{number}: the same {SAME_LINES} lines as {first[0]}:{first[1]}; make one "
                       "piece of code serve both")
                reported = lines[index + SAME_LINES - 1][0]


CHECKS = (check_banned, check_licence, check_files, check_functions, check_comments,
          check_conditionals, check_duplicates)
