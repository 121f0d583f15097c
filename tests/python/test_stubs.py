"""The types in __init__.pyi are those of the module, and mypy accepts them and a program that uses them."""

import importlib.util
import pathlib
import shutil
import subprocess
import sys

import pytest
import weir

ROOT = pathlib.Path(__file__).parents[2] / "python"

PROGRAM = """
import numpy as np
import weir

net: weir.Graph = weir.Sequential(784, [weir.Dense(128, bias=False), weir.ReLU(), weir.Residual(weir.Dense(128)), weir.Dense(10)])
model = weir.Model(net, seed=1, dtype="float64", max_batch=64)
x, y = np.zeros((10, 784)), np.zeros(10, int)
history = model.fit(x, y, loss=weir.SoftmaxCrossEntropy(label_smoothing=0.1), optimizer=weir.Adam(lr=1e-3), epochs=5,
                    schedule=weir.LinearWarmup(5, then=weir.StepLR(30)), callbacks=[weir.EarlyStopping(patience=3), lambda report: None],
                    groups=[weir.ParameterGroup(names="*.bias", lr=0.1)], metrics={"one": lambda outputs, targets: 1.0})
loss: float = history.epochs[0].loss
arrays: dict[str, np.ndarray] = model.state_dict()
try:
    weir.load_model("a.safetensors").save("b.safetensors", metadata={"a": "b"})
except weir.FileError as error:
    print(error)
"""

# A line of the program, what it is replaced by, and what mypy must say.
WRONG = [
    ("seed=1,", "seed='a',", 'expected "int"'),
    ("weir.Adam(lr=1e-3)", "weir.Adam(rate=1e-3)", 'Unexpected keyword argument "rate"'),
    ("optimizer=weir.Adam(lr=1e-3)", "optimizer='adam'", 'expected "Optional[Optimizer]"'),
    ("model.state_dict()", "model.states()", 'has no attribute "states"'),
    ("epochs=5", "epoch=5", 'Unexpected keyword argument "epoch"'),
    ("weir.Dense(10)]", "weir.Adam()]", "has incompatible type"),
]


def generator():
    spec = importlib.util.spec_from_file_location("make_stubs", ROOT / "make_stubs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_file_is_that_of_the_module():
    assert (ROOT / "weir" / "__init__.pyi").read_text() == generator().stubs(), "run python/make_stubs.py and commit its result"


def test_every_public_name_has_a_type_and_a_docstring():
    text = generator().stubs()
    for name, value in vars(weir).items():
        if name.startswith("_") or type(value).__name__ == "module":
            continue
        assert f"def {name}(" in text or f"class {name}" in text, name
        assert value.__doc__ and len(value.__doc__) >= 15, name


@pytest.fixture
def mypy(tmp_path):
    if shutil.which("mypy") is None:
        pytest.skip("mypy is not installed")
    package = tmp_path / "types" / "weir"
    package.mkdir(parents=True)
    shutil.copy(ROOT / "weir" / "__init__.pyi", package)
    (package / "py.typed").touch()

    def run(program):
        (tmp_path / "program.py").write_text(program)
        return subprocess.run(["mypy", "--python-executable", sys.executable, "--cache-dir", tmp_path / "cache", tmp_path / "program.py"],
                              capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "MYPYPATH": str(tmp_path / "types")})

    return run


def test_mypy_accepts_the_types_and_a_program(mypy):
    result = mypy(PROGRAM)
    assert result.returncode == 0, result.stdout + result.stderr


def test_mypy_finds_mistakes(mypy):
    result = mypy("\n".join("if True:\n" + "\n".join("    " + line for line in PROGRAM.replace(right, wrong).splitlines())
                            for right, wrong, _ in WRONG))
    for _, wrong, message in WRONG:
        assert message in result.stdout, (wrong, result.stdout)
