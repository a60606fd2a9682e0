#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a request costs in all, from TLS record to TLS record, in instructions.

    test_server.py [--compiler NAME]      the program: RAYSERVICE_WEBHOOK_BINARY, of a release build
"""

import argparse
import pathlib
import re
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "lib"), str(HERE.parent / "server")]

import bodies  # noqa: E402
import harness  # noqa: E402
import instructions  # noqa: E402

# Which of its threads waits when is the kernel's to say: a few thousand instructions are.
ROUNDS, MARGIN = 40, 1.05

MEASURED = (  # body, path, instructions
    ("CREATE 4 KB", bodies.recorded(1), "/mutate", 281_300),
    ("CREATE 4 KB", bodies.recorded(2), "/validate", 437_700),
    ("CREATE 6 KB", bodies.small(), "/mutate", 327_000),
    ("CREATE 6 KB", bodies.small(), "/validate", 779_900),
    ("UPDATE 100 KB", bodies.large(), "/mutate", 8_448_000),
    ("UPDATE 100 KB", bodies.large(), "/validate", 9_190_000),
)


def run(folder, path, body, rounds):
    """One server's life with so many requests on one connection."""
    out = folder / "counted"
    harness.UNDER[:] = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
    server = harness.Server(folder)
    connection = server.http()
    for _ in range(rounds):
        status, _, _ = server.post(path, body, connection=connection)
        assert status == 200, status
    connection.close()
    assert server.stop() == 0
    return int(re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.M).group(1))


def once(folder, path, body, rounds=ROUNDS):
    """What starting, the handshake, the first request and the end cost is in both runs."""
    return (run(folder, path, body, 1 + rounds) - run(folder, path, body, 1)) / rounds


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--compiler", default=instructions.MEASURED_WITH)
    options = arguments.parse_args()
    checks = instructions.Checks(options.compiler, MARGIN)
    with tempfile.TemporaryDirectory() as top:
        folder = pathlib.Path(top)
        harness.certs(folder)
        for name, body, path, cost in MEASURED:
            checks.at_most(f"{path} over TLS, {name} ({len(body)} bytes)", once(folder, path, body), cost)
    return checks.failed > 0


if __name__ == "__main__":
    sys.exit(main())
