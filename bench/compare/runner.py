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

    def __init__(self, peer, why):
        super().__init__(why)
        self.peer = peer


class Program:
    """A peer's process, which takes one sample of a workload when it is asked for one. In between it is stopped, so that no thread of it waits
    at a processor that another one uses."""

    def __init__(self, peer, threads):
        environment = {**os.environ, **peer.environment}
        for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS", "NUMBA_NUM_THREADS"]:
            environment[name] = str(threads)
        arguments = ["--answer", "--threads", str(threads)] if peer.name == "weir" else [str(threads)]
        self.peer, self.errors = peer, tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([*peer.command, *arguments], env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors)
        self.process.send_signal(signal.SIGSTOP)

    def ask(self, workload):
        """One sample."""
        return float(self.answer(workload, workload))

    def ask_limit(self, workload):
        """weir's limit for a workload, or None."""
        limit = self.answer("limit " + workload, "limit")
        return None if limit == "-" else float(limit)

    def answer(self, line, begin):
        self.process.send_signal(signal.SIGCONT)
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        words = answer.split()
        if len(words) != 2 or words[0] != begin:
            raise Failed(self.peer, f"answered '{answer.strip()}' to '{line}'" if answer else self.last_words())
        self.process.send_signal(signal.SIGSTOP)
        return words[1]

    def last_words(self):
        code = self.process.wait()
        self.errors.seek(0)
        last = (self.errors.read().strip().splitlines() or ["no output"])[-1]
        return f"exit code {code}: {last}"

    def end(self):
        self.process.kill()  # a stopped one too
        self.process.communicate()
        self.errors.close()


class Turns:
    """weir and a peer take samples in turn, weir first and last: so many, but few beside a peer that is far behind."""

    few, far = 3, 1.2

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
            if len(pairs) == self.few and min(faster(workload, *pair) for pair in pairs) > self.far:
                break
        return pairs


class Figures:
    """By (peer, workload, threads) the samples of a peer, each beside weir's, and by (workload, threads) the limits that weir gave."""

    def __init__(self):
        self.pairs = collections.defaultdict(list)  # (weir's sample, the peer's)
        self.limits = collections.defaultdict(list)  # each the best that a process had seen
        self.rates = []  # of multiply-adds on one thread, GFLOP/s
        self.failed = {}

    def fail(self, workload, error):
        self.failed[error.peer.name, workload] = str(error)
        print(f"\n{error.peer.name}, {workload}: {error}", file=sys.stderr)

    def of_peer(self, peer, workload, threads):
        """The peer's median, or None."""
        pairs = self.pairs.get((peer, workload, threads))
        return statistics.median(theirs for _, theirs in pairs) if pairs else None

    def of_weir(self, workload, threads):
        """weir's median beside all peers, or None."""
        samples = [ours for (_, name, count), pairs in self.pairs.items() if (name, count) == (workload, threads) for ours, _ in pairs]
        return statistics.median(samples) if samples else None

    def fma(self):
        return statistics.median(self.rates) if self.rates else None
