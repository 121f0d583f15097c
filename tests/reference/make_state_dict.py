#!/usr/bin/env python3
"""Makes state_dict_*.safetensors beside this file: an MLP of PyTorch's as f32, f64, f16 and bf16, and what it computes.

Run:     python3 make_state_dict.py     (Debian: apt-get install python3-torch; written with 1.13; 2 s)
Format:  safetensors, written by hand from its public description, as safetensors.torch.save_file would: sorted names, no graph.

state_dict_expected.safetensors holds x [6, 5] and, for each of the four, y_<dtype> [6, 3]: the output in double of the weights as they are
stored.
"""

import json
import pathlib
import struct

import torch

HERE = pathlib.Path(__file__).parent
DTYPES = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16"}
INTEGERS = {torch.int64: "I64", torch.int32: "I32"}


def bytes_of(tensor):
    tensor = tensor.detach().contiguous()
    return (tensor.view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor).numpy().tobytes()


def save(name, tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for key in sorted(tensors):
        block = bytes_of(tensors[key])
        header[key] = {"dtype": (DTYPES | INTEGERS)[tensors[key].dtype], "shape": list(tensors[key].shape), "data_offsets": [len(data), len(data) + len(block)]}
        data += block
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    (HERE / name).write_bytes(struct.pack("<Q", len(text)) + text + data)


def main():
    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Linear(5, 4), torch.nn.ReLU(), torch.nn.Linear(4, 3)).double()
    x = torch.randn(6, 5, dtype=torch.float32).double()
    expected = {"x": x}
    for dtype, word in DTYPES.items():
        weights = {name: value.to(dtype) for name, value in net.state_dict().items()}
        save("state_dict_%s.safetensors" % word.lower(), weights)
        copy = torch.nn.Sequential(torch.nn.Linear(5, 4), torch.nn.ReLU(), torch.nn.Linear(4, 3)).double()
        copy.load_state_dict({name: value.double() for name, value in weights.items()})
        expected["y_" + word.lower()] = copy(x)
    save("state_dict_expected.safetensors", expected)


if __name__ == "__main__":
    main()
