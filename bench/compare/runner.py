"""Starts peers on a machine that has come to rest, has them take samples in turn with weir, and keeps these."""

import collections
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time


def call(command, log):
    return subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL).returncode


def busy_seconds():
    """Processor time that anybody, other guests of the host included, has used so far; None where the system does not tell."""
    try:
        with open("/proc/stat") as stat:
            user, nice, system, _, _, irq, softirq, steal = map(int, stat.readline().split()[1:9])
        return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return None


class Quiet:
    """Waits until all processors together were idle for all but a twentieth of one of them."""

    def __init__(self, patience):
        self.patience, self.waits, self.given_up, self.most = patience, 0, 0, 0.0

    def wait(self):
        self.waits += 1
        end = time.time() + self.patience
        while True:
            before, begin = busy_seconds(), time.time()
            if before is None:
                return
            time.sleep(0.5)
            load = (busy_seconds() - before) / (time.time() - begin)
            if load < 0.05:
                return
            if time.time() >= end:
                self.given_up += 1
                self.most = max(self.most, load)
                return


class Failed(Exception):
    """A peer's process has ended, or answered what was not asked."""


class Program:
    """A peer's process, which takes one sample of a workload when it is asked for one. In between it is stopped, so that no thread of it waits
    at a processor that another one uses."""

    def __init__(self, peer, threads):
        environment = {**os.environ, **peer.environment}
        for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS", "NUMBA_NUM_THREADS"]:
            environment[name] = str(threads)
        arguments = ["--answer", "--threads", str(threads)] if peer.name == "weir" else [str(threads)]
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([*peer.command, *arguments], env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors)
        self.signal(signal.SIGSTOP)
        self.limits = {}  # of a workload, the last that weir gave

    def ask(self, workload):
        self.signal(signal.SIGCONT)
        try:
            self.process.stdin.write(workload + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline().split()
        except BrokenPipeError:
            answer = []
        if len(answer) < 2 or answer[0] != workload:
            raise Failed(self.why())
        self.signal(signal.SIGSTOP)
        if len(answer) > 2 and answer[2] != "-":
            self.limits[workload] = float(answer[2])
        return float(answer[1])

    def signal(self, number):
        self.process.send_signal(number)

    def why(self):
        try:
            code = self.process.wait(10)
        except subprocess.TimeoutExpired:
            return "gave no sample"
        self.errors.seek(0)
        last = (self.errors.read().strip().splitlines() or ["no output"])[-1]
        return f"exit code {code}: {last}"

    def end(self):
        self.signal(signal.SIGKILL)
        self.process.communicate()
        self.errors.close()


class Turns:
    """weir and a peer take samples in turn, weir first and last. As many as are wanted, but few of a peer that is far behind."""

    least, near = 3, 1.2

    def __init__(self, most):
        self.most = most

    def take(self, workload, weir, peer, faster):
        """[(weir's mean of the two samples around the peer's, the peer's), ...]"""
        weir.ask(workload)
        peer.ask(workload)  # both have made now what they need
        pairs, before = [], weir.ask(workload)
        while len(pairs) < self.most:
            theirs, after = peer.ask(workload), weir.ask(workload)
            pairs.append(((before + after) / 2, theirs))
            before = after
            if len(pairs) >= self.least and statistics.median(faster(workload, *pair) for pair in pairs) > self.near:
                break
        return pairs


class Figures:
    """By (peer, workload, threads) the samples of a peer, each beside weir's, and by (workload, threads) the limits that weir gave."""

    def __init__(self):
        self.pairs = collections.defaultdict(list)  # (weir's sample, the peer's)
        self.limits = collections.defaultdict(list)
        self.rates = []  # of multiply-adds on one thread, GFLOP/s
        self.failed = {}

    def fail(self, peer, workload, why):
        self.failed[peer.name, workload] = str(why)
        print(f"\n{peer.name}, {workload}: {why}", file=sys.stderr)

    def of_peer(self, peer, workload, threads):
        """The peer's median, or None."""
        pairs = self.pairs.get((peer, workload, threads))
        return statistics.median(theirs for _, theirs in pairs) if pairs else None

    def of_weir(self, workload, threads):
        """weir's median beside all peers, or None."""
        samples = [ours for (_, name, count), pairs in self.pairs.items() if (name, count) == (workload, threads) for ours, _ in pairs]
        return statistics.median(samples) if samples else None

    def limit(self, workload, threads):
        """The median of what the processes of weir found."""
        values = self.limits.get((workload, threads))
        return statistics.median(values) if values else None

    def fma(self):
        return statistics.median(self.rates) if self.rates else None
