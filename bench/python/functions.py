"""ReLU and other functions on float32 arrays, by weir, NumPy, Numba and PyTorch: the article's comparison.

    ./weir python bench/python/functions.py [--json FILE] [--sizes 1000,1000000] [--functions relu,relu_grad] [--rounds N] [--threads N]

Each round takes one sample of everybody in random order, so that a change of the machine's speed meets all alike. The table shows medians, and the
median of the ratios to weir's sample of the same round: above 1 weir is ahead. A peer that is not installed is named and left out.
"""

import argparse
import json
import os
import platform
import random
import statistics
import sys
import time

import numpy as np
import weir

FUNCTIONS = ["relu", "relu_grad", "relu_backward", "sigmoid", "sigmoid_backward", "tanh", "tanh_backward"]
SIZES = [1_000, 10_000, 100_000, 1_000_000, 10_000_000, 30_000_000]


class Weir:
    name, version = "weir", weir.__version__

    def calls(self, function, x, dy, out):
        f = getattr(weir, function)
        operands = (x, dy) if function.endswith("_backward") else (x,)
        return lambda: f(*operands), lambda: f(*operands, out=out)


class NumPy:
    name, version = "NumPy", np.__version__

    def calls(self, function, x, dy, out):
        mask = np.empty(x.shape, bool)
        one = np.float32(1)

        def sigmoid_into():
            np.negative(x, out=out)
            np.exp(out, out=out)
            np.add(out, one, out=out)
            np.divide(one, out, out=out)

        def sigmoid_backward_into():
            np.subtract(one, x, out=out)
            np.multiply(out, x, out=out)
            np.multiply(out, dy, out=out)

        def tanh_backward_into():
            np.multiply(x, x, out=out)
            np.subtract(one, out, out=out)
            np.multiply(out, dy, out=out)

        return {
            "relu": (lambda: np.maximum(x, 0), lambda: np.maximum(x, 0, out=out)),
            "relu_grad": (lambda: np.greater(x, 0).astype(np.float32), lambda: np.greater(x, 0, out=out)),
            "relu_backward": (lambda: dy * np.greater(x, 0), lambda: np.multiply(dy, np.greater(x, 0, out=mask), out=out)),
            "sigmoid": (lambda: 1 / (1 + np.exp(-x)), sigmoid_into),
            "sigmoid_backward": (lambda: dy * (x * (1 - x)), sigmoid_backward_into),
            "tanh": (lambda: np.tanh(x), lambda: np.tanh(x, out=out)),
            "tanh_backward": (lambda: dy * (1 - x * x), tanh_backward_into),
        }[function]


class Numba:
    name = "Numba"

    def __init__(self, threads):
        import numba

        self.version = numba.__version__
        numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
        zero, one, prange = np.float32(0), np.float32(1), numba.prange

        def relu(x, dy, y):
            for i in prange(x.size):
                y[i] = zero if x[i] <= zero else x[i]

        def relu_grad(x, dy, y):
            for i in prange(x.size):
                y[i] = one if x[i] > zero else zero

        def relu_backward(x, dy, y):
            for i in prange(x.size):
                y[i] = dy[i] if x[i] > zero else zero

        def sigmoid(x, dy, y):
            for i in prange(x.size):
                y[i] = one / (one + np.exp(-x[i]))

        def sigmoid_backward(x, dy, y):
            for i in prange(x.size):
                y[i] = dy[i] * (x[i] * (one - x[i]))

        def tanh(x, dy, y):
            for i in prange(x.size):
                y[i] = np.tanh(x[i])

        def tanh_backward(x, dy, y):
            for i in prange(x.size):
                y[i] = dy[i] * (one - x[i] * x[i])

        loops = [relu, relu_grad, relu_backward, sigmoid, sigmoid_backward, tanh, tanh_backward]
        self.loops = {loop.__name__: numba.njit(loop, parallel=True) for loop in loops}

    def calls(self, function, x, dy, out):
        loop = self.loops[function]

        def new():
            y = np.empty_like(x)
            loop(x, dy, y)
            return y

        return new, lambda: loop(x, dy, out)


class PyTorch:
    name = "PyTorch"

    def __init__(self, threads):
        import torch

        self.torch, self.version = torch, torch.__version__
        torch.set_num_threads(threads)
        torch.set_grad_enabled(False)

    def calls(self, function, x, dy, out):
        torch = self.torch
        x, dy, out = (torch.from_numpy(array) for array in (x, dy, out))
        aten = torch.ops.aten
        return {
            "relu": (lambda: torch.relu(x), lambda: torch.clamp_min(x, 0, out=out)),
            "relu_grad": (lambda: (x > 0).float(), lambda: torch.gt(x, 0, out=out)),
            "relu_backward": (lambda: aten.threshold_backward(dy, x, 0), lambda: aten.threshold_backward(dy, x, 0, grad_input=out)),
            "sigmoid": (lambda: torch.sigmoid(x), lambda: torch.sigmoid(x, out=out)),
            "sigmoid_backward": (lambda: aten.sigmoid_backward(dy, x), lambda: aten.sigmoid_backward(dy, x, grad_input=out)),
            "tanh": (lambda: torch.tanh(x), lambda: torch.tanh(x, out=out)),
            "tanh_backward": (lambda: aten.tanh_backward(dy, x), lambda: aten.tanh_backward(dy, x, grad_input=out)),
        }[function]


