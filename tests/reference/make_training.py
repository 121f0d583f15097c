#!/usr/bin/env python3
"""Makes training.txt beside this file: what PyTorch computes when it trains small MLPs.

Run:     python3 make_training.py     (Debian: apt-get install python3-torch; written with 1.13; 4 s)
Network: Linear(5, 7), activation, Linear(7, 4), always from the same initial weights.
Data:    25 samples in batches of 8, in file order: 8, 8, 8 and 1; 25 epochs, so 100 steps.
Cases:   every optimizer below with every activation; the losses take turns, so that each meets every optimizer family and activation.

Format of the output, read by tests/support/reference.hpp:
  # a comment, to the end of the line
  word NAME VALUE                      one word without blanks
  array NAME RANK EXTENT ...           then the values of the array in row-major order, separated by blanks or line breaks
Every case is tame enough that PyTorch's own float run stays within 1e-5 of its double one: more could not be asked of another.

Numbers have the digits that give back the very double (repr) or float (repr of numpy.float32).

Names: initial.<parameter>, data.inputs, data.labels, data.probabilities, data.values; for every case <optimizer>.<activation>:
  .loss          word    cross_entropy_labels, cross_entropy_probabilities or mean_squared_error
  .losses        [100]   the loss of each step's batch before the update, all in double
  .losses_f32    [100]   the same run with every number in single precision
  .final.<parameter>     the weights after the 100 steps in double
and for every optimizer its options as words: <optimizer>.kind, <optimizer>.lr, ...
"""

import pathlib

import numpy
import torch

STEPS, BATCH, SAMPLES, FEATURES, HIDDEN, CLASSES = 100, 8, 25, 5, 7, 4

OPTIMIZERS = {
    "sgd": dict(kind="sgd", lr=0.2),
    "sgd_decay": dict(kind="sgd", lr=0.2, weight_decay=0.01),
    "momentum": dict(kind="sgd", lr=0.02, momentum=0.9),
    "momentum_decay": dict(kind="sgd", lr=0.05, momentum=0.8, dampening=0.25, weight_decay=0.02),
    "nesterov": dict(kind="sgd", lr=0.02, momentum=0.9, nesterov=True),
    "nesterov_decay": dict(kind="sgd", lr=0.02, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adam": dict(kind="adam", lr=0.02),
    "adam_decay": dict(kind="adam", lr=0.02, beta1=0.8, beta2=0.99, eps=1e-6, weight_decay=0.05),
}
ACTIVATIONS = {
    "relu": torch.nn.ReLU(),
    "leaky_relu": torch.nn.LeakyReLU(0.1),
    "tanh": torch.nn.Tanh(),
    "sigmoid": torch.nn.Sigmoid(),
}
LOSSES = {
    "cross_entropy_labels": (torch.nn.CrossEntropyLoss(), "data.labels"),
    "cross_entropy_probabilities": (torch.nn.CrossEntropyLoss(), "data.probabilities"),
    "mean_squared_error": (torch.nn.MSELoss(), "data.values"),
}


def make_optimizer(parameters, options):
    options = dict(options)
    if options.pop("kind") == "sgd":
        return torch.optim.SGD(parameters, **options)
    betas = (options.pop("beta1", 0.9), options.pop("beta2", 0.999))
    return torch.optim.Adam(parameters, betas=betas, **options)


def train(initial, data, activation, loss_name, options, dtype):
    """The loss of each step and the final weights."""
    net = torch.nn.Sequential(torch.nn.Linear(FEATURES, HIDDEN), ACTIVATIONS[activation], torch.nn.Linear(HIDDEN, CLASSES)).to(dtype)
    net.load_state_dict({name: value.to(dtype) for name, value in initial.items()})
    optimizer = make_optimizer(net.parameters(), options)
    loss_of, target_name = LOSSES[loss_name]
    convert = lambda t: t if t.dtype == torch.int64 else t.to(dtype)
    inputs, targets = convert(data["data.inputs"]), convert(data[target_name])
    losses, begin = [], 0
    for _ in range(STEPS):
        batch = slice(begin, min(begin + BATCH, SAMPLES))
        optimizer.zero_grad()
        loss = loss_of(net(inputs[batch]), targets[batch])
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
        begin = batch.stop % SAMPLES
    return torch.stack(losses), net.state_dict()


def array(name, values):
    values = values.numpy()
    flat = [repr(v.item()) if v.dtype != numpy.float32 else str(v) for v in values.reshape(-1)]
    lines = [" ".join(flat[i:i + 8]) for i in range(0, len(flat), 8)]
    return ["array %s %d %s" % (name, values.ndim, " ".join(map(str, values.shape)))] + lines


def main():
    torch.manual_seed(20240229)
    torch.set_num_threads(1)
    net = torch.nn.Sequential(torch.nn.Linear(FEATURES, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, CLASSES)).double()
    initial = {name: value.clone() for name, value in net.state_dict().items()}
    data = {
        "data.inputs": torch.randn(SAMPLES, FEATURES, dtype=torch.float64),
        "data.labels": torch.randint(0, CLASSES, (SAMPLES,)),
        "data.probabilities": torch.softmax(2 * torch.randn(SAMPLES, CLASSES, dtype=torch.float64), dim=1),
        "data.values": torch.randn(SAMPLES, CLASSES, dtype=torch.float64),
    }
    out = ["# Made by make_training.py with PyTorch %s. Do not edit: run it again." % torch.__version__.split("a")[0]]
    out += ["word batch %d" % BATCH]
    for name, value in {**{"initial." + k: v for k, v in initial.items()}, **data}.items():
        out += array(name, value)
    for o, (optimizer, options) in enumerate(OPTIMIZERS.items()):
        out += ["word %s.%s %s" % (optimizer, key, str(value).lower()) for key, value in options.items()]
        for a, activation in enumerate(ACTIVATIONS):
            case, loss_name = "%s.%s" % (optimizer, activation), list(LOSSES)[(o + a) % len(LOSSES)]
            losses, final = train(initial, data, activation, loss_name, options, torch.float64)
            losses_f32, _ = train(initial, data, activation, loss_name, options, torch.float32)
            apart = ((losses_f32.double() - losses) / losses).abs().max().item()
            if apart > 1e-5:
                raise SystemExit("%s: PyTorch's own float and double runs are %g apart. Choose a smaller lr." % (case, apart))
            out += ["word %s.loss %s" % (case, loss_name)]
            out += array(case + ".losses", losses) + array(case + ".losses_f32", losses_f32)
            for name, value in final.items():
                out += array("%s.final.%s" % (case, name), value)
    pathlib.Path(__file__).with_name("training.txt").write_text("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
