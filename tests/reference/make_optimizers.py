#!/usr/bin/env python3
"""Makes optimizers.txt beside this file: where PyTorch's optimizers take six parameters in 100 steps with given gradients, in double.

Run:     python3 make_optimizers.py     (Debian: apt-get install python3-torch; written with 1.13; 3 s)
Format:  that of make_training.py.

Names: start [6]; gradients [100, 6]; after: the steps whose result is kept. For every case <case>.kind and its options as words, and
<case>.parameters [after, 6]. The first parameter's gradients grow, the second's shrink, the last one's are 0 but for every tenth.
PyTorch 1.13 has no Lion: that is written here from the algorithm of its paper (Chen et al. 2023, algorithm 2).
NAdam's running product is a tensor of PyTorch's default type there, which is therefore set to double; it runs in its foreach form, as the
single-tensor form of 1.13 multiplies one factor in twice, against its own documentation.
"""

import pathlib

import numpy
import torch

STEPS, SIZE = 100, 6
AFTER = [1, 2, 3, 5, 6, 10, 25, 50, 75, 100]

CASES = {
    "adam.amsgrad": dict(lr=0.05, amsgrad=True),
    "adam.amsgrad_decay": dict(lr=0.02, beta1=0.8, beta2=0.95, eps=1e-4, weight_decay=0.1, amsgrad=True),
    "adamw.plain": dict(lr=0.02),
    "adamw.all": dict(lr=0.05, beta1=0.8, beta2=0.99, eps=1e-5, weight_decay=0.2),
    "adamw.amsgrad": dict(lr=0.03, amsgrad=True),
    "nadam.plain": dict(lr=0.02),
    "nadam.all": dict(lr=0.01, beta1=0.95, beta2=0.99, eps=1e-5, weight_decay=0.05, momentum_decay=0.01),
    "radam.plain": dict(lr=0.05),
    "radam.all": dict(lr=0.02, beta1=0.8, beta2=0.95, eps=1e-5, weight_decay=0.05),
    "rmsprop.plain": dict(lr=0.02),
    "rmsprop.centered": dict(lr=0.01, alpha=0.9, centered=True),
    "rmsprop.momentum": dict(lr=0.005, momentum=0.8, weight_decay=0.02),
    "rmsprop.all": dict(lr=0.002, alpha=0.95, eps=1e-4, weight_decay=0.02, momentum=0.9, centered=True),
    "adagrad.plain": dict(lr=0.1),
    "adagrad.all": dict(lr=0.2, lr_decay=0.05, weight_decay=0.02, initial_accumulator_value=0.5, eps=1e-6),
    "adadelta.plain": dict(),
    "adadelta.all": dict(lr=0.5, rho=0.8, eps=1e-4, weight_decay=0.05),
    "lion.plain": dict(lr=0.01),
    "lion.all": dict(lr=0.02, beta1=0.8, beta2=0.95, weight_decay=0.3),
    "sgd.all": dict(lr=0.02, momentum=0.9, dampening=0.3, weight_decay=0.05),
    "sgd.nesterov": dict(lr=0.01, momentum=0.95, weight_decay=0.01, nesterov=True),
    "adam.plain": dict(lr=0.02, weight_decay=0.01),
}
CLASSES = {"adam": "Adam", "adamw": "AdamW", "nadam": "NAdam", "radam": "RAdam", "rmsprop": "RMSprop", "adagrad": "Adagrad",
           "adadelta": "Adadelta", "sgd": "SGD"}


def lion(w, gradients, lr, beta1=0.9, beta2=0.99, weight_decay=0.0):
    m = numpy.zeros(SIZE)
    for g in gradients:
        c = beta1 * m + (1 - beta1) * g
        w = w - lr * (numpy.sign(c) + weight_decay * w)
        m = beta2 * m + (1 - beta2) * g
        yield w


def pytorch(kind, w, gradients, options):
    options = dict(options)
    if kind not in ("rmsprop", "adagrad", "adadelta", "sgd"):
        options["betas"] = (options.pop("beta1", 0.9), options.pop("beta2", 0.999))
    if kind == "nadam":
        options["foreach"] = True
    w = torch.tensor(w, requires_grad=True)
    optimizer = getattr(torch.optim, CLASSES[kind])([w], **options)
    for g in gradients:
        w.grad = torch.tensor(g)
        optimizer.step()
        yield w.detach().numpy().copy()


def array(name, values):
    values = numpy.asarray(values, dtype=numpy.float64)
    flat = [repr(float(v)) for v in values.reshape(-1)]
    return ["array %s %d %s" % (name, values.ndim, " ".join(map(str, values.shape)))] + [" ".join(flat[i:i + 6]) for i in range(0, len(flat), 6)]


def main():
    torch.set_default_dtype(torch.float64)
    random = numpy.random.default_rng(7)
    start = random.normal(size=SIZE).round(3)
    gradients = random.normal(size=(STEPS, SIZE))
    gradients[:, 0] *= numpy.linspace(0.01, 10, STEPS)
    gradients[:, 1] *= numpy.linspace(100, 0.1, STEPS)
    gradients[:, 2] += 1
    gradients[[i for i in range(STEPS) if i % 10], SIZE - 1] = 0
    gradients = gradients.round(4)
    out = ["# Made by make_optimizers.py with PyTorch %s. Do not edit: run it again." % torch.__version__.split("a")[0]]
    out += array("start", start) + array("gradients", gradients) + array("after", AFTER)
    for case, options in CASES.items():
        kind = case.split(".")[0]
        out += ["word %s.kind %s" % (case, kind)]
        out += ["word %s.%s %s" % (case, key, str(value).lower()) for key, value in options.items()]
        path = list(lion(start, gradients, **options) if kind == "lion" else pytorch(kind, start, gradients, options))
        out += array(case + ".parameters", [path[step - 1] for step in AFTER])
    pathlib.Path(__file__).with_name("optimizers.txt").write_text("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
