"""Times other libraries on the same CUDA device with the workloads of bench_gpu: the same networks, batches and optimizers, data in device
memory, batches gathered by an index that is shuffled in each epoch (included in the time). Run: python3 peers.py --json peers.json. Packages
that are not installed are reported and skipped.

bf16 does not mean the same everywhere: weir and JAX store all numbers in f32 and round the operands of matrix products; PyTorch's autocast
also stores activations in bf16, which moves fewer bytes."""

import argparse
import json
import statistics
import sys
import time

NETS = [
    ("784-128-10, batch 64", [128], 64, 900, False),
    ("784-512-512-10, batch 128", [512, 512], 128, 450, True),
    ("784-2048x3-10, batch 1024", [2048] * 3, 1024, 50, False),
    ("784-4096x3-10, batch 8192", [4096] * 3, 8192, 6, False),
]
EPOCHS = 6
RELU_COUNT = 100_000_000
samples = []
json_file = None


def add(who, name, precision, unit, values):
    values = sorted(values)
    row = dict(who=who, name=name, precision=precision, unit=unit, median=statistics.median(values), least=values[0], most=values[-1])
    samples.append(row)
    print(f"{who:24} {name:28} {precision:5} {row['median']:12.1f} {unit}  ({values[0]:.1f} to {values[-1]:.1f})", flush=True)
    write()


def write():
    """Writes the file after each result, so that an interrupted run keeps what it has."""
    if json_file:
        with open(json_file, "w", encoding="utf-8") as file:
            json.dump({"python": sys.version.split()[0], "samples": samples}, file, indent=1)


def attempt(who, work):
    """Runs a peer; if it is missing or fails, prints a line and goes on."""
    try:
        work()
    except Exception as error:
        print(f"{who}: left out: {type(error).__name__}: {error}".splitlines()[0], flush=True)


def torch_nets(compiled):
    import torch
    from torch import nn

    who = "PyTorch compiled" if compiled else "PyTorch eager"
    for precision in ("f32", "tf32", "bf16"):
        torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
        for name, hidden, batch, steps, adam in NETS:
            torch.manual_seed(1)
            widths, layers = [784, *hidden, 10], []
            for i, o in zip(widths, widths[1:]):
                layers += [nn.Linear(i, o), nn.ReLU()]
            model = nn.Sequential(*layers[:-1]).cuda()
            kind = torch.optim.Adam if adam else torch.optim.SGD
            optimizer = kind(model.parameters(), lr=1e-4 if adam else 0.01, **({"capturable": True} if adam and compiled else {}))
            x = torch.rand(batch * steps, 784, device="cuda")
            labels = torch.randint(0, 10, (batch * steps,), device="cuda")
            loss = nn.CrossEntropyLoss()

            def forward(images, targets):
                with torch.autocast("cuda", torch.bfloat16, enabled=precision == "bf16"):
                    return loss(model(images), targets)

            if compiled:
                torch.compiler.reset()  # otherwise the cache limit of eight compiled versions of this function is reached
                forward = torch.compile(forward, mode="reduce-overhead")

            def epoch():
                order = torch.randperm(batch * steps, device="cuda")
                total = torch.zeros((), device="cuda")
                for i in range(steps):
                    rows = order[i * batch : (i + 1) * batch]
                    optimizer.zero_grad()
                    value = forward(x[rows], labels[rows])
                    value.backward()
                    optimizer.step()
                    total += value.detach()
                return total.item()  # .item() waits for the device

            times = []
            for i in range(EPOCHS):
                torch.cuda.synchronize()
                begin = time.perf_counter()
                epoch()
                if i > 0:
                    times.append(1e6 * (time.perf_counter() - begin) / steps)
            add(who, name, precision, "us a step", times)


def torch_relu():
    import torch

    x, dy = torch.randn(RELU_COUNT, device="cuda"), torch.randn(RELU_COUNT, device="cuda")
    y = torch.empty_like(x)

    def bandwidth(name, arrays, call):
        values = []
        for i in range(8):
            torch.cuda.synchronize()
            begin = time.perf_counter()
            for _ in range(20):
                call()
            torch.cuda.synchronize()
            if i > 0:
                values.append(arrays * 4 * RELU_COUNT * 20 / (time.perf_counter() - begin) / 1e9)
        add("PyTorch eager", name, "f32", "GB/s", values)

    bandwidth("device copy", 2, lambda: y.copy_(x))
    bandwidth("relu forward", 2, lambda: torch.clamp_min(x, 0, out=y))
    bandwidth("relu backward", 3, lambda: torch.ops.aten.threshold_backward.grad_input(dy, x, 0, grad_input=y))


