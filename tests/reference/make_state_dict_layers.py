#!/usr/bin/env python3
"""Makes state_dict_layers.safetensors beside this file: the state dict of every layer of PyTorch's that weir has, and what each computes.

Run:     python3 make_state_dict_layers.py     (Debian: apt-get install python3-torch; written with 1.13; 2 s)
Format:  safetensors, as make_state_dict.py writes it.

The file is what torch.save would get from one ModuleDict: <case>.<position>.<name>, in float. state_dict_layers_expected.safetensors holds
x.<case> (float, or i32 indices) and y.<case>: the output in inference mode, in double, of the weights as they are stored.
state_dict_tied.safetensors is an autoencoder whose two Linear layers share one square weight; PyTorch writes it under both names.
state_dict_tied_once.safetensors has only the second, as safetensors.torch.save_model may leave it.
state_dict_tied_differs.safetensors has two different weights under these names.
"""

import torch
from torch import nn

from make_state_dict import save

BATCH = 5
torch.manual_seed(5)


def linear(*rest):
    """Layers behind a Linear layer, which weir may fuse with the first of them."""
    return nn.Sequential(nn.Linear(6, 4), *rest)


ACTIVATIONS = {
    "identity": nn.Identity(), "relu": nn.ReLU(), "leaky_relu": nn.LeakyReLU(), "leaky_relu_steep": nn.LeakyReLU(0.3), "sigmoid": nn.Sigmoid(),
    "tanh": nn.Tanh(), "relu6": nn.ReLU6(), "elu": nn.ELU(), "elu_flat": nn.ELU(0.75), "selu": nn.SELU(), "celu": nn.CELU(), "gelu": nn.GELU(),
    "gelu_tanh": nn.GELU(approximate="tanh"), "silu": nn.SiLU(), "mish": nn.Mish(), "hard_sigmoid": nn.Hardsigmoid(),
    "log_sigmoid": nn.LogSigmoid(), "hard_tanh": nn.Hardtanh(), "hard_tanh_wide": nn.Hardtanh(-2.0, 0.5), "softplus": nn.Softplus(),
    "softplus_steep": nn.Softplus(2.0, 3.0), "softsign": nn.Softsign(), "threshold": nn.Threshold(0.5, 20.0), "hard_swish": nn.Hardswish(),
}  # CELU in double with alpha other than 1 is right to 1e-7 only in 1.13
CASES = {
    "chain": nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.25), nn.Linear(8, 3)),
    "linear": nn.Sequential(nn.Linear(6, 4)),
    "linear_plain": nn.Sequential(nn.Linear(6, 4, bias=False)),
    "batch_norm": nn.Sequential(nn.BatchNorm1d(6)),
    "batch_norm_plain": nn.Sequential(nn.BatchNorm1d(6, eps=0.1, momentum=0.25, affine=False)),
    "layer_norm": nn.Sequential(nn.LayerNorm(6)),
    "layer_norm_plain": nn.Sequential(nn.LayerNorm(6, eps=0.1, elementwise_affine=False)),
    "prelu": linear(nn.PReLU()),
    "prelu_channels": linear(nn.PReLU(4)),
    "dropout": linear(nn.Dropout(0.5)),
    "softmax": linear(nn.Softmax(dim=-1)),
    "log_softmax": linear(nn.LogSoftmax(dim=-1)),
    "flatten": nn.Sequential(nn.Unflatten(1, (2, 3)), nn.Linear(3, 4), nn.Flatten(), nn.Linear(8, 2)),
    "embedding": nn.Sequential(nn.Embedding(4, 3), nn.Flatten(), nn.Linear(6, 2)),
    **{name: linear(module) for name, module in ACTIVATIONS.items()},
}


def save_all():
    modules = nn.ModuleDict(CASES)
    with torch.no_grad():
        for name, values in modules.state_dict().items():
            if values.is_floating_point():
                values.copy_(torch.rand_like(values) + 0.5 if name.endswith("var") else torch.randn_like(values))
    modules["chain"].train()
    modules["chain"](torch.randn(BATCH, 6))  # num_batches_tracked becomes 1
    save("state_dict_layers.safetensors", modules.state_dict())
    modules.double().eval()
    expected = {}
    for name, module in modules.items():
        words = name == "embedding"
        x = torch.randint(0, 4, (BATCH, 2), dtype=torch.int32) if words else 2 * torch.randn(BATCH, 6)
        expected["x." + name] = x
        expected["y." + name] = module(x if words else x.double())
    save("state_dict_layers_expected.safetensors", expected)


def save_tied():
    net = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3))
    net[2].weight = net[0].weight
    tied = net.state_dict()
    save("state_dict_tied.safetensors", tied)
    save("state_dict_tied_once.safetensors", {name: values for name, values in tied.items() if name != "0.weight"})
    save("state_dict_tied_differs.safetensors", {**tied, "2.weight": tied["2.weight"] + 1})
    x = torch.randn(BATCH, 3)
    save("state_dict_tied_expected.safetensors", {"x": x, "y": net.double()(x.double())})


save_all()
save_tied()
