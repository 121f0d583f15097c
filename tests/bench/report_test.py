"""report_test.py <bench/compare>: who takes samples when in a comparison, and its table over figures that were thought out."""

import os
import sys
import time
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
figures.pairs.update({
    ("slow", "W1", 2): [(200e3, 50e3)],
    # The machine was twice as fast at times. The ratios are 0.8, 0.9, 1.1, 1.2, 1.3 in another order.
    ("quick", "W1", 2): [(220e3, 200e3), (160e3, 200e3), (480e3, 400e3), (180e3, 200e3), (130e3, 100e3)],
    ("slow", "b1", 2): [(4.0, 8.0)],
    ("quick", "b1", 2): [(4.0, 6.0), (2.0, 6.0)],
    ("slow", "relu_forward/1000", 2): [(30.0, 10.0)],
    ("slow", "relu_grad/1000", 2): [],  # it failed
})
figures.limits.update({("W1", 2): [390e3, 400e3, 380e3], ("b1", 2): [2.0, 1.0, 3.0], ("relu_forward/1000", 2): [40.0]})
figures.failed["slow", "W2"] = "exit code 1: no memory"
options = peer(workloads=["W1", "b1", "relu"], threads=[2], turns=5)
quiet = peer(waits=9, given_up=1, most=0.5)
lines = report.write(options, 3, peers, figures, quiet).splitlines()

expected = [
    "Medians of 3 rounds of up to 5 turns; (1.50x): weir, in its samples just before and after, is one and a half times as fast; "
    "[a to b]: the middle half of the turns.",
    "9 times two processes were started; 1 of them though the machine was not quiet (at most 0.5 processors busy).",
    "|  | W1 2T, samples/s | b1 2T, us a call |",
    "| **weir** | 190k | 4 |",
    "| slow | 50k (4.00x) | 8 (2.00x) |",
    "| quick | 200k (1.10x) | 6 (2.25x) |",
    "| *kann on OpenBLAS: published, scaled* | 310k (0.61x) | 23.5 (5.88x) |",
    "| weir over the best installed peer | 1.10x [0.90 to 1.20] (quick) | 2.00x [2.00 to 2.00] (slow) |",
    "| weir's share of the limit | 48 % | 50 % |",
    "| relu_forward/1000 | 30 | 40 | 10 (3.00x) |",
    "| relu_grad/1000 | - | - | - |",
    "- absent: apt-get install libabsent-dev",
    "- slow, W2: exit code 1: no memory",
]
missing = [line for line in expected if line not in lines]
if missing:
    sys.exit("not in the table:\n" + "\n".join(missing) + "\n\nthe table:\n" + "\n".join(lines))


# Weir and a peer in turn: the first answer of each is not counted, and a sample of the peer is set beside the mean of weir's around it.
asked = []


class Script:
    """Answers from lists, and ends where they do."""

    def __init__(self, one, samples):
        self.one, self.samples, self.ended = one, samples, False

    def ask(self, workload):
        if self.ended:
            sys.exit("asked after the end")
        asked.append((self.one.name, workload))
        if not self.samples[workload]:
            raise runner.Failed(self.one, "no more")
        return self.samples[workload].pop(0)

    def ask_limit(self, workload):
        return float(len(asked))

    def end(self):
        self.ended = True


def compare_scripts(most, weir, other, workloads):
    asked.clear()
    figures, scripts = runner.Figures(), {"weir": weir, "slow": other}
    programs = []

    def start(one, threads):
        if scripts[one.name] is None:
            raise OSError("not there")
        programs.append(Script(one, scripts[one.name]))
        return programs[-1]

    try:
        compare.measure(peers[1], peers[0], 2, workloads, runner.Turns(most), figures, start)
    except OSError:
        pass
    if not programs or not all(program.ended for program in programs):
        sys.exit("a program was left running")
    return figures


def check(what, got, expected):
    if got != expected:
        sys.exit(f"{what}: got {got}, expected {expected}")


