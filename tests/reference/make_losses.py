#!/usr/bin/env python3
"""Makes losses.txt beside this file: what PyTorch computes for every loss, forward and backward, in double.

Run:     python3 make_losses.py     (Debian: apt-get install python3-torch; written with 1.13; 2 s)
Format:  that of make_training.py.

Names: <case>.x the output [batch, ...], .t the target; <case>.<reduction>.loss the loss [], .dx its gradient, .dt the target's where there
is one. Every x and t is a float. A case is <weir's type>.<what>; <case>.<option> are words, .weight an array. Hinge is no loss of
PyTorch's: its formula, with PyTorch's gradient. The classes of an output come last here, behind the batch there.
"""

import pathlib

import torch
import torch.nn.functional as F

BATCH, CLASSES = 4, 5
REDUCTIONS = {"mean": "mean", "sum": "sum", "batch_mean": "batchmean"}
generator = torch.Generator().manual_seed(3)
lines = ["# Made by make_losses.py with PyTorch %s. Do not edit: run it again." % torch.__version__.split("a")[0]]


def as_float(values):
    return values.float().double()


def normal(*shape, scale=1.0):
    return as_float(scale * torch.randn(*shape, generator=generator, dtype=torch.float64))


def uniform(*shape, low=0.0, high=1.0):
    return as_float(low + (high - low) * torch.rand(*shape, generator=generator, dtype=torch.float64))


def write(name, values):
    values = values.detach().double()
    lines.append("array %s %d %s" % (name, values.dim(), " ".join(map(str, values.shape))))
    numbers = [repr(float(v)) for v in values.flatten()]
    lines.extend(" ".join(numbers[i:i + 6]) for i in range(0, len(numbers), 6))


def case(name, function, x, t, options=None, target_gradient=True):
    """function(x, t, reduction) with PyTorch's reduction."""
    for key, option in (options or {}).items():
        if isinstance(option, torch.Tensor):
            write(name + "." + key, option)
        else:
            lines.append("word %s.%s %s" % (name, key, str(option).lower()))
    write(name + ".x", x)
    write(name + ".t", t)
    for reduction, theirs in REDUCTIONS.items():
        own = name + "." + reduction
        if theirs == "batchmean":
            value = lambda x, t: function(x, t, "sum") / BATCH
        else:
            value = lambda x, t: function(x, t, theirs)
        a = x.clone().requires_grad_()
        b = t.clone()
        if target_gradient and t.is_floating_point():
            b.requires_grad_()
        loss = value(a, b)
        loss.backward()
        for key, v in [("loss", loss), ("dx", a.grad)]:
            write(own + "." + key, v)
        if b.requires_grad:
            write(own + ".dt", b.grad)


x, t = normal(BATCH, 3), normal(BATCH, 3)
case("mean_squared_error.plain", lambda x, t, r: F.mse_loss(x, t, reduction=r), x, t)
case("mean_absolute_error.plain", lambda x, t, r: F.l1_loss(x, t, reduction=r), x, t)
for delta in [1.0, 0.25]:
    case("huber.%g" % delta, lambda x, t, r: F.huber_loss(x, t, reduction=r, delta=delta), x, t, {"delta": delta}, target_gradient=False)
for beta in [1.0, 0.5, 0.0]:
    case("smooth_l1.%g" % beta, lambda x, t, r: F.smooth_l1_loss(x, t, reduction=r, beta=beta), x, t, {"beta": beta})
signs = torch.sign(t)
case("hinge.plain", lambda x, t, r: getattr(torch, r)((1 - t * x).clamp(min=0)), x, signs)

p, q = uniform(BATCH, 3, low=0.01, high=0.99), uniform(BATCH, 3)
p[0, 0], p[0, 1], p[1, 0] = 0, 1, 1e-20
case("binary_cross_entropy.plain", lambda x, t, r: F.binary_cross_entropy(x, t, reduction=r), p, q, target_gradient=False)
logits = normal(BATCH, 3, scale=5)
logits[0, 0], logits[0, 1] = 90, -90
for weight in [1.0, 2.5]:
    w = torch.tensor(weight, dtype=torch.float64)
    case("binary_cross_entropy_with_logits.%g" % weight,
         lambda x, t, r: F.binary_cross_entropy_with_logits(x, t, reduction=r, pos_weight=w), logits, q, {"pos_weight": weight},
         target_gradient=False)

