# SPDX-License-Identifier: Apache-2.0
"""What a program costs, in instructions that valgrind counts: no clock, so it is the same on a busy machine."""

import re
import subprocess

# Another compiler, with the libraries that come with it, makes other code of the same text.
MEASURED_WITH, MARGIN, MARGIN_OF_OTHERS = "GNU 12", 1.05, 1.4


def count(command, data):
    """The instructions of one run."""
    run = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
                         input=data, capture_output=True, check=True)
    return int(re.search(rb"refs:\s+([\d,]+)", run.stderr).group(1).replace(b",", b""))


class Checks:
    """TAP: one line a cost, whether it is within its bound or not."""

    def __init__(self, compiler=MEASURED_WITH, margin=MARGIN):
        self.failed = 0
        self.margin = margin if compiler == MEASURED_WITH else MARGIN_OF_OTHERS
        print(f"# compiler {compiler}; the bounds were measured with {MEASURED_WITH} and get "
              f"{(self.margin - 1) * 100:.0f} % on top", flush=True)

    def at_most(self, what, cost, measured):
        bound = measured * self.margin
        good = cost <= bound
        self.failed += not good
        print(f"{'' if good else 'not '}ok - {what}: {cost:,.0f} instructions, at most {bound:,.0f}", flush=True)