def jax_precisions(jax):
    """JAX's names of the precisions. A JAX version without named algorithms has no bf16 on a GPU other than its default; it is left out."""
    try:
        with jax.default_matmul_precision("BF16_BF16_F32"):
            return {"f32": "F32_F32_F32", "tf32": "TF32_TF32_F32", "bf16": "BF16_BF16_F32"}
    except ValueError:
        return {"f32": "float32", "tf32": "tensorfloat32"}


def jax_nets():
    import jax
    import jax.numpy as jnp

    for precision, setting in jax_precisions(jax).items():
        for name, hidden, batch, steps, adam in NETS:
            widths = [784, *hidden, 10]
            keys = jax.random.split(jax.random.PRNGKey(1), len(widths))
            weights = [(jax.random.normal(k, (i, o)) / i**0.5, jnp.zeros(o)) for k, i, o in zip(keys, widths, widths[1:])]
            zeros = jax.tree_util.tree_map(jnp.zeros_like, weights)
            x = jax.random.uniform(keys[-1], (batch * steps, 784))
            labels = jax.random.randint(keys[-1], (batch * steps,), 0, 10)

            def loss_of(weights, images, targets):
                for w, b in weights[:-1]:
                    images = jax.nn.relu(images @ w + b)
                logits = images @ weights[-1][0] + weights[-1][1]
                return -jnp.mean(jax.nn.log_softmax(logits)[jnp.arange(batch), targets])

            def step(state, images, targets):
                weights, m, v, t = state
                value, g = jax.value_and_grad(loss_of)(weights, images, targets)
                tree = jax.tree_util.tree_map
                if not adam:
                    return (tree(lambda w, d: w - 0.01 * d, weights, g), m, v, t), value
                t = t + 1
                m = tree(lambda a, d: 0.9 * a + 0.1 * d, m, g)
                v = tree(lambda a, d: 0.999 * a + 0.001 * d * d, v, g)
                move = lambda w, a, b: w - 1e-4 / (1 - 0.9**t) * a / (jnp.sqrt(b / (1 - 0.999**t)) + 1e-8)
                return (tree(move, weights, m, v), m, v, t), value

            with jax.default_matmul_precision(setting):
                # The data are passed as arguments: jit would compile captured arrays into the program as constants.
                epoch = jax.jit(lambda state, order, x, labels: jax.lax.scan(lambda s, rows: step(s, x[rows], labels[rows]), state, order))
                state, times = (weights, zeros, zeros, jnp.zeros(())), []
                for i in range(EPOCHS):
                    begin = time.perf_counter()
                    order = jax.random.permutation(jax.random.PRNGKey(i), batch * steps).reshape(steps, batch)
                    state, values = epoch(state, order, x, labels)
                    float(values.sum())
                    if i > 0:
                        times.append(1e6 * (time.perf_counter() - begin) / steps)
            add("JAX jit", name, precision, "us a step", times)


def cupy_relu():
    import cupy

    x = cupy.random.standard_normal(RELU_COUNT, dtype=cupy.float32)

    def bandwidth(name, arrays, call):
        values = []
        for i in range(8):
            cupy.cuda.Device().synchronize()
            begin = time.perf_counter()
            for _ in range(20):
                call()
            cupy.cuda.Device().synchronize()
            if i > 0:
                values.append(arrays * 4 * RELU_COUNT * 20 / (time.perf_counter() - begin) / 1e9)
        add("CuPy, as NumPy", name, "f32", "GB/s", values)

    bandwidth("relu forward", 2, lambda: cupy.maximum(cupy.float32(0), x))
    bandwidth("relu gradient", 2, lambda: cupy.greater(x, 0).astype(cupy.float32))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", help="write the figures to this file")
    parser.add_argument("--only", default="", help="a part of a peer's name: torch, compiled, jax, cupy")
    options = parser.parse_args()
    global json_file
    json_file = options.json
    peers = {
        "torch eager": lambda: torch_nets(False),
        "torch relu": torch_relu,
        "torch compiled": lambda: torch_nets(True),
        "cupy relu": cupy_relu,
        "jax": jax_nets,
    }
    for name, work in peers.items():
        if options.only in name:
            attempt(name, work)
    write()


if __name__ == "__main__":
    main()
