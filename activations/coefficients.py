"""Prints the polynomial coefficients of include/weir/activations/math.hpp and wide_math.hpp. Needs python3-mpmath; takes half a minute.

Each P is the polynomial of its degree that minimises the maximum relative error of the formula below. It is found by Remez exchange in
60 digits, and its coefficients are then rounded to the type that is used at run time:

  math.hpp, float
    exp(r)  = 1 + r + r^2 P(r)            on [-ln(2)/2, ln(2)/2]
    tanh(x) = x + x^3 P(x^2)              on [0, 0.65]
  wide_math.hpp, double
    exp(r)  = 1 + r (1 + r P(r))          on [-ln(2)/2, ln(2)/2]
    log(1 + t) = s P(s^2), s = t / (2 + t), on 0 <= t <= 1
    exp(a^2 / 2) Phi(-a) = w P(w), w = 3 / (3 + a), on 0 <= a <= 15; Phi is the normal distribution
"""

import struct

from mpmath import atanh, cos, erfc, exp, log, lu_solve, matrix, mp, mpf, pi, polyval, sqrt, tanh

mp.dps = 60


def remez(target, weight, degree, a, b):
    """P of this degree that minimises max |weight(t) (P(t) - target(t))| on [a, b], and that maximum."""
    count = degree + 2
    points = [(a + b) / 2 - (b - a) / 2 * cos(pi * (2 * i + 1) / (2 * count)) for i in range(count)]
    grid = [a + (b - a) * mpf(2 * i + 1) / 8000 for i in range(4000)]
    for _ in range(12):
        rows = [[t**k for k in range(degree + 1)] + [(-1) ** i / weight(t)] for i, t in enumerate(points)]
        solution = lu_solve(matrix(rows), matrix([target(t) for t in points]))
        c = [solution[k] for k in range(degree + 1)]
        errors = [weight(t) * (polyval(c[::-1], t) - target(t)) for t in grid]
        points = []  # the extremes between the changes of sign
        best = 0
        for i, e in enumerate(errors):
            if i and (e > 0) != (errors[i - 1] > 0):
                points.append(grid[best])
                best = i
            elif abs(e) > abs(errors[best]):
                best = i
        points.append(grid[best])
        assert len(points) == count, (len(points), count)
    return c, max(abs(e) for e in errors)


def show(name, fit, wide=False):
    c, error = fit
    print(f"{name}: largest relative error 2^{float(log(error, 2)):.2f}")
    for k, value in enumerate(c):
        if wide:
            print(f"  c{k} = {float(value).hex()}")
            continue
        rounded = struct.unpack("f", struct.pack("f", float(value)))[0]
        print(f"  c{k} = {rounded.hex()}F  // {float(value):.9g}")


def log1p_factor(z):
    """log(1 + t) / s with s^2 = z."""
    return 2 * atanh(sqrt(z)) / sqrt(z)


def tail_factor(w):
    """exp(a^2 / 2) Phi(-a) / w with w = 3 / (3 + a)."""
    a = 3 / w - 3
    return erfc(a / sqrt(2)) / 2 * exp(a * a / 2) / w


half = log(2) / 2
show("exp", remez(lambda r: (exp(r) - 1 - r) / r**2, lambda r: r**2 / exp(r), 4, -half, half))
show("tanh", remez(lambda z: (tanh(z**0.5) / z**0.5 - 1) / z, lambda z: z * z**0.5 / tanh(z**0.5), 4, mpf(0), mpf("0.65") ** 2))

high = mpf(round(log(2) * 2**16)) / 2**16  # 16 significant bits, so that n * high is exact for every exponent n
for name, value in (("log2_e", 1 / log(2)), ("ln2_high", high), ("ln2_low", log(2) - high)):
    print(f"{name} = {struct.unpack('f', struct.pack('f', float(value)))[0].hex()}F")

beyond = half * (1 + mpf(10) ** -6)  # a slightly asymmetric interval, so that no starting point is 0
show("wide exp", remez(lambda r: (exp(r) - 1 - r) / r**2, lambda r: r**2 / exp(r), 5, -half, beyond), wide=True)
show("wide log1p", remez(log1p_factor, lambda z: 1 / log1p_factor(z), 5, mpf(10) ** -30, mpf(1) / 9), wide=True)
show("wide normal tail", remez(tail_factor, lambda w: 1 / tail_factor(w), 10, mpf(3) / 18, mpf(1)), wide=True)