weights = torch.tensor([0.5, 2.0, 1.25], dtype=torch.float64)
weighted = lambda x, t, r: F.binary_cross_entropy_with_logits(x, t, reduction=r, pos_weight=weights)
case("binary_cross_entropy_with_logits.outputs", weighted, logits, q, {"pos_weight": weights})
case("binary_cross_entropy_with_logits.outputs_rows", weighted, torch.stack([logits, logits.flip(0)], 1), torch.stack([q, q.flip(1)], 1),
     {"pos_weight": weights}, target_gradient=False)

log_p = as_float(torch.log_softmax(normal(BATCH, CLASSES), -1))
target = as_float(torch.softmax(normal(BATCH, CLASSES), -1))
zero = target.clone()
zero[1, 2] = 0
case("kl_divergence.plain", lambda x, t, r: F.kl_div(x, t, reduction=r), log_p, target, {"log_target": False})
case("kl_divergence.zero", lambda x, t, r: F.kl_div(x, t, reduction=r), log_p, zero, {"log_target": False},
     target_gradient=False)
case("kl_divergence.log", lambda x, t, r: F.kl_div(x, t, reduction=r, log_target=True), log_p, as_float(target.log()), {"log_target": True})

counts = torch.randint(0, 6, (BATCH, 3), generator=generator).double()
case("poisson.plain", lambda x, t, r: F.poisson_nll_loss(x, t, reduction=r), x, counts,
     {"log_input": True, "full": False, "eps": 1e-8})
case("poisson.full", lambda x, t, r: F.poisson_nll_loss(x, t, full=True, reduction=r), x, counts,
     {"log_input": True, "full": True, "eps": 1e-8}, target_gradient=False)
case("poisson.rate", lambda x, t, r: F.poisson_nll_loss(x, t, log_input=False, eps=1e-3, reduction=r), q, counts,
     {"log_input": False, "full": False, "eps": 1e-3})

weights = as_float(torch.tensor([0.5, 2.0, 0.0, 1.25, 0.75], dtype=torch.float64))
CLASS_OPTIONS = {
    "plain": dict(),
    "weights": dict(weight=weights),
    "ignore": dict(ignore_index=-100),
    "ignore_class": dict(ignore_index=1, weight=weights),
}
for leading in [(), (2,)]:
    scores = normal(BATCH, *leading, CLASSES, scale=2)
    labels = torch.randint(0, CLASSES, (BATCH, *leading), generator=generator)
    suffix = ".rows" if leading else ""
    last = lambda x: x.movedim(-1, 1)
    for name, options in CLASS_OPTIONS.items():
        own = labels.clone()
        own.view(-1)[1] = options.get("ignore_index", 0)
        args = dict(weight=options.get("weight"), ignore_index=options.get("ignore_index", -1))
        for smoothing in [0.0, 0.1]:
            extra = dict(options, label_smoothing=smoothing) if smoothing else options
            case("softmax_cross_entropy.%s%s%s" % (name, "_smooth" if smoothing else "", suffix),
                 lambda x, t, r: F.cross_entropy(last(x), t, label_smoothing=smoothing, reduction=r, **args), scores, own, extra)
        case("negative_log_likelihood.%s%s" % (name, suffix), lambda x, t, r: F.nll_loss(last(x), t, reduction=r, **args), scores, own, options)
    soft = as_float(torch.softmax(normal(BATCH, *leading, CLASSES), -1))
    case("softmax_cross_entropy.probabilities%s" % suffix,
         lambda x, t, r: F.cross_entropy(last(x), last(t), weight=weights, label_smoothing=0.2, reduction=r), scores, soft,
         dict(weight=weights, label_smoothing=0.2), target_gradient=False)
    if not leading:
        case("multi_margin.plain", lambda x, t, r: F.multi_margin_loss(x, t, reduction=r), scores, labels)
        case("multi_margin.all", lambda x, t, r: F.multi_margin_loss(x, t, p=2, margin=0.5, weight=weights, reduction=r), scores, labels,
             dict(p=2, margin=0.5, weight=weights))

pathlib.Path(__file__).with_name("losses.txt").write_text("\n".join(lines) + "\n")
