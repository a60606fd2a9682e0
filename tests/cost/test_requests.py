#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What admit() costs by the request, in instructions; test_server.py adds HTTP and TLS.

    test_requests.py PROGRAM [--compiler NAME]      the program of a release build

A row that got dearer on purpose gets the new figure here, and the commit says why; one that got
cheaper gets it too, so that it stays so.
"""

import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import bodies  # noqa: E402
import instructions  # noqa: E402
import review  # noqa: E402

BODIES = {
    "CREATE 4 KB": {"mutate": bodies.recorded(1), "validate": bodies.recorded(2)},
    "CREATE 6 KB": {"mutate": bodies.small(), "validate": bodies.small()},
    "UPDATE 7 KB": {"mutate": bodies.recorded(3), "validate": bodies.recorded(4)},
    "UPDATE 20 KB": {"mutate": bodies.large(7), "validate": bodies.large(7)},
    "UPDATE 100 KB": {"mutate": bodies.large(), "validate": bodies.large()},
    "1,000 deployments, 1,000 kinds of node": {"validate": bodies.crowded()},
}

MEASURED = (  # body, stage, instructions
    ("CREATE 4 KB", "mutate", 173_200),
    ("CREATE 4 KB", "validate", 328_400),
    ("CREATE 6 KB", "mutate", 212_900),
    ("CREATE 6 KB", "validate", 664_500),
    ("UPDATE 7 KB", "mutate", 257_400),
    ("UPDATE 7 KB", "validate", 404_200),
    ("UPDATE 20 KB", "mutate", 1_181_000),
    ("UPDATE 20 KB", "validate", 1_655_000),
    ("UPDATE 100 KB", "mutate", 7_694_000),
    ("UPDATE 100 KB", "validate", 8_498_000),
    ("1,000 deployments, 1,000 kinds of node", "validate", 717_900_000),
)


def once(program, stage, body, more):
    """One request; what starting the program and its first request cost is in both runs."""
    command, line = [program, "admit", "--stage", stage], review.line(body)
    return (instructions.count(command, line * (1 + more)) - instructions.count(command, line)) / more


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("program")
    arguments.add_argument("--compiler", default=instructions.MEASURED_WITH)
    options = arguments.parse_args()
    checks = instructions.Checks(options.compiler)
    for name, stage, cost in MEASURED:
        body = BODIES[name][stage]
        more = 10 if cost < 20_000_000 else 1
        checks.at_most(f"/{stage}, {name} ({len(body)} bytes)", once(options.program, stage, body, more), cost)
    return checks.failed > 0


if __name__ == "__main__":
    sys.exit(main())
