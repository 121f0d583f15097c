#!/usr/bin/env python3
"""Times weir and its peers in one run and writes one table: ./weir bench compare [options].

In every round each peer is started once for each number of threads, and weir together with it. The two take samples of a workload in turn,
each a fraction of a second long, and each sample of the peer is compared with weir's samples just before and after it: on a shared machine
the speed changes within seconds by more than the fastest programs differ. The table of all rounds so far is written after each round.
Peers that are not installed are skipped, and their Debian package is named. Needs only Python's standard library.
"""

import argparse
import contextlib
import os
import re
import shutil
import signal
import subprocess
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
    parser.add_argument("--peers", default="", metavar="REGEX", help="only peers in whose name this is found")
    parser.add_argument("--threads", default="1,2", help="numbers of threads (default: 1,2)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds over everything (default: 3)")
    parser.add_argument("--turns", type=int, default=7, help="samples of a peer in a round, if it is not far behind (default: 7)")
    parser.add_argument("--patience", type=float, default=60, metavar="S", help="wait at most so long for a quiet machine (default: 60)")
    parser.add_argument("--output", default="", metavar="FILE", help="write the table to this file too (Markdown)")
    options = parser.parse_args()
    options.workloads = options.workloads.split(",")
    options.threads = [int(t) for t in options.threads.split(",")]
    unknown = [w for w in options.workloads if w not in WORKLOADS]
    if unknown:
        parser.error(f"no such workload: got {', '.join(unknown)}, expected some of {', '.join(WORKLOADS)}.")
    if options.turns < 1 or options.rounds < 1:
        parser.error(f"got {options.rounds} rounds of {options.turns} turns, expected at least 1 of each.")
    return options


def build_peers(build):
    """Builds the C++ peers whose libraries are installed."""
    if not (shutil.which("cmake") and shutil.which("ninja")):
        return
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
    print("building the C++ peers that are installed (log: " + os.path.join(build, "log") + ")", file=sys.stderr)
    os.makedirs(build, exist_ok=True)
    with open(os.path.join(build, "log"), "w") as log:
        runner.call(["cmake", "-S", source, "-B", build, "-G", "Ninja"], log)
        runner.call(["ninja", "-k", "0", "-C", build], log)


def names_of(bench_cpu):
    """The names of weir's workloads."""
    return subprocess.run([bench_cpu, "--list"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()


def workloads_of(peer, options, names):
    """The chosen workloads that the peer supports; 'relu' stands for all of weir's relu_... workloads."""
    chosen = [w for w in WORKLOADS if w in options.workloads and w in peer.workloads]
    return [name for w in chosen for name in ([n for n in names if n.startswith("relu_")] if w == "relu" else [w])]


def measure(peer, weir, threads, workloads, turns, figures, start):
    """start(peer, threads) runs a process of the peer."""
    with contextlib.ExitStack() as at_the_end:
        programs = []
        for one in (weir, peer):
            programs.append(start(one, threads))
            at_the_end.callback(programs[-1].end)
        try:
            for workload in workloads:
                programs[0].ask_limit(workload)
                pairs = turns.take(workload, *programs, report.faster)
                limit = programs[0].ask_limit(workload)
                figures.pairs[peer.name, workload, threads] += pairs
                if limit is not None:
                    figures.limits[workload, threads].append(limit)
            workload = "fma"
            figures.rates.append(programs[0].ask(workload))
        except runner.Failed as error:
            figures.fail(workload, error)


class Progress:
    """Shows on a terminal which peer is being compared, and an estimate of the remaining time."""

    def __init__(self, number):
        self.number, self.begun, self.begin = number, 0, time.time()

    def next(self, where):
        part = self.begun / self.number
        left = f", {(time.time() - self.begin) * (1 - part) / part / 60:.0f} min left" if part > 0.02 else ""
        self.show(where + left)
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
    figures, turns = runner.Figures(), runner.Turns(options.turns)
    names = names_of(options.bench_cpu)
    jobs = [(peer, threads, chosen) for threads in options.threads for peer in others if (chosen := workloads_of(peer, options, names))]
    if not jobs:
        sys.exit("compare: no peer that is installed can do this. Install one (bench/README.md), or time weir alone: ./weir bench cpu.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # as an exception, so that measure() can end the processes that it has stopped
    progress = Progress(options.rounds * len(jobs))

    for turn in range(options.rounds):
        for peer, threads, chosen in jobs:
            progress.next(f"round {turn + 1} of {options.rounds}: {peer.name}, {threads} threads")
            quiet.wait()
            measure(peer, weir, threads, chosen, turns, figures, runner.Program)
        progress.clear()
        text = report.write(options, turn + 1, peers, figures, quiet)
        if options.output:
            with open(options.output, "w") as file:
                file.write(text + "\n")
    print(text)
    return 1 if figures.failed else 0


if __name__ == "__main__":
    sys.exit(main())
