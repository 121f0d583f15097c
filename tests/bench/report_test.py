"""report_test.py <bench/compare>: the order of a comparison's runs, and its table over figures that were thought out."""

import sys
import types

sys.path.insert(0, sys.argv[1])
import compare  # noqa: E402
import report  # noqa: E402
import runner  # noqa: E402

peer = types.SimpleNamespace
peers = [
    peer(name="weir", workloads=["W1", "b1", "relu"], missing=None),
    peer(name="slow", workloads=["W1", "b1", "relu"], missing=None),
    peer(name="quick", workloads=["W1", "b1"], missing=None),
    peer(name="absent", workloads=["W1"], missing="libabsent-dev"),
]
figures = runner.Figures()
figures.rates = [190.0, 198.0, 220.0]  # in the middle twice that of the machine of the published figures
figures.samples.update({
    ("weir", "W1", 2): [199e3, 200e3, 400e3],
    ("slow", "W1", 2): [50e3],
    ("quick", "W1", 2): [250e3],
    ("weir", "b1", 2): [4.0],
    ("slow", "b1", 2): [8.0],
    ("quick", "b1", 2): [6.0],
    ("weir", "relu_forward/1000", 2): [30.0],
    ("slow", "relu_forward/1000", 2): [10.0],
})
# In two rounds each; the machine of the second one was twice as fast, and slow's run of it came to nothing.
figures.set_beside(peers[1], 2, {"W1": [50e3], "b1": [8.0], "relu_forward/1000": [10.0]},
                   [{"W1": [190e3], "b1": [4.0], "relu_forward/1000": [30.0]}, {"W1": [210e3]}])
figures.set_beside(peers[2], 2, {"W1": [250e3, 250e3], "b1": [6.0]}, [{"W1": [200e3], "b1": [4.0]}, {"W1": [200e3], "b1": [4.0]}])
figures.set_beside(peers[2], 2, {"W1": [250e3], "b1": [6.0]}, [{"W1": [400e3], "b1": [1.0]}, {"W1": [400e3], "b1": [3.0]}])
figures.set_beside(peers[1], 2, {}, [{"W1": [400e3]}, {}])
figures.limits.update({("W1", 2): [390e3, 400e3, 480e3], ("b1", 2): [2.0, 1.0, 3.0], ("relu_forward/1000", 2): [40.0]})
figures.failed["slow", "W2"] = "exit code 1: no memory"
options = peer(workloads=["W1", "b1", "relu"], threads=[2], samples=1)
quiet = peer(waits=9, given_up=1, most=0.5)
lines = report.write(options, 3, peers, figures, quiet).splitlines()

expected = [
    "Medians of 3 interleaved rounds of 1 samples; (1.50x): weir, in its runs just before and after, is one and a half times as fast.",
    "9 processes were started; 1 of them though the machine was not quiet (at most 0.5 processors busy).",
    "|  | W1 2T, samples/s | b1 2T, us a call |",
    "| **weir** | 200k | 4 |",
    "| slow | 50k (4.00x) | 8 (2.00x) |",
    "| quick | 250k (1.20x) | 6 (2.25x) |",
    "| *kann on OpenBLAS: published, scaled* | 310k (0.65x) | 23.5 (5.88x) |",
    "| weir over the best installed peer | 1.20x (quick) | 2.00x (slow) |",
    "| weir's share of the limit | 50 % | 50 % |",
    "| relu_forward/1000 | 30 | 40 | 10 (3.00x) |",
    "- absent: apt-get install libabsent-dev",
    "- slow, W2: exit code 1: no memory",
]
missing = [line for line in expected if line not in lines]
if missing:
    sys.exit("not in the table:\n" + "\n".join(missing) + "\n\nthe table:\n" + "\n".join(lines))

# weir runs before and after every two peers that can do one of the workloads, and each is set beside those two runs.
series = compare.Series(["W1"], 2, [peer(name=n, workloads=["W1"]) for n in "abc"] + [peer(name="d", workloads=["relu"])])
started = []


def start(one):
    started.append(one.name)
    return {"W1": [float(len(started))]}


figures = runner.Figures()
series.measure(start, peers[0], figures)
expected = {"a": (2.5, 2.0), "b": (2.5, 3.0), "c": (5.0, 5.0)}
beside = {name: figures.beside[name, "W1", 2] for name in "abcd"}
if started != ["weir", "a", "b", "weir", "c", "weir"] or len(started) != series.starts():
    sys.exit(f"started {started}, {series.starts()} were announced")
if beside != {**{name: [pair] for name, pair in expected.items()}, "d": []}:
    sys.exit(f"set beside each other: got {beside}, expected {expected}")
print("the order and the ratios are right")
