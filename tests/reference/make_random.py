#!/usr/bin/env python3
"""Prints the random numbers that tests/core/random_test.cpp expects, from Philox4x32-10 written down here from its paper.

Run:     python3 make_random.py     (needs nothing)
The generator (Salmon, Moraes, Dror, Shaw, SC 2011) is checked against its authors' known answers first. A key is split into two words and
a counter into four, lowest first. Of a call's four words the first is the high half and the second the low half of a 64-bit number.
"""

import math
from fractions import Fraction

MASK = 0xFFFFFFFF


def philox(key, low, high=0):
    c = [low & MASK, low >> 32, high & MASK, high >> 32]
    k = [key & MASK, key >> 32]
    for _ in range(10):
        p, q = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(q >> 32) ^ c[1] ^ k[0], q & MASK, (p >> 32) ^ c[3] ^ k[1], p & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def wide(words):
    return words[0] << 32 | words[1]


def derived(key, number):
    return wide(philox(key, number, 2**64 - 1))


def below(key, counter, bound):
    attempt = 0
    while True:
        product = wide(philox(key, counter, attempt)) * bound
        if product % 2**64 >= 2**64 % bound:
            return product >> 64, attempt
        attempt += 1


def uniform(words):
    return float(Fraction(wide(words) >> 11, 2**53))


def normal(key, counter):
    words = philox(key, counter)
    return math.sqrt(-2 * math.log1p(-uniform(words[:2]))) * math.cos(2 * math.pi * uniform(words[2:]))


assert philox(0, 0) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
assert philox(2**64 - 1, 2**64 - 1, 2**64 - 1) == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]
assert philox(0x299F31D0A4093822, 0x85A308D3243F6A88, 0x0370734413198A2E) == [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]

print("with:", *(f"{key:#x}.with({number:#x}) = {derived(key, number):#018x}" for key, number in
      [(0, 0), (0, 1), (5, 2), (2**64 - 1, 2**64 - 1), (0x299F31D0A4093822, 0x85A308D3243F6A88)]), sep="\n  ")
print(f"with twice: {derived(derived(7, 3), 4):#018x}")
print("purposes 0 to 3 of seed 42:", *(f"{derived(42, purpose):#018x}" for purpose in range(4)), sep="\n  ")
print("below:", *((key, counter, bound, *below(key, counter, bound)) for key, counter, bound in
      [(11, 0, 7), (11, 1, 7), (11, 2**40, 1000), (1, 0, 2**63 + 1), (1, 1, 2**63 + 1), (1, 2, 2**63 + 1), (1, 3, 2**63 + 1), (1, 4, 2**63 + 1)]), sep="\n  ")
print("uniform:", *(uniform(philox(7, i)).hex() for i in range(3)), uniform([MASK, MASK]).hex(), sep="\n  ")
print("normal:", *(repr(normal(3, i)) for i in (0, 1, 2, 2**33)), sep="\n  ")
