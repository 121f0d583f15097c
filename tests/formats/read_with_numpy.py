"""Reads a model file with json and numpy alone, as a user would, and prints what is in it.

Usage: read_with_numpy.py MODEL.safetensors   ("0" and "2" are dense layers with a ReLU between them)

One line a tensor: its name, dtype, shape and numbers in hexadecimal; then "forward" and the output for the rows of the identity.
"""

import json
import struct
import sys

import numpy

with open(sys.argv[1], "rb") as file:
    content = file.read()
length = struct.unpack("<Q", content[:8])[0]
header = json.loads(content[8:8 + length])
data = content[8 + length:]
assert (8 + length) % 8 == 0

tensors = {}
for name, entry in header.items():
    if name == "__metadata__":
        continue
    begin, end = entry["data_offsets"]
    tensors[name] = numpy.frombuffer(data[begin:end], {"F32": "<f4", "F64": "<f8"}[entry["dtype"]]).reshape(entry["shape"])
    numbers = " ".join(float(number).hex() for number in tensors[name].ravel())
    print(name, entry["dtype"], json.dumps(entry["shape"]), numbers)

nodes = json.loads(header["__metadata__"]["weir.graph"])["nodes"]
print("types", *[node.get("type", "input") for node in nodes])
x = numpy.eye(tensors["0.weight"].shape[1])
hidden = numpy.maximum(0., x @ tensors["0.weight"].T + tensors["0.bias"])
y = hidden @ tensors["2.weight"].T + tensors["2.bias"]
print("forward", *[float(number).hex() for number in y.ravel()])
