#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What reading YAML costs, in instructions.

    test_yaml.py PROGRAM      the program of yaml_cost.c, of a release build
"""

import sys

import instructions

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


def run(program, reader, text, loops):
    return instructions.count([program, reader, str(loops)], text.encode())


def once(program, reader, text):
    """Without what starting the program costs."""
    return (run(program, reader, text, 21) - run(program, reader, text, 1)) / 20


def main(program):
    checks = instructions.Checks(margin=1)
    theirs = once(program, "libyaml", USUAL)
    checks.at_most(f"{len(USUAL)} bytes, of which libyaml's own event loop makes {theirs:,.0f}",
                   once(program, "ours", USUAL), theirs * MOST_RATIO)
    for name, text in HOSTILE.items():
        checks.at_most(name, run(program, "ours", text, 1), MOST_HOSTILE)
    return checks.failed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
