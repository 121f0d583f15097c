"""Shared by all Python peers: the workloads, the data, the timing. A peer is started as

    <peer>.py [VARIANT] THREADS

and reads names of workloads from standard input, one a line: W1, W2, W3, b1, b1024, relu_forward/1000 and so on. It answers each with a
line: the name and the result of one sample in samples/s (W1, W2, W3, b1024), microseconds a call (b1) or GB/s (relu_...). The data and
networks of a workload are created at its first request.
"""

import functools
import sys
import time

import numpy as np

NETS = {
    "W1": {"widths": [784, 128, 10], "batch": 64, "adam": False, "steps": 800, "warm_up": 2},
    "W2": {"widths": [784, 512, 512, 10], "batch": 128, "adam": True, "steps": 100, "warm_up": 2},
    "W3": {"widths": [784, 2048, 2048, 2048, 10], "batch": 1024, "adam": False, "steps": 2, "warm_up": 0},
}
INFERENCE = {"b1": 1, "b1024": 1024}
SMALL_NET = [784, 128, 10]
LEARNING_RATE = {False: 0.01, True: 1e-4}
RELU_MOST = 30_000_000
RELU_BYTES = {"relu_forward": 8, "relu_grad": 8, "relu_backward": 12}


@functools.cache
def data(samples=60_000):
    """Features [samples, 784], f32 in [0, 1], four fifths of them 0, and labels 0 to 9."""
    rng = np.random.default_rng(1)
    part = rng.integers(1, 256, (samples // 10, 784)).astype(np.float32) / 255
    part[rng.random(part.shape) >= 0.2] = 0
    return np.tile(part, (10, 1)), rng.integers(0, 10, samples)


@functools.cache
def arrays():
    """x, dy and y for ReLU."""
    rng = np.random.default_rng(1)
    x, dy = (rng.random(RELU_MOST, dtype=np.float32) * 2 - 1 for _ in range(2))
    return x, dy, np.zeros_like(x)


def seconds_per_call(call, budget=0.05):
    """Mean time of a call over about `budget` seconds, after a warm-up."""
    call()
    calls = 1
    while True:
        begin = time.perf_counter()
        for _ in range(calls):
            call()
        took = time.perf_counter() - begin
        if took >= budget:
            return took / calls
        calls = max(2 * calls, int(1.1 * calls * budget / max(took, 1e-9)) if took > budget / 8 else 0)


def training_sample(make_training, name, threads):
    """make_training(net, x, labels, threads) returns run(order, steps), which trains `steps` steps on batches of the rows in `order`."""
    net = NETS[name]
    x, labels = data()
    run = make_training(net, x, labels, threads)
    count = net["steps"] * net["batch"]  # only the samples that these steps use, as in weir's benchmark

    def sample():
        if net["warm_up"] > 0:
            run(np.random.permutation(count), net["warm_up"])
        begin = time.perf_counter()
        run(np.random.permutation(count), net["steps"])
        return net["steps"] * net["batch"] / (time.perf_counter() - begin)

    return sample


def inference_sample(make_inference, name, threads):
    """make_inference(widths, x, threads) returns call(), which runs one forward pass over x."""
    batch = INFERENCE[name]
    call = make_inference(SMALL_NET, np.ascontiguousarray(data()[0][:batch]), threads)

    def sample():
        seconds = seconds_per_call(call)
        return 1e6 * seconds if batch == 1 else batch / seconds

    return sample


def relu_sample(make_relu, name, threads):
    """make_relu(x, dy, y, threads) returns three functions, relu_forward, relu_grad and relu_backward, that write into y."""
    function, size = name.split("/")
    call = make_relu(*(a[: int(size)] for a in arrays()), threads)[function]
    return lambda: RELU_BYTES[function] * int(size) / seconds_per_call(call, 0.02) / 1e9


def main(training=None, inference=None, relu=None):
    threads, samples = int(sys.argv[-1]), {}
    for line in sys.stdin:
        name = line.strip()
        if name not in samples:
            if name in NETS:
                samples[name] = training_sample(training, name, threads)
            elif name in INFERENCE:
                samples[name] = inference_sample(inference, name, threads)
            else:
                samples[name] = relu_sample(relu, name, threads)
        print(name, samples[name](), flush=True)
