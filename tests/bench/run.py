#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our server beside a controller-runtime webhook and a bare TLS echo, in turns, in one run.

With --against another build of ours runs in the same turns: is this one not worse than that?
Prints medians and ratios: absolute times belong to the machine, ratios to the programs. Nothing here
fails on a time; the instruction counts (callgrind) are steady enough to compare between versions.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "lib"))

import bodies  # noqa: E402


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def build(folder):
    """The load client, the baseline and the floor."""
    go = shutil.which("go")
    if not go:
        sys.exit("bench: no go on PATH; ./dev bench finds or installs one")
    for name in ("loadgen", "baseline"):
        subprocess.run([go, "build", "-o", str(folder / name), "."], cwd=HERE / name, check=True)
    subprocess.run(["cc", "-O2", "-D_GNU_SOURCE", "-o", str(folder / "floor"), str(HERE / "floor/floor.c"),
                    "-lssl", "-lcrypto", "-lpthread"], check=True)


class Server:
    """A running server; `command` gets its port."""

    def __init__(self, name, path, command, log):
        self.name, self.port = name, free_port()
        self.url = f"https://127.0.0.1:{self.port}{path}"
        self.started = time.monotonic()
        self.process = subprocess.Popen(command(self.port), stdout=log, stderr=log)
        self.wait_for_port()
        self.start_ms = (time.monotonic() - self.started) * 1000

    def wait_for_port(self, seconds=60):
        for _ in range(seconds * 1000):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            if self.process.poll() is not None:
                sys.exit(f"bench: {self.name} ended with {self.process.returncode}")
            time.sleep(0.001)
        sys.exit(f"bench: {self.name} did not listen")

    def resident_kb(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1])
        return 0

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def serve(program, certs):
    """The command of one of our builds."""
    return lambda port: [
        program, "serve", "--tls-cert", str(certs / "tls.crt"), "--tls-key", str(certs / "tls.key"),
        "--listen", f"127.0.0.1:{port}", "--metrics-listen", "127.0.0.1:0", "--drain-delay", "0s"]


def servers(tools, certs, ours, against):
    crt, key = str(certs / "tls.crt"), str(certs / "tls.key")
    return {
        "ours": ("/mutate", serve(ours, certs)),
        **({"against": ("/mutate", serve(against, certs))} if against else {}),
        "baseline": ("/mutate", lambda port: [
            str(tools / "baseline"), "-port", str(port), "-certs", str(certs)]),
        "floor": ("/", lambda port: [str(tools / "floor"), str(port), crt, key]),
    }


def load(tools, certs, server, body, count, *more):
    command = [str(tools / "loadgen"), "-url", server.url, "-ca", str(certs / "ca.crt"), "-body", str(body),
               "-n", str(count), "-pid", str(server.process.pid), *more]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


LOADS = (  # what, body, share of the requests, arguments
    ("5 KB, 4 at once", "small", 1.0, ("-c", "4")),
    ("5 KB, one by one", "small", 0.5, ("-c", "1")),
    ("100 KB, 4 at once", "large", 0.2, ("-c", "4")),
    ("new connection", "small", 0.2, ("-c", "4", "-newconn")),
)


def one_round(tools, certs, files, running, count):
    """Every load on every server, in turns."""
    seen = {}
    for what, body, share, more in LOADS:
        for server in running.values():
            if server.name == "floor" and body == "large":
                continue
            seen[what, server.name] = load(tools, certs, server, files[body], max(int(count * share), 10), *more)
    return seen


def medians(rounds, what, name, figure):
    values = [each[what, name][figure] for each in rounds if (what, name) in each]
    return statistics.median(values) if values else None


def row(label, values, unit):
    """All servers' figures, and ours divided by each of the others."""
    ours, *others = values.values()
    cells = [f"{value:10.1f}" if value is not None else " " * 10 for value in (ours, *others)]
    ratios = [f"{ours / other:11.2f}" if ours is not None and other else " " * 11 for other in others]
    print(f"{label:<34}{''.join(cells)} {unit:<4}{''.join(ratios)}")


def report(rounds, running, idle):
    names = list(running)
    heads = "".join(f"{name:>10}" for name in names), "".join(f"{'/ ' + name:>11}" for name in names[1:])
    print(f"{'':<34}{heads[0]}{'':<5}{heads[1]}")
    for what, *_ in LOADS:
        row(f"CPU a request: {what}", {n: medians(rounds, what, n, "server_us") for n in names}, "us")
    for figure in ("p50_us", "p99_us"):
        what = LOADS[1][0]
        row(f"{figure[:3]}: {what}", {n: medians(rounds, what, n, figure) for n in names}, "us")
    row("memory, idle", {n: idle[n] / 1024 for n in names}, "MiB")
    row("memory, loaded", {n: running[n].resident_kb() / 1024 for n in names}, "MiB")
    row("start to first accept", {n: running[n].start_ms for n in names}, "ms")


def instructions(tools, certs, body, log, path, program):
    """Instructions a request: callgrind counts two runs, and their difference has no start in it."""
    command = serve(program, certs)
    totals = []
    for count in (20, 120):
        out = tools / f"callgrind.{count}"
        server = Server("ours under callgrind", path, lambda port: [
            "valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", *command(port)], log)
        load(tools, certs, server, body, count, "-c", "1", "-warm", "10")
        server.stop()
        totals.append(next(int(line.split()[1]) for line in out.read_text().splitlines()
                           if line.startswith(("summary:", "totals:"))))
    return (totals[1] - totals[0]) / 100


def report_instructions(tools, certs, files, log, programs):
    for file in files.values():
        for path in ("/mutate", "/validate"):
            counts = [instructions(tools, certs, file, log, path, program) for program in programs]
            ratio = f", against {counts[1]:,.0f}: {counts[0] / counts[1]:.3f}" if counts[1:] else ""
            print(f"instructions a request, {path}, {file.stat().st_size} bytes: {counts[0]:,.0f}{ratio}", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--program", default=str(ROOT / "build/release/bin/rayservice-webhook"))
    arguments.add_argument("--against", metavar="BINARY", help="another build of this program, side by side")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--requests", type=int, default=4000)
    arguments.add_argument("--no-callgrind", action="store_true")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        tools = pathlib.Path(folder)
        certs = tools / "certs"
        log = stack.enter_context(open(tools / "servers.log", "w", encoding="utf-8"))
        build(tools)
        subprocess.run([options.program, "certs", "init", "--dir", str(certs), "--name", "localhost",
                        "--name", "127.0.0.1"], check=True, stdout=log)
        files = {name: tools / f"{name}.json" for name in ("small", "large")}
        files["small"].write_bytes(bodies.small())
        files["large"].write_bytes(bodies.large())
        print(f"bodies: {files['small'].stat().st_size} and {files['large'].stat().st_size} bytes; "
              f"{options.rounds} rounds of up to {options.requests} requests; {os.cpu_count()} CPUs, "
              f"load {os.getloadavg()[0]:.1f}\n")
        running = {}
        for name, (path, command) in servers(tools, certs, options.program, options.against).items():
            running[name] = Server(name, path, command, log)
            stack.callback(running[name].stop)
        idle = {name: server.resident_kb() for name, server in running.items()}
        rounds = [one_round(tools, certs, files, running, options.requests) for _ in range(options.rounds)]
        report(rounds, running, idle)
        if not options.no_callgrind and shutil.which("valgrind"):
            report_instructions(tools, certs, files, log, [each for each in (options.program, options.against) if each])


if __name__ == "__main__":
    main()
