#!/usr/bin/env python3
"""Makes details.txt beside this file: what PyTorch computes where training is more than the plain step, in double.

Run:     python3 make_details.py     (Debian: apt-get install python3-torch; written with 1.13; 2 s)
Format:  that of make_training.py.

frozen.*   Linear(3, 4), Tanh, Linear(4, 2), mean squared error, all 8 samples in each step. requires_grad is False for the first layer in
           5 steps (.frozen.<parameter> the weights after them), then True in 3 more (.freed.<parameter>); a word <case>.clip is the
           max_norm of clip_grad_norm_ over all parameters. Only SGD is freed: its first step there is as any.
weighted.* Linear(3, 4), Tanh, then three outputs: Linear(4, 3) with cross entropy of class weights and labels, Linear(4, 2) with mean
           squared error, Linear(4, 2) with binary cross entropy and a pos_weight for each output. The loss is the sum over outputs of
           .weights times the mean over samples of .sample_weights times the loss of the sample, as in Keras: a mean that divides by the
           number of samples. .loss, and .gradient.<parameter> of all.
"""

import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(11)
lines = ["# Made by make_details.py with PyTorch %s. Do not edit: run it again." % torch.__version__.split("a")[0]]


def write(name, values):
    values = values.detach().double()
    lines.append("array %s %d %s" % (name, values.dim(), " ".join(map(str, values.shape))))
    numbers = [repr(float(v)) for v in values.flatten()]
    lines.extend(" ".join(numbers[i:i + 6]) for i in range(0, len(numbers), 6))


def normal(*shape):
    return torch.randn(*shape, generator=generator)


SAMPLES = 8
x, values = normal(SAMPLES, 3), normal(SAMPLES, 2)
write("x", x)
write("values", values)
start = {"0.weight": normal(4, 3), "0.bias": normal(4), "2.weight": normal(2, 4), "2.bias": normal(2)}
for name, value in start.items():
    write("start." + name, value)

OPTIMIZERS = {
    "sgd": (lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.1), None, True),
    "sgd_clipped": (lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.1), 0.3, True),
    "adam_clipped": (lambda p: torch.optim.Adam(p, lr=0.05, weight_decay=0.1), 0.3, False),
    "adamw": (lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.1), None, False),
}
for name, (make, clip, freed) in OPTIMIZERS.items():
    own = "frozen." + name
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    net.load_state_dict(start)
    optimizer = make(net.parameters())
    if clip is not None:
        lines.append("word %s.clip %r" % (own, clip))

    def steps(count):
        for _ in range(count):
            optimizer.zero_grad(set_to_none=True)
            F.mse_loss(net(x), values).backward()
            if clip is not None:
                torch.nn.utils.clip_grad_norm_(net.parameters(), clip)
            optimizer.step()

    net[0].requires_grad_(False)
    steps(5)
    for key, value in net.state_dict().items():
        write(own + ".frozen." + key, value)
    if freed:
        net[0].requires_grad_(True)
        steps(3)
        for key, value in net.state_dict().items():
            write(own + ".freed." + key, value)

trunk, heads = torch.nn.Linear(3, 4), [torch.nn.Linear(4, 3), torch.nn.Linear(4, 2), torch.nn.Linear(4, 2)]
labels = torch.randint(0, 3, (SAMPLES,), generator=generator)
shares = torch.rand(SAMPLES, 2, generator=generator)
sample_weights = 2 * torch.rand(3, SAMPLES, generator=generator)
sample_weights[0, 2] = sample_weights[1, 5] = 0
weights, class_weights, pos_weight = torch.tensor([0.7, 2.0, 0.25]), torch.tensor([0.5, 2.0, 1.25]), torch.tensor([3.0, 0.5])
modules = {"trunk": trunk, "classes": heads[0], "numbers": heads[1], "shares": heads[2]}
for name, module in modules.items():
    for key, parameter in module.named_parameters():
        parameter.data = normal(*parameter.shape)
        write("weighted.%s.%s" % (name, key), parameter)
hidden = torch.tanh(trunk(x))
# The mean of PyTorch's cross entropy divides by the sum of the labels' weights.
entropy = F.cross_entropy(heads[0](hidden), labels, weight=class_weights, reduction="none") * SAMPLES / class_weights[labels].sum()
square = F.mse_loss(heads[1](hidden), values, reduction="none").mean(1)
binary = F.binary_cross_entropy_with_logits(heads[2](hidden), shares, pos_weight=pos_weight, reduction="none").mean(1)
loss = sum(w * (s * l).mean() for w, s, l in zip(weights, sample_weights, [entropy, square, binary]))
loss.backward()
for name, array in [("labels", labels), ("shares", shares), ("sample_weights", sample_weights), ("weights", weights),
                    ("class_weights", class_weights), ("pos_weight", pos_weight), ("loss", loss)]:
    write("weighted." + name, array)
for name, module in modules.items():
    for key, parameter in module.named_parameters():
        write("weighted.gradient.%s.%s" % (name, key), parameter.grad)

pathlib.Path(__file__).with_name("details.txt").write_text("\n".join(lines) + "\n")
