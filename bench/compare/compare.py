#!/usr/bin/env python3
"""Times weir and its peers in one run and writes one table: ./weir bench compare [options].

Every round starts each peer once a number of threads, for its networks and for ReLU, one process after another, each on a machine that has
come to rest. The table of all rounds so far is written after each of them.
What is not installed is left out, and the Debian package that brings it is named. Needs nothing but Python's standard library.
"""

import argparse
import os
import re
import shutil
import sys
import time

import report
import runner
from peers_list import all_peers

WORKLOADS = ["W1", "W2", "W3", "b1", "b1024", "relu"]


def parse():
    parser = argparse.ArgumentParser(prog="./weir bench compare", description="Times weir and the peers that are installed, in one run.")
    parser.add_argument("--bench-cpu", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--workloads", default=",".join(WORKLOADS), help="some of " + ",".join(WORKLOADS))
    parser.add_argument("--peers", default="", metavar="REGEX", help="only peers in whose name this is found (weir always)")
    parser.add_argument("--threads", default="1,2", help="numbers of threads (default: 1,2)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds over everything (default: 3)")
    parser.add_argument("--samples", type=int, default=2, help="samples of a process (default: 2)")
    parser.add_argument("--patience", type=float, default=60, metavar="S", help="wait at most so long for a quiet machine (default: 60)")
    parser.add_argument("--output", default="", metavar="FILE", help="write the table to this file too (Markdown)")
    options = parser.parse_args()
    options.workloads = options.workloads.split(",")
    options.threads = [int(t) for t in options.threads.split(",")]
    unknown = [w for w in options.workloads if w not in WORKLOADS]
    if unknown:
        parser.error(f"no such workload: got {', '.join(unknown)}, expected some of {', '.join(WORKLOADS)}.")
    return options


def build_peers(build):
    """The C++ peers whose libraries are there."""
    if not (shutil.which("cmake") and shutil.which("ninja")):
        return
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
    print("building the C++ peers that are installed (log: " + os.path.join(build, "log") + ")", file=sys.stderr)
    os.makedirs(build, exist_ok=True)
    with open(os.path.join(build, "log"), "w") as log:
        runner.call(["cmake", "-S", source, "-B", build, "-G", "Ninja"], log)
        runner.call(["ninja", "-k", "0", "-C", build], log)


def progress(text):
    if sys.stderr.isatty():
        print("\r\033[K" + text, end="", file=sys.stderr, flush=True)


def main():
    options = parse()
    build_peers(options.build)
    peers = [p for p in all_peers(options.bench_cpu, options.build) if p.name == "weir" or re.search(options.peers, p.name)]
    present = [p for p in peers if p.missing is None]
    quiet = runner.Quiet(options.patience)
    figures = runner.Figures()
    groups = [[w for w in options.workloads if w != "relu"], [w for w in options.workloads if w == "relu"]]
    jobs = [(own, t, p) for group in groups for t in options.threads for p in present if (own := [w for w in group if w in p.workloads])]
    begin = time.time()
    for turn in range(options.rounds):
        for done, (workloads, threads, peer) in enumerate(jobs):
            part = (turn * len(jobs) + done) / (options.rounds * len(jobs))
            left = f", {(time.time() - begin) * (1 - part) / part / 60:.0f} min left" if part > 0.02 else ""
            progress(f"round {turn + 1} of {options.rounds}{left}: {','.join(workloads)}, {threads} threads, {peer.name}")
            quiet.wait()
            figures.take(peer, workloads, threads, options.samples)
        progress("")
        text = report.write(options, turn + 1, peers, figures, quiet)
        if options.output:
            with open(options.output, "w") as file:
                file.write(text + "\n")
    print(text)
    return 1 if figures.failed else 0


if __name__ == "__main__":
    sys.exit(main())
