#!/usr/bin/env python3
"""Makes activations.txt beside this file: what PyTorch computes for every activation that it has, forward and backward, in double.

Run:     python3 make_activations.py     (Debian: apt-get install python3-torch; written with 1.13; 2 s)
Format:  that of make_training.py.

Names: <case>.x, .dy, .y, .dx; the word <case>.function is the name in weir, the words <case>.<parameter> its parameters. Every given number
is a float; the results are doubles. The kinks and 0 are among x.
"""

import pathlib

import torch
from torch import nn

CASES = {
    "identity": nn.Identity(),
    "relu": nn.ReLU(),
    "leaky_relu": nn.LeakyReLU(),
    "leaky_relu negative_slope=0.3": nn.LeakyReLU(0.3),
    "sigmoid": nn.Sigmoid(),
    "tanh": nn.Tanh(),
    "relu6": nn.ReLU6(),
    "elu": nn.ELU(),
    "elu alpha=0.75": nn.ELU(0.75),
    "selu": nn.SELU(),
    "celu": nn.CELU(),
    "celu alpha=0.75": nn.CELU(0.75),
    "gelu": nn.GELU(),
    "gelu_tanh": nn.GELU(approximate="tanh"),
    "silu": nn.SiLU(),
    "mish": nn.Mish(),
    "hard_sigmoid": lambda x: nn.functional.relu6(x + 3) / 6,  # Hardsigmoid itself rounds its derivative to float
    "log_sigmoid": nn.LogSigmoid(),
    "hard_tanh": nn.Hardtanh(),
    "hard_tanh min_val=-2 max_val=0.5": nn.Hardtanh(-2.0, 0.5),
    "softplus": nn.Softplus(),
    "softplus beta=2 threshold=3": nn.Softplus(2.0, 3.0),
    "softsign": nn.Softsign(),
    "threshold threshold=0.5 value=20": nn.Threshold(0.5, 20.0),
    "hard_swish": nn.Hardswish(),
}
generator = torch.Generator().manual_seed(2)
lines = ["# Made by make_activations.py with PyTorch %s. Do not edit: run it again." % torch.__version__.split("+")[0]]


def write(name, values):
    values = values.detach().numpy()
    lines.append("array %s %d %s" % (name, values.ndim, " ".join(map(str, values.shape))))
    numbers = [repr(float(v)) for v in values.flatten()]
    lines.extend(" ".join(numbers[i:i + 6]) for i in range(0, len(numbers), 6))


for number, (what, module) in enumerate(CASES.items()):
    name, *parameters = what.split()
    lines.append("word %d.function %s" % (number, name))
    lines.extend("word %d.%s %s" % (number, *parameter.split("=")) for parameter in parameters)
    special = torch.tensor([0.0, 0.5, 3.0, -3.0, 6.0, 1.0, -1.0, 1.5, 30.0, -4.5, 1e-3, -1e-3])
    if name == "hard_swish":
        special[2] = 2.75  # at 3 the vector and the scalar code of 1.13 differ: 1 and 3/2, of which weir has the second, the one from the left
    x = torch.cat([special, 3 * torch.randn(36, generator=generator)]).float().double().requires_grad_()
    dy = torch.randn(48, generator=generator).float().double()
    y = module(x)
    y.backward(dy)
    for key, values in (("x", x), ("dy", dy), ("y", y), ("dx", x.grad)):
        write("%d.%s" % (number, key), values)

pathlib.Path(__file__).with_name("activations.txt").write_text("\n".join(lines) + "\n")
