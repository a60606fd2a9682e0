# SPDX-License-Identifier: Apache-2.0
"""What a program costs, in instructions that valgrind counts: no clock, so it is the same on a busy machine."""

import re
import subprocess


def count(command, data):
    """The instructions of one run."""
    run = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
                         input=data, capture_output=True, check=True)
    return int(re.search(rb"refs:\s+([\d,]+)", run.stderr).group(1).replace(b",", b""))


class Checks:
    """TAP: one line a cost, whether it is within its bound or not."""

    def __init__(self):
        self.failed = 0

    def at_most(self, what, cost, bound):
        good = cost <= bound
        self.failed += not good
        print(f"{'' if good else 'not '}ok - {what}: {cost:,.0f} instructions, at most {bound:,.0f}", flush=True)
