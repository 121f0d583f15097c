#!/usr/bin/env python3
"""Times weir and its peers in one run and writes one table: ./weir bench compare [options].

Every round starts each peer once a number of threads, for its networks and for ReLU, one process after another, each on a machine that has
come to rest. Weir runs before and after every two peers, and a peer is compared with those two runs: the speed of a shared machine differs
from one minute to another by more than the fastest do. The table of all rounds so far is written after each of them.
What is not installed is left out, and the Debian package that brings it is named. Needs nothing but Python's standard library.
"""

import argparse
import functools
import os
import re
import shutil
import sys
import time

import report
import runner
from peers_list import all_peers

NETS, RELU = ["W1", "W2", "W3", "b1", "b1024"], ["relu"]
WORKLOADS = NETS + RELU


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


class Series:
    """Some workloads on a number of threads, by all peers that can do one of them, two at a time."""

    def __init__(self, workloads, threads, peers):
        able = [p for p in peers if any(w in p.workloads for w in workloads)]
        self.workloads, self.threads = workloads, threads
        self.pairs = [able[i:i + 2] for i in range(0, len(able), 2)]

    def starts(self):
        return 1 + sum(len(pair) + 1 for pair in self.pairs)

    def measure(self, start, weir, figures):
        """start(peer) runs a process of the peer and gives its samples."""
        before = start(weir)
        for pair in self.pairs:
            taken = [(peer, start(peer)) for peer in pair]
            after = start(weir)
            for peer, samples in taken:
                figures.set_beside(peer, self.threads, samples, [before, after])
            before = after


class Starts:
    """Tells a terminal which of so many processes runs, and how long the rest will take."""

    def __init__(self, number):
        self.number, self.begun, self.begin = number, 0, time.time()

    def progress(self, where, series, peer):
        part = self.begun / self.number
        left = f", {(time.time() - self.begin) * (1 - part) / part / 60:.0f} min left" if part > 0.02 else ""
        self.show(f"{where}{left}: {','.join(series.workloads)}, {series.threads} threads, {peer.name}")
        self.begun += 1

    def clear(self):
        self.show("")

    @staticmethod
    def show(text):
        if sys.stderr.isatty():
            print("\r\033[K" + text, end="", file=sys.stderr, flush=True)


def main():
    options = parse()
    build_peers(options.build)
    peers = [p for p in all_peers(options.bench_cpu, options.build) if p.name == "weir" or re.search(options.peers, p.name)]
    weir, *others = [p for p in peers if p.missing is None]
    quiet = runner.Quiet(options.patience)
    figures = runner.Figures()
    series = [Series([w for w in group if w in options.workloads], t, others) for group in (NETS, RELU) for t in options.threads]
    series = [s for s in series if s.workloads]
    starts = Starts(options.rounds * sum(s.starts() for s in series))

    def start(turn, one, peer):
        starts.progress(f"round {turn + 1} of {options.rounds}", one, peer)
        quiet.wait()
        return figures.take(peer, [w for w in one.workloads if w in peer.workloads], one.threads, options.samples)

    for turn in range(options.rounds):
        for one in series:
            one.measure(functools.partial(start, turn, one), weir, figures)
        starts.clear()
        text = report.write(options, turn + 1, peers, figures, quiet)
        if options.output:
            with open(options.output, "w") as file:
                file.write(text + "\n")
    print(text)
    return 1 if figures.failed else 0


if __name__ == "__main__":
    sys.exit(main())
