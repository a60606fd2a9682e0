#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What reading YAML costs, in instructions that valgrind counts: no clock, so the same everywhere.

    test_yaml_cost.py PROGRAM      the program of yaml_cost.c, of a release build
"""
import re
import subprocess
import sys

MOST_RATIO = 1.4  # to libyaml's own event loop; 1.24 when this was written
MOST_HOSTILE = 500_000_000  # some 50 ms

APPLICATION = """
  - name: app{0}
    import_path: package.module{0}:app
    route_prefix: /app{0}
    runtime_env:
      working_dir: "https://example.com/{0}/78b4a5da38796123d9f9ffff59bab2792a043e95.zip"
      env_vars: {{A: "1", B: two}}
    deployments:
      - name: First
        num_replicas: {0}
        max_replicas_per_node: 1
        user_config:
          price: 3.5
        ray_actor_options:
          num_cpus: 0.1
      - name: Second
        autoscaling_config: {{min_replicas: 1, max_replicas: 5}}
"""
USUAL = "applications:" + "".join(APPLICATION.format(i) for i in range(1, 4))

CAP = 1536 * 1024
HOSTILE = {
    "brackets": "[" * CAP,
    "brackets, 60 deep": "[" * 60 + "a," * (CAP // 2 - 60),
    "brackets, again and again": "[" + ("[" * 200 + "]" * 200 + ",") * (CAP // 401),
    "keys": "".join(f"k{i}: 1\n" for i in range(110_000)),
    "keys with much in common": "".join("a" * 500 + f"{i}: 1\n" for i in range(CAP // 510)),
    "one key": "a: 1\n" * (CAP // 5),
    "anchors": "".join(f"- &a{i} 1\n" for i in range(110_000)),
    "aliases": "- &a 1\n" + "- *a\n" * (CAP // 5 - 2),
    "merge keys": "a: &a {" + ", ".join(f"k{i}: 1" for i in range(1000)) + "}\n" + "b: {<<: *a}\n" * 1000,
    "tags": "".join(f"%TAG !a{i}! tag:a,2000:\n" for i in range(50_000)) + "---\na: 1\n",
    "numbers": "- 12345678901234567.0\n" * (CAP // 22),
    "one number": "a: " + "1" * (CAP - 10),
    "one line": "a: |\n  " + "x" * (CAP - 20),
    "lines": "a: |\n" + "  x\n" * (CAP // 4 - 10),
    "no lines": "\n" * CAP,
    "escaped slashes": "a: '" + "\\/" * (CAP // 2 - 10) + "'",
    "colons": "{" + "a:," * (CAP // 3 - 2) + "}",
    "byte order marks": "\n\ufeff" * (CAP // 4),
}


def instructions(program, reader, text, loops):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, reader,
               str(loops)]
    run = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
    return int(re.search(rb"refs:\s+([\d,]+)", run.stderr).group(1).replace(b",", b""))


def once(program, reader, text):
    """Without what starting the program costs."""
    return (instructions(program, reader, text, 21) - instructions(program, reader, text, 1)) / 20


def main(program):
    failed = 0
    usual, theirs = once(program, "ours", USUAL), once(program, "libyaml", USUAL)
    good = usual <= theirs * MOST_RATIO
    failed += not good
    print(f"{'' if good else 'not '}ok - {len(USUAL)} bytes: {usual:.0f} instructions, "
          f"{usual / theirs:.2f} times libyaml's, at most {MOST_RATIO}")
    for name, text in HOSTILE.items():
        cost = instructions(program, "ours", text, 1)
        good = cost <= MOST_HOSTILE
        failed += not good
        print(f"{'' if good else 'not '}ok - {name}: {cost / 1e6:.0f} million instructions, "
              f"at most {MOST_HOSTILE // 1_000_000}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
