#!/usr/bin/env python3
"""Makes schedules.txt beside this file: the learning rates of PyTorch's schedulers over 1,000 steps, in double.

Run:     python3 make_schedules.py     (Debian: apt-get install python3-torch; written with 1.13; 3 s)
Format:  that of make_training.py.

Names: times [T], the steps that are kept: the first 40, then every 13th, and those about the corners of the schedules below; <case>.rates
[T]. The optimizer's learning rate is LR. metrics [1000] is what ReduceLROnPlateau sees after each step.
"""

import pathlib
import warnings

import numpy
import torch
from torch.optim import lr_scheduler as S

warnings.simplefilter("ignore")
LR, STEPS = 0.25, 1000
TIMES = sorted(set(list(range(40)) + list(range(40, STEPS, 13)) + [99, 100, 101, 149, 150, 151, 298, 299, 300, 301, 398, 399, 400, 498, 499,
                                                                   500, 501, 597, 598, 599, 600, 699, 700, 998, 999]))
random = numpy.random.default_rng(5)
METRICS = (numpy.exp(-numpy.arange(STEPS) / 60) + 0.01 * random.normal(size=STEPS)).round(5)

CASES = {
    "step": lambda o: S.StepLR(o, step_size=30, gamma=0.9),
    "multi_step": lambda o: S.MultiStepLR(o, milestones=[5, 30, 30, 400], gamma=0.3),
    "exponential": lambda o: S.ExponentialLR(o, gamma=0.995),
    "polynomial": lambda o: S.PolynomialLR(o, total_iters=600, power=2.5),
    "polynomial_default": lambda o: S.PolynomialLR(o),
    "constant": lambda o: S.ConstantLR(o),
    "linear": lambda o: S.LinearLR(o, start_factor=0.1, end_factor=0.75, total_iters=100),
    "cosine": lambda o: S.CosineAnnealingLR(o, T_max=150, eta_min=0.01),
    "restarts": lambda o: S.CosineAnnealingWarmRestarts(o, T_0=50, eta_min=0.001),
    "restarts_longer": lambda o: S.CosineAnnealingWarmRestarts(o, T_0=20, T_mult=2),
    "one_cycle": lambda o: S.OneCycleLR(o, max_lr=LR, total_steps=STEPS, cycle_momentum=False),
    "one_cycle_all": lambda o: S.OneCycleLR(o, max_lr=0.7, total_steps=STEPS, pct_start=0.4, anneal_strategy="linear", cycle_momentum=False,
                                            div_factor=10, final_div_factor=100),
    "one_cycle_three": lambda o: S.OneCycleLR(o, max_lr=0.7, total_steps=STEPS, three_phase=True, cycle_momentum=False),
    "warmup_step": lambda o: S.SequentialLR(o, [S.LinearLR(o, start_factor=0.2, total_iters=25), S.StepLR(o, step_size=100, gamma=0.5)], [25]),
    "warmup_exponential": lambda o: S.SequentialLR(o, [S.LinearLR(o, total_iters=5), S.ExponentialLR(o, gamma=0.99)], [5]),
    "plateau": lambda o: S.ReduceLROnPlateau(o, factor=0.5, patience=8),
    "plateau_all": lambda o: S.ReduceLROnPlateau(o, mode="max", factor=0.7, patience=3, threshold=0.02, threshold_mode="abs", cooldown=4,
                                                 min_lr=0.01, eps=1e-3),
}


def rates(make):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=LR)
    scheduler = make(optimizer)
    for step in range(STEPS):
        yield optimizer.param_groups[0]["lr"]
        if step + 1 < STEPS:
            optimizer.step()
            scheduler.step(*([METRICS[step]] if isinstance(scheduler, S.ReduceLROnPlateau) else []))


def array(name, values):
    flat = [repr(float(v)) for v in values]
    return ["array %s 1 %d" % (name, len(flat))] + [" ".join(flat[i:i + 8]) for i in range(0, len(flat), 8)]


out = ["# Made by make_schedules.py with PyTorch %s. Do not edit: run it again." % torch.__version__.split("a")[0]]
out += ["word lr %r" % LR] + array("times", TIMES) + array("metrics", METRICS)
for name, make in CASES.items():
    every = list(rates(make))
    out += array(name + ".rates", [every[t] for t in TIMES])
pathlib.Path(__file__).with_name("schedules.txt").write_text("\n".join(out) + "\n")
