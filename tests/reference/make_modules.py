#!/usr/bin/env python3
"""Makes modules.txt beside this file: what PyTorch computes for layers with state, slopes, norms and indices, forward and backward, in double.

Run:     python3 make_modules.py     (Debian: apt-get install python3-torch; written with 1.13; 2 s)
Format:  that of make_training.py.

Names: <case>.x0, .x1, ... inputs; .<parameter>; .dy; .y; .dx0, ...; .d<parameter>; .running_mean, .running_var after the forward. Every
given number is a float; the results are doubles. 1.13 has no RMSNorm: its formula is written out.
"""

import pathlib

import torch
from torch import nn

BATCH = 5
generator = torch.Generator().manual_seed(3)
lines = ["# Made by make_modules.py with PyTorch %s. Do not edit: run it again." % torch.__version__.split("+")[0]]


def given(*shape, scale=1.0, shift=0.0):
    """Numbers that are floats, held in double so that both runs get the same."""
    return (scale * torch.randn(*shape, generator=generator) + shift).float().double()


def write(name, values):
    values = values.detach().double().numpy()
    lines.append("array %s %d %s" % (name, values.ndim, " ".join(map(str, values.shape))))
    numbers = [repr(float(v)) for v in values.flatten()]
    lines.extend(" ".join(numbers[i:i + 6]) for i in range(0, len(numbers), 6))


def case(name, function, inputs, parameters=(), state=None):
    """Writes what goes into function(*inputs), its parameters, y, a random dy, every gradient, and the state after it."""
    for i, x in enumerate(inputs):
        write("%s.x%d" % (name, i), x)
        if x.is_floating_point():
            x.requires_grad_()
    for key, parameter in parameters:
        write(name + "." + key, parameter)
    y = function(*inputs)
    dy = given(*y.shape)
    y.backward(dy)
    write(name + ".dy", dy)
    write(name + ".y", y)
    for i, x in enumerate(inputs):
        if x.grad is not None:
            write("%s.dx%d" % (name, i), x.grad)
    for key, parameter in parameters:
        write("%s.d%s" % (name, key), parameter.grad)
    for key, values in (state() if state else {}).items():
        write(name + "." + key, values)


def module(name, layer, *inputs, training=True):
    layer = layer.double().train(training)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(given(*parameter.shape, scale=0.5, shift=0.5))
    parameters = [(key, parameter) for key, parameter in layer.named_parameters()]
    case(name, layer, list(inputs), parameters, lambda: {k: v for k, v in layer.named_buffers() if k.startswith("running")})


module("prelu", nn.PReLU(), given(BATCH, 3, 4))
module("prelu.channels", nn.PReLU(3), given(BATCH, 3, 4))
module("prelu.features", nn.PReLU(6), given(BATCH, 6))
for shape in [(7,), (2, 3)]:
    suffix = "x".join(map(str, shape))
    module("softmax." + suffix, nn.Softmax(dim=-1), given(BATCH, *shape, scale=4))
    module("log_softmax." + suffix, nn.LogSoftmax(dim=-1), given(BATCH, *shape, scale=4))
    module("layer_norm." + suffix, nn.LayerNorm(shape[-1]), given(BATCH, *shape, scale=2, shift=1))
module("layer_norm.plain", nn.LayerNorm(4, eps=0.1, elementwise_affine=False), given(BATCH, 4))
module("batch_norm", nn.BatchNorm1d(6), given(BATCH, 6, scale=3, shift=2))
module("batch_norm.plain", nn.BatchNorm1d(6, eps=0.1, momentum=0.25, affine=False), given(BATCH, 6))
module("batch_norm.inference", nn.BatchNorm1d(6), given(BATCH, 6), training=False)
module("embedding", nn.Embedding(4, 3), torch.tensor([3, 0, 3, 1, 3]))
module("embedding.words", nn.Embedding(4, 3), torch.tensor([[3, 0], [1, 1], [3, 1], [0, 0], [3, 1]]))
case("multiply", lambda a, b: a * b, [given(BATCH, 2, 3), given(BATCH, 2, 3)])
case("multiply.three", lambda a, b, c: a * b * c, [given(BATCH, 4), given(BATCH, 4), given(BATCH, 4)])
weight = given(5).requires_grad_()
case("rms_norm", lambda x: weight * x / torch.sqrt((x * x).mean(-1, keepdim=True) + 2**-23), [given(BATCH, 2, 5, scale=2)], [("weight", weight)])

pathlib.Path(__file__).with_name("modules.txt").write_text("\n".join(lines) + "\n")
