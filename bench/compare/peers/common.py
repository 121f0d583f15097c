"""What every Python peer shares: the workloads, the data, the clock. A peer is started as

    <peer>.py [VARIANT] WORKLOAD[,WORKLOAD...] THREADS SAMPLES

and prints one line a sample: the workload's name and its figure, in samples/s (W1, W2, W3, b1024), us a call (b1) or GB/s (relu_...).
"""

import sys
import time

import numpy as np

NETS = {
    "W1": {"widths": [784, 128, 10], "batch": 64, "adam": False, "steps": 800},
    "W2": {"widths": [784, 512, 512, 10], "batch": 128, "adam": True, "steps": 100},
    "W3": {"widths": [784, 2048, 2048, 2048, 10], "batch": 1024, "adam": False, "steps": 2},
}
INFERENCE = {"b1": 1, "b1024": 1024}
SMALL_NET = [784, 128, 10]
LEARNING_RATE = {False: 0.01, True: 1e-4}
RELU_SIZES = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 30_000_000]
RELU_BYTES = {"relu_forward": 8, "relu_grad": 8, "relu_backward": 12}


def data(samples=60_000):
    """Features [samples, 784], f32 from 0 to 1, four fifths of them 0, and labels 0 to 9."""
    rng = np.random.default_rng(1)
    part = rng.integers(1, 256, (samples // 10, 784)).astype(np.float32) / 255
    part[rng.random(part.shape) >= 0.2] = 0
    return np.tile(part, (10, 1)), rng.integers(0, 10, samples)


def seconds_per_call(call, budget=0.05):
    """After a warm-up, the mean of so many calls as fill the budget."""
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


def measure_training(make_training, name, threads, samples):
    """make_training(net, x, labels, threads) gives run(order, steps): so many steps of SGD or Adam over batches of these rows."""
    net = NETS[name]
    x, labels = data()
    run = make_training(net, x, labels, threads)
    for _ in range(samples):
        run(np.random.permutation(len(x)), 2)
        begin = time.perf_counter()
        run(np.random.permutation(len(x)), net["steps"])
        took = time.perf_counter() - begin
        print(name, net["steps"] * net["batch"] / took, flush=True)


def measure_inference(make_inference, name, threads, samples):
    """make_inference(widths, x, threads) gives call(): one forward pass over x."""
    batch = INFERENCE[name]
    call = make_inference(SMALL_NET, np.ascontiguousarray(data(10_000)[0][:batch]), threads)
    for _ in range(samples):
        seconds = seconds_per_call(call)
        print(name, 1e6 * seconds if batch == 1 else batch / seconds, flush=True)


def measure_relu(make_relu, threads, samples):
    """make_relu(x, dy, y, threads) gives the calls for relu_forward, relu_grad, relu_backward, each into y."""
    rng = np.random.default_rng(1)
    x, dy = (rng.random(RELU_SIZES[-1], dtype=np.float32) * 2 - 1 for _ in range(2))
    y = np.zeros_like(x)
    for size in RELU_SIZES:
        calls = make_relu(x[:size], dy[:size], y[:size], threads)
        for name, call in calls.items():
            for _ in range(samples):
                print(f"{name}/{size}", RELU_BYTES[name] * size / seconds_per_call(call, 0.02) / 1e9, flush=True)


def main(training=None, inference=None, relu=None):
    names, threads, samples = sys.argv[-3].split(","), int(sys.argv[-2]), int(sys.argv[-1])
    for name in names:
        if name in NETS:
            measure_training(training, name, threads, samples)
        elif name in INFERENCE:
            measure_inference(inference, name, threads, samples)
        else:
            measure_relu(relu, threads, samples)