def sample(call, least):
    """Seconds a call: as many calls as take `least` seconds, after one that is not counted."""
    time.sleep(0.01)  # threads of the library before this one may still spin
    call()
    calls = 1
    while True:
        begin = time.perf_counter()
        for _ in range(calls):
            call()
        took = time.perf_counter() - begin
        if took >= least:
            return took / calls
        calls = max(2 * calls, int(1.2 * calls * least / max(took, 1e-9)))


def check(peer, function, x, dy, out, expected):
    """That a peer computes what is compared."""
    new, into = peer.calls(function, x, dy, out)
    assert np.allclose(np.asarray(new()), expected, rtol=1e-5, atol=1e-6), f"{peer.name}: another {function}"
    into()
    assert np.allclose(out, expected, rtol=1e-5, atol=1e-6), f"{peer.name}: another {function} with out"


def measure(peers, functions, sizes, rounds, least):
    """One row for each function, size and with or without out: seconds of each peer by round."""
    rng = np.random.default_rng(1)
    rows = []
    for function in functions:
        for size in sizes:
            x, dy = (rng.random(size, dtype=np.float32) * 2 - 1 for _ in range(2))
            out = np.zeros_like(x)
            calls = {}
            for peer in peers:
                if size == min(sizes):
                    check(peer, function, x, dy, out, peers[0].calls(function, x, dy, out)[0]())
                calls[peer.name] = peer.calls(function, x, dy, out)
            for with_out in (False, True):
                seconds = {peer.name: [] for peer in peers}
                for _ in range(rounds):
                    for peer in random.sample(peers, len(peers)):
                        seconds[peer.name].append(sample(calls[peer.name][with_out], least))
                rows.append({"function": function, "size": size, "out": with_out, "seconds": seconds})
                if sys.stderr.isatty():
                    print(f"\r{function} {size} {'out' if with_out else ''}".ljust(60), end="\r", file=sys.stderr, flush=True)
    return rows


def time_text(seconds):
    for unit, factor in (("ns", 1e9), ("us", 1e6), ("ms", 1e3)):
        if seconds * factor < 1000:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds:.3g} s"


def ratio(row, name):
    return statistics.median(peer / own for peer, own in zip(row["seconds"][name], row["seconds"]["weir"]))


def table(rows, names):
    others = [name for name in names if name != "weir"]
    text = "| function | floats | out | weir | " + " | ".join(f"{name} | times weir's" for name in others) + " |\n"
    text += "| --- " * (4 + 2 * len(others)) + "|\n"
    for row in rows:
        cells = [row["function"], f"{row['size']:,}", "given" if row["out"] else "new", time_text(statistics.median(row["seconds"]["weir"]))]
        for name in others:
            cells += [time_text(statistics.median(row["seconds"][name])), f"{ratio(row, name):.2f}"]
        text += "| " + " | ".join(cells) + " |\n"
    return text


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--functions", default=",".join(FUNCTIONS), help="separated by commas; default: all")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of floats, separated by commas")
    parser.add_argument("--rounds", type=int, default=9, help="samples of each; default 9")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="of each library; default: all processors")
    parser.add_argument("--least", type=float, default=0.02, help="seconds a sample; default 0.02")
    parser.add_argument("--json", metavar="FILE", help="write all samples there")
    options = parser.parse_args()
    functions, sizes = options.functions.split(","), [int(size) for size in options.sizes.split(",")]
    unknown = [name for name in functions if name not in FUNCTIONS]
    if unknown:
        parser.error(f"no such function: got {', '.join(unknown)}, expected some of {', '.join(FUNCTIONS)}")
    if options.rounds < 1 or options.threads < 1 or min(sizes) < 1:
        parser.error("--rounds, --threads and --sizes must be at least 1")

    if hasattr(weir, "set_num_threads"):
        weir.set_num_threads(options.threads)
    peers, missing = [Weir(), NumPy()], []
    for peer, package in ((Numba, "python3-numba"), (PyTorch, "python3-torch")):
        try:
            peers.append(peer(options.threads))
        except ImportError:
            missing.append(f"{peer.name} (Debian: {package})")

    rows = measure(peers, functions, sizes, options.rounds, options.least)
    empty, small = np.empty(0, np.float32), np.ones(1000, np.float32)
    overhead = statistics.median(sample(lambda: weir.relu(empty, out=empty), options.least) for _ in range(options.rounds))
    call = statistics.median(sample(lambda: weir.relu(small, out=small), options.least) for _ in range(options.rounds))

    versions = {peer.name: peer.version for peer in peers}
    print(f"{processor()}, {options.threads} threads, Python {platform.python_version()}, "
          + ", ".join(f"{name} {version}" for name, version in versions.items()) + f", load {os.getloadavg()[0]:.1f}")
    for name in missing:
        print(f"not installed, left out: {name}")
    print(f"\n{table(rows, list(versions))}")
    print(f"weir.relu(x, out=x): {time_text(call)} for 1,000 floats, {time_text(overhead)} for none, which is all that Python adds and weir's checks")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"processor": processor(), "threads": options.threads, "versions": versions, "missing": missing,
                       "seconds_for_1000": call, "seconds_for_none": overhead, "rows": rows}, file, indent=1)


if __name__ == "__main__":
    main()
