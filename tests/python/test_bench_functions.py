"""bench/python/functions.py: that it runs, that its ratios are right, and that it names what is missing."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np

BENCH = pathlib.Path(__file__).parent.parent.parent / "bench" / "python"
sys.path.insert(0, str(BENCH))
import functions  # noqa: E402


def test_ratios_are_those_of_each_round():
    # The machine is four times slower in the second round; the ratios are 2, 3 and 4.
    row = {"function": "relu", "size": 1000, "out": True, "seconds": {"weir": [1e-6, 4e-6, 1e-6], "NumPy": [2e-6, 12e-6, 4e-6]}}
    assert functions.ratio(row, "NumPy") == 3
    assert functions.table([row], ["weir", "NumPy"]).splitlines()[-1] == "| relu | 1,000 | given | 1 us | 4 us | 3.00 |"


def test_a_sample_takes_as_long_as_asked():
    calls = []
    seconds = functions.sample(lambda: calls.append(1), 0.01)
    assert 0 < seconds < 0.01 and len(calls) > 10


def test_everybody_computes_the_same():
    x, dy = np.random.default_rng(0).standard_normal((2, 1000)).astype(np.float32)
    peers = [functions.Weir(), functions.NumPy()]
    for name, peer in (("numba", functions.Numba), ("torch", functions.PyTorch)):
        try:
            __import__(name)
        except ImportError:
            continue
        peers.append(peer(1))
    for function in functions.FUNCTIONS:
        expected = peers[0].calls(function, x, dy, x)[0]()
        for peer in peers:
            functions.check(peer, function, x, dy, np.zeros_like(x), expected)


def test_the_program_names_missing_peers_and_writes_all_samples(tmp_path):
    for name in ("numba", "torch"):
        (tmp_path / f"{name}.py").write_text("raise ImportError\n")
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{os.environ['PYTHONPATH']}"}
    command = [sys.executable, BENCH / "functions.py", "--sizes", "10", "--rounds", "2", "--least", "1e-5", "--json", tmp_path / "out.json"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "not installed, left out: Numba (Debian: python3-numba)\nnot installed, left out: PyTorch (Debian: python3-torch)" in result.stdout
    written = json.loads((tmp_path / "out.json").read_text())
    assert [(row["function"], row["out"]) for row in written["rows"]] == [(f, out) for f in functions.FUNCTIONS for out in (False, True)]
    for row in written["rows"]:
        assert set(row["seconds"]) == {"weir", "NumPy"} and all(len(seconds) == 2 and min(seconds) > 0 for seconds in row["seconds"].values())


def test_options_that_cannot_be_used_are_refused():
    result = subprocess.run([sys.executable, BENCH / "functions.py", "--functions", "relu,fly"], capture_output=True, text=True)
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1].endswith(
        "no such function: got fly, expected some of relu, relu_grad, relu_backward, sigmoid, sigmoid_backward, tanh, tanh_backward"
    )