got = compare_scripts(5, {"fma": [90.0], "W1": [7.0, 10.0, 12.0, 8.0, 6.0, 6.0, 10.0]}, {"W1": [1.0, 9.0, 8.0, 5.0, 12.0, 8.0]}, ["W1"])
check("turns", got.pairs["slow", "W1", 2], [(11.0, 9.0), (10.0, 8.0), (7.0, 5.0)])
got = compare_scripts(5, {"fma": [90.0], "W1": [7.0, 10.0, 12.0, 8.0, 6.0, 6.0, 10.0]}, {"W1": [1.0, 9.0, 9.0, 5.0, 12.0, 8.0]}, ["W1"])
check("turns", got.pairs["slow", "W1", 2], [(11.0, 9.0), (10.0, 9.0), (7.0, 5.0), (6.0, 12.0), (8.0, 8.0)])
check("order", [name for name, _ in asked], ["weir", "slow", "weir"] + ["slow", "weir"] * 5 + ["weir"])
check("limit", got.limits["W1", 2], [13.0])
check("rates", got.rates, [90.0])

# One that is far behind in all of the first three is asked no more; for b1 less is faster.
got = compare_scripts(5, {"fma": [90.0], "b1": [7.0, 2.0, 2.0, 2.0, 2.0]}, {"b1": [1.0, 3.0, 4.0, 3.0]}, ["b1"])
check("far behind", got.pairs["slow", "b1", 2], [(2.0, 3.0), (2.0, 4.0), (2.0, 3.0)])

# What it did before it failed is kept, and who failed is told.
got = compare_scripts(1, {"W1": [1.0, 2.0, 2.0], "b1": [1.0]}, {"W1": [1.0, 1.0], "b1": []}, ["W1", "b1"])
check("before a failure", dict(got.pairs), {("slow", "W1", 2): [(2.0, 1.0)]})
check("failure", got.failed, {("slow", "b1"): "no more"})
got = compare_scripts(1, {"W1": []}, {"W1": [1.0]}, ["W1"])
check("failure", got.failed, {("weir", "W1"): "no more"})
got = compare_scripts(1, {"fma": [], "W1": [1.0, 2.0, 2.0]}, {"W1": [1.0, 1.0]}, ["W1"])
check("a failure at the end", (dict(got.pairs), got.failed), ({("slow", "W1", 2): [(2.0, 1.0)]}, {("weir", "fma"): "no more"}))
compare_scripts(1, {"W1": [1.0]}, None, ["W1"])

# ReLU is asked for by function and size, in weir's order of workloads.
listed = ["W1", "b1", "relu_forward/7", "relu_grad/7", "product/64x128x784", "fma"]
names = compare.workloads_of(peers[1], peer(workloads=["relu", "b1", "W1"]), listed)
check("workloads", names, ["W1", "b1", "relu_forward/7", "relu_grad/7"])
check("workloads without ReLU", compare.workloads_of(peers[2], peer(workloads=["relu", "W1"]), listed), ["W1"])

# A real process: it answers when it is asked, is stopped in between, and what it says at its end is told.
script = "import sys\nfor i, line in enumerate(sys.stdin):\n    i < 2 or sys.exit('out of samples')\n    print(line.strip(), i, flush=True)"
counter = peer(name="counter", command=[sys.executable, "-c", script], environment={})
program = runner.Program(counter, 1)
check("answers", [program.ask("W1"), program.ask("W2")], [0.0, 1.0])
state = f"/proc/{program.process.pid}/stat"
if os.path.exists(state):
    time.sleep(0.1)
    check("state", open(state).read().split(") ")[1][0], "T")
try:
    program.ask("W3")
    sys.exit("a program that had ended gave a sample")
except runner.Failed as error:
    check("end", (error.peer, str(error)), (counter, "exit code 1: out of samples"))
program.end()
program = runner.Program(counter, 1)
try:
    program.answer("W1", "W2")
    sys.exit("an answer to something else was taken")
except runner.Failed as error:
    check("answer", str(error), "answered 'W1 0' to 'W1'")
program.end()
print("the order and the ratios are right")
