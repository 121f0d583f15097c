#!/usr/bin/env python3
"""Prints the orders that tests/data/loader_test.cpp expects of Loader::shuffle, by an implementation that shares nothing with weir's.

Philox4x32-10 as in Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), checked here against its published
vectors; whole numbers below a bound as in Lemire, "Fast random integer generation in an interval" (ACM TOMACS 2019), from 64 bits
(the first word is the high half), a rejected draw going on in the high counter; Fisher and Yates from the last place to the first, where
place i takes draw number i.
"""

MASK = 0xFFFFFFFF


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & MASK, (p0 >> 32) ^ c[3] ^ k[1], p0 & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def below(key, number, bound):
    attempt = 0
    while True:
        words = philox([number & MASK, number >> 32, attempt & MASK, attempt >> 32], [key & MASK, key >> 32])
        product = (words[0] << 32 | words[1]) * bound
        if product % 2**64 >= 2**64 % bound:
            return product >> 64
        attempt += 1


def shuffled(key, count):
    order = list(range(count))
    for i in range(count - 1, 0, -1):
        j = below(key, i, i + 1)
        order[i], order[j] = order[j], order[i]
    return order


# Random123's kat_vectors.
assert philox([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
assert philox([MASK] * 4, [MASK] * 2) == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]

for key, count in ((0, 10), (1, 10), (0x123456789ABCDEF0, 16)):
    print(f"key {key:#x}, {count} samples: {', '.join(map(str, shuffled(key, count)))}")
