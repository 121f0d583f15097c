#!/usr/bin/env python3
"""Makes the four IDX files beside this script from the UCI digits, as Debian's python3-sklearn ships them.

    python3 make_digits.py [digits.csv.gz] [folder]

The CSV has one image a line: 64 grey levels from 0 to 16, row by row, then the digit. Its last lines were written by other people than
its first, so the lines are shuffled before they are split: line i (from 0) is placed by the SHA-256 of the text "weir digits <i>", smallest
first. The first 1,437 become the training set, the other 360 the test set. The same input gives the same bytes with any Python 3.
"""

import gzip
import hashlib
import pathlib
import struct
import sys

SOURCE = "/usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz"
SOURCE_SHA256 = "46abec6b12486ad9e51943373abcf22bbea1b5a51a1619b361570d8893f1464a"
TRAIN = 1437


def read(path):
    """The lines of the CSV as lists of 65 whole numbers."""
    packed = pathlib.Path(path).read_bytes()
    found = hashlib.sha256(packed).hexdigest()
    if found != SOURCE_SHA256:
        sys.exit(f"{path}: has SHA-256 {found}, expected {SOURCE_SHA256}. Use the file of python3-sklearn in Debian 12.")
    lines = [[int(cell) for cell in line.split(",")] for line in gzip.decompress(packed).decode("ascii").split()]
    for number, line in enumerate(lines):
        if len(line) != 65 or not all(0 <= cell <= 16 for cell in line[:64]) or not 0 <= line[64] <= 9:
            sys.exit(f"{path}: line {number} is not 64 numbers from 0 to 16 and a digit.")
    return lines


def place(number):
    return hashlib.sha256(f"weir digits {number}".encode("ascii")).digest()


def write(folder, name, extents, values):
    header = struct.pack(f">HBB{len(extents)}I", 0, 8, len(extents), *extents)
    (folder / name).write_bytes(header + bytes(values))


def main():
    source = sys.argv[1] if len(sys.argv) > 1 else SOURCE
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else pathlib.Path(__file__).resolve().parent
    lines = read(source)
    shuffled = [lines[i] for i in sorted(range(len(lines)), key=place)]
    for prefix, part in (("train", shuffled[:TRAIN]), ("t10k", shuffled[TRAIN:])):
        write(folder, f"{prefix}-images-idx3-ubyte", [len(part), 8, 8], [cell for line in part for cell in line[:64]])
        write(folder, f"{prefix}-labels-idx1-ubyte", [len(part)], [line[64] for line in part])


if __name__ == "__main__":
    main()
