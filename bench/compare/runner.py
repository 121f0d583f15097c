"""Waits until the machine is idle, starts peers, takes samples from them and from weir in turn, and stores these."""

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
    """Processor time used so far by all processes and by other virtual machines (steal); None where the system does not report it."""
    try:
        with open("/proc/stat") as stat:
            user, nice, system, _, _, irq, softirq, steal = map(int, stat.readline().split()[1:9])
        return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return None


class Quiet:
    """Waits until less than 5 % of one processor is in use, summed over all processors."""

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
    """A peer's process has ended, or gave an unexpected answer."""

    def __init__(self, peer, why):
        super().__init__(why)
        self.peer = peer


class Program:
    """The process of a peer, which takes one sample of a workload on request. Between requests it is stopped (SIGSTOP), so that its spinning
    threads do not take processor time from the other process."""

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
        """Takes one sample."""
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
        self.process.kill()  # SIGKILL also ends a stopped process
        self.process.communicate()
        self.errors.close()


class Turns:
    """weir and a peer take samples in turn, weir first and last: `most` of them, but only `few` if the peer is more than `far` times slower."""

    few, far = 3, 1.2

    def __init__(self, most):
        self.most = most

    def take(self, workload, weir, peer, faster):
        """Returns [(mean of weir's samples before and after the peer's, the peer's sample), ...]."""
        weir.ask(workload)
        peer.ask(workload)  # the first samples, not counted, in which both allocate what they need
        pairs, before = [], weir.ask(workload)
        while len(pairs) < self.most:
            theirs, after = peer.ask(workload), weir.ask(workload)
            pairs.append(((before + after) / 2, theirs))
            before = after
            if len(pairs) == self.few and min(faster(workload, *pair) for pair in pairs) > self.far:
                break
        return pairs


class Figures:
    """Pairs of samples by (peer, workload, threads), and the limits that weir measured by (workload, threads)."""

    def __init__(self):
        self.pairs = collections.defaultdict(list)  # (weir's sample, the peer's)
        self.limits = collections.defaultdict(list)  # one for each process of weir, its best
        self.rates = []  # GFLOP/s of multiply-adds on one thread
        self.failed = {}

    def fail(self, workload, error):
        self.failed[error.peer.name, workload] = str(error)
        print(f"\n{error.peer.name}, {workload}: {error}", file=sys.stderr)

    def of_peer(self, peer, workload, threads):
        """Median of the peer's samples, or None."""
        pairs = self.pairs.get((peer, workload, threads))
        return statistics.median(theirs for _, theirs in pairs) if pairs else None

    def of_weir(self, workload, threads):
        """Median of weir's samples, of its runs beside all peers, or None."""
        samples = [ours for (_, name, count), pairs in self.pairs.items() if (name, count) == (workload, threads) for ours, _ in pairs]
        return statistics.median(samples) if samples else None

    def fma(self):
        return statistics.median(self.rates) if self.rates else None
