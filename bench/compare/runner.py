"""Starts peers, one at a time, on a machine that has come to rest, and keeps what they print."""

import collections
import json
import os
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


class Figures:
    """Samples by (peer, workload, threads), each peer's beside those of weir just before and after, and the limits of weir's runs."""

    def __init__(self):
        self.samples = collections.defaultdict(list)
        self.beside = collections.defaultdict(list)  # (weir's median, the peer's), one a process of the peer
        self.limits = collections.defaultdict(list)
        self.rates = []  # of multiply-adds on one thread, GFLOP/s, the best of each run of weir
        self.failed = {}

    def take(self, peer, workloads, threads, samples):
        """One process of the peer for these workloads: its samples, a list a workload."""
        environment = {**os.environ, **peer.environment}
        for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS", "NUMBA_NUM_THREADS"]:
            environment[name] = str(threads)
        run = self.run_weir if peer.name == "weir" else self.run_peer
        taken = run(peer, workloads, threads, samples, environment)
        for name, values in taken.items():
            self.samples[peer.name, name, threads] += values
        return taken

    def set_beside(self, peer, threads, taken, of_weir):
        """What the peer took, beside what these processes of weir did."""
        for name, values in taken.items():
            if ours := [value for process in of_weir for value in process.get(name, [])]:
                self.beside[peer.name, name, threads].append((statistics.median(ours), statistics.median(values)))

    def run_peer(self, peer, workloads, threads, samples, environment):
        done = subprocess.run([*peer.command, ",".join(workloads), str(threads), str(samples)], env=environment, text=True, capture_output=True)
        lines = [line.split() for line in done.stdout.splitlines()]
        if done.returncode != 0 or not lines:
            self.fail(peer, workloads, done)
        taken = collections.defaultdict(list)
        for name, value in lines:
            taken[name].append(float(value))
        return taken

    def run_weir(self, peer, workloads, threads, samples, environment):
        names = "|".join("^relu_" if workload == "relu" else f"^{workload}$" for workload in workloads)
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "bench.json")
            options = ["--filter", names, "--threads", str(threads), "--rounds", str(samples), "--json", file]
            done = subprocess.run([*peer.command, *options], env=environment, text=True, capture_output=True)
            if done.returncode != 0:
                self.fail(peer, workloads, done)
                return {}
            with open(file) as stream:
                rows = json.load(stream)
        taken = {}
        for row in rows:
            if row["name"] == "fma":
                self.rates.append(row["max"] / threads)
            taken[row["name"]] = [row["min"], row["max"]] if samples == 2 else [row["median"]]
            if row["limit"]:
                self.limits[row["name"], threads].append(row["limit"])
        return taken

    def fail(self, peer, workloads, done):
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        self.failed[peer.name, ",".join(workloads)] = f"exit code {done.returncode}: {last}"
        print(f"\n{peer.name}, {','.join(workloads)}: exit code {done.returncode}: {last}", file=sys.stderr)

    def median(self, peer, workload, threads):
        values = self.samples.get((peer, workload, threads))
        return statistics.median(values) if values else None

    def limit(self, workload, threads):
        """What a run of weir found: the median of all runs."""
        values = self.limits.get((workload, threads))
        return statistics.median(values) if values else None

    def fma(self):
        return statistics.median(self.rates) if self.rates else None
