#!/usr/bin/env python3
"""Makes layers.txt beside this file: what PyTorch computes for single layers and losses, forward and backward, in double.

Run:     python3 make_layers.py     (Debian: apt-get install python3-torch; written with 1.13; 2 s)
Format:  that of make_training.py.

Names: <case>.x0, .x1, ... inputs; .weight, .bias; .dy; .y; .dx0, ...; .dweight, .dbias. Every given number is a float; the results are
doubles. A case dense.<activation>.<leading dimensions>[.no_bias] is Linear(5, 3) and the activation behind it. A loss's y is one number
a sample: the mean over the sample; its dy are given, so that sample weights are in it.
"""

import pathlib

import numpy
import torch

BATCH, IN, OUT = 4, 5, 3
ACTIVATIONS = {
    "none": lambda z: z,
    "relu": torch.relu,
    "leaky_relu": lambda z: torch.nn.functional.leaky_relu(z, 0.01),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}
generator = torch.Generator().manual_seed(1)
lines = ["# Made by make_layers.py with PyTorch %s. Do not edit: run it again." % torch.__version__.split("+")[0]]


def given(*shape, scale=1.0):
    """Numbers that are floats, held in double so that both runs get the same."""
    return (scale * torch.randn(*shape, generator=generator)).float().double().requires_grad_()


def write(name, values):
    values = values.detach().numpy()
    lines.append("array %s %d %s" % (name, values.ndim, " ".join(map(str, values.shape))))
    numbers = [repr(float(v)) for v in values.flatten()]
    lines.extend(" ".join(numbers[i:i + 6]) for i in range(0, len(numbers), 6))


def case(name, function, inputs, results):
    """Writes the inputs, function's y, a random dy, and the gradient of every input that results names."""
    y = function(*inputs.values())
    dy = given(*y.shape)
    y.backward(dy)
    for key, value in list(inputs.items()) + [("dy", dy), ("y", y)]:
        write(name + "." + key, value)
    for key, input_name in results.items():
        write(name + "." + key, inputs[input_name].grad)


def dense(leading, activation, bias):
    inputs = {"x0": given(BATCH, *leading, IN), "weight": given(OUT, IN)}
    if bias:
        inputs["bias"] = given(OUT)
    name = ".".join(["dense", activation, "x".join(map(str, leading)) or "0"] + ([] if bias else ["no_bias"]))
    results = {"dx0": "x0", "dweight": "weight"}
    if bias:
        results["dbias"] = "bias"
    case(name, lambda x, w, b=None: ACTIVATIONS[activation](torch.nn.functional.linear(x, w, b)), inputs, results)


def per_sample(loss):
    """[batch, ...] -> [batch]."""
    return loss.reshape(BATCH, -1).mean(dim=1)


def cross_entropy(x, target):
    """PyTorch wants the classes behind the batch; here they are the last dimension."""
    return per_sample(torch.nn.functional.cross_entropy(x.movedim(-1, 1), target, reduction="none"))


for leading in [(), (2,), (3, 2)]:
    for bias in [True, False]:
        dense(leading, "none", bias)
for activation in list(ACTIVATIONS)[1:]:
    dense((2,), activation, True)

for leading in [(), (3,)]:
    suffix = "x".join(map(str, leading)) or "0"
    labels = torch.randint(0, 6, (BATCH, *leading), generator=generator)
    write("labels." + suffix + ".x1", labels.double())
    case("labels." + suffix, lambda x: cross_entropy(x, labels), {"x0": given(BATCH, *leading, 6, scale=4)}, {"dx0": "x0"})

    # Rounded to float, so they do not quite add up to 1.
    t = torch.softmax(given(BATCH, *leading, 6), -1).detach().float().double().requires_grad_()
    case("probabilities." + suffix, lambda x, t: cross_entropy(x, t.movedim(-1, 1)), {"x0": given(BATCH, *leading, 6), "x1": t},
         {"dx0": "x0", "dx1": "x1"})

for shape in [(3,), (2, 3), ()]:
    case("squares." + ("x".join(map(str, shape)) or "0"), lambda x, t: per_sample((x - t) ** 2),
         {"x0": given(BATCH, *shape), "x1": given(BATCH, *shape)}, {"dx0": "x0", "dx1": "x1"})

pathlib.Path(__file__).with_name("layers.txt").write_text("\n".join(lines) + "\n")
