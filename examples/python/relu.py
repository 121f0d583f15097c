"""ReLU and its gradient for a batch, as written with NumPy and with weir, and the time that each takes.

    ./weir python examples/python/relu.py

Takes about a second. The last line: the same values.
"""

import timeit

import numpy as np
import weir


def relu(x):
    return np.maximum(0.0, x)


def relu_grad(x):
    return np.greater(x, 0.0).astype(np.float32)


x = np.random.default_rng(1).standard_normal((1024, 1000), dtype=np.float32)  # samples, nodes
out = np.empty_like(x)
calls = {
    "NumPy": (lambda: relu(x), lambda: relu_grad(x)),
    "weir": (lambda: weir.relu(x), lambda: weir.relu_grad(x)),
    "weir, out=": (lambda: weir.relu(x, out=out), lambda: weir.relu_grad(x, out=out)),
}
for name, (forward, gradient) in calls.items():
    ms = [1e3 * min(timeit.repeat(call, number=1, repeat=5)) for call in (forward, gradient)]
    print(f"{name:10}  relu {ms[0]:6.2f} ms  gradient {ms[1]:6.2f} ms")

dy = np.ones_like(x)
same = (
    np.array_equal(weir.relu(x), relu(x))
    and np.array_equal(weir.relu_grad(x), relu_grad(x))
    and np.array_equal(weir.relu_backward(weir.relu(x), dy), dy * relu_grad(x))
)
print("the same values" if same else "other values")
raise SystemExit(not same)
