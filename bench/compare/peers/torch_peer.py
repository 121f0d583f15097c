"""PyTorch: `eager` as in its tutorials; `best` with the settings that measured fastest: foreach optimizers, gradients zeroed instead of
freed, batches gathered into one buffer, inference through a frozen TorchScript module."""

import sys

import numpy as np
import torch
from torch import nn

import common

BEST = sys.argv[1] == "best"


def make(widths):
    layers = []
    for i, o in zip(widths, widths[1:]):
        layers += [nn.Linear(i, o), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def training(spec, x, labels, threads):
    torch.set_num_threads(threads)
    x, labels = torch.from_numpy(x), torch.from_numpy(labels)
    model, loss = make(spec["widths"]), nn.CrossEntropyLoss()
    kind = torch.optim.Adam if spec["adam"] else torch.optim.SGD
    options = {"foreach": True} if BEST else {}
    optimizer = kind(model.parameters(), lr=common.LEARNING_RATE[spec["adam"]], **options)
    size, rows = spec["batch"], torch.empty(spec["batch"], x.shape[1])

    def run(order, steps):
        order = torch.from_numpy(order)
        for i in range(steps):
            batch = order[i * size : (i + 1) * size]
            images = torch.index_select(x, 0, batch, out=rows) if BEST else x[batch]
            optimizer.zero_grad(set_to_none=not BEST)
            loss(model(images), labels[batch]).backward()
            optimizer.step()

    return run


def inference(widths, x, threads):
    torch.set_num_threads(threads)
    model, x = make(widths).eval(), torch.from_numpy(x)
    if BEST:
        model = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.script(model)))

    def call():
        with torch.inference_mode():
            model(x)

    if not BEST:
        return call
    torch.set_grad_enabled(False)
    return lambda: model(x)


def relu(x, dy, y, threads):
    torch.set_num_threads(threads)
    x, dy, y = (torch.from_numpy(a) for a in (x, dy, y))
    if not BEST:
        return {
            "relu_forward": lambda: torch.relu(x),
            "relu_grad": lambda: (x > 0).float(),
            "relu_backward": lambda: dy * (x > 0),
        }
    backward = torch.ops.aten.threshold_backward.grad_input
    return {
        "relu_forward": lambda: torch.clamp_min(x, 0, out=y),
        "relu_grad": lambda: torch.gt(x, 0, out=y),
        "relu_backward": lambda: backward(dy, x, 0, grad_input=y),
    }


common.main(training, inference, relu)
