"""Python trains to the bits of the program `mnist`, C++'s own, with the same library, seed and options."""

import os
import pathlib
import subprocess

import numpy as np
import pytest
import weir

PROGRAM = pathlib.Path(weir.__file__).parents[2] / "examples" / "mnist"
DIGITS = pathlib.Path(__file__).parents[2] / "data" / "digits"


@pytest.mark.parametrize("optimizer, ours", [("adam", weir.Adam(lr=1e-3)), ("momentum", weir.SGD(lr=0.02, momentum=0.9, nesterov=True))])
def test_the_digits(tmp_path, optimizer, ours):
    if not PROGRAM.is_file():
        pytest.skip("the program mnist is not built: configure with -DWEIR_EXAMPLES=ON")
    subprocess.run([PROGRAM, "--dataset", "digits", "--data", DIGITS, "--epochs", "3", "--batch", "32", "--seed", "7", "--optimizer",
                    optimizer, "--hidden", "64,32", "--quiet", "--save", tmp_path / "theirs.safetensors"],
                   check=True, env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, timeout=240)
    train, test = weir.load_digits()
    net = weir.Sequential(64, [weir.Dense(64), weir.ReLU(), weir.Dense(32), weir.ReLU(), weir.Dense(10)])
    model = weir.Model(net, seed=7)
    history = model.fit(train, loss=weir.SoftmaxCrossEntropy(), optimizer=ours, epochs=3, batch=32, validation=test)
    theirs = weir.load_model(tmp_path / "theirs.safetensors")
    for name, value in theirs.state_dict().items():
        assert np.array_equal(value, model.state_dict()[name]), name
    assert theirs.evaluate(test, loss=weir.SoftmaxCrossEntropy()).loss == history[-1].validation_loss

    # Arrays, not copied, give the same as C++'s reader.
    arrays = weir.Model(net, seed=7)
    arrays.fit((train.x / np.float32(16)).astype(np.float32), train.y.astype(np.int64), loss=weir.SoftmaxCrossEntropy(), optimizer=ours, epochs=3,
               batch=32)
    assert np.array_equal(arrays.state_dict()["0.weight"], model.state_dict()["0.weight"])
