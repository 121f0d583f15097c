"""Compares relu and relu_grad with NumPy's own answers on one float in 64, evenly spread.

Usage: relu_numpy.py PROGRAM, which is activations_exhaustive. Values are compared: NaN equals NaN, and the sign of a zero is weir's own.
"""

import subprocess
import sys

try:
    import numpy as np
except ImportError:
    print("SKIPPED: NumPy is not installed. On Debian: apt-get install python3-numpy")
    sys.exit(0)

FRACTION = 64
BLOCK = 1 << 16
INPUTS = 2**32 // FRACTION

program = subprocess.Popen([sys.argv[1], "--dump-relu", str(FRACTION)], stdout=subprocess.PIPE)
seen = wrong = 0
while data := program.stdout.read(3 * BLOCK * 4):
    x, forward, mask = np.frombuffer(data, np.float32).reshape(3, BLOCK)
    with np.errstate(invalid="ignore"):
        expected = np.maximum(0.0, x)
        expected_mask = np.greater(x, 0.0)
    assert expected.dtype == np.float32
    differs = ~((forward == expected) | (np.isnan(forward) & np.isnan(expected))) | (mask != expected_mask)
    if differs.any() and wrong == 0:
        at = int(np.argmax(differs))
        print(f"x = {x[at]!r}: relu {forward[at]!r}, numpy {expected[at]!r}; mask {mask[at]!r}, numpy {expected_mask[at]!r}")
    wrong += int(differs.sum())
    seen += BLOCK

if program.wait() != 0 or seen != INPUTS + BLOCK:
    sys.exit(f"{sys.argv[1]}: gave {seen} inputs, expected {INPUTS + BLOCK}; exit status {program.returncode}")
print(f"NumPy {np.__version__}: {seen} inputs, {wrong} differ")
sys.exit(wrong != 0)
