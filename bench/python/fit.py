"""What training from Python costs beside C++'s program `mnist`, with the same options and the same build of the library.

    ./weir python bench/python/fit.py [--program FILE] [--epochs N] [--rounds N]

Each round trains once with each, in turn, and takes the fastest epoch of each. Prints the median of the ratios, Python's time to C++'s: 1.02 is 2 %
slower. Training from Python includes data that is NumPy's, the look for Ctrl-C and a callback after each epoch. Takes MNIST, or the small digits.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import weir


def of_cpp(program, options, folder):
    file = pathlib.Path(folder) / "cpp.json"
    subprocess.run([program, "--quiet", "--epochs", str(options.epochs), "--batch", "64", "--json", file], check=True, stdout=subprocess.DEVNULL)
    report = json.loads(file.read_text())
    return report["dataset"], [epoch["seconds"] for epoch in report["epochs"]], report["epochs"][-1]["loss"]


def of_python(data, options):
    train, test = data
    x, y = train.x, train.y.astype("int64")  # arrays as a user has them
    model = weir.Model(weir.Sequential(x.shape[1], [weir.Dense(128), weir.ReLU(), weir.Dense(10)]))
    history = model.fit(weir.Dataset(x, y, divisor=train.info["inputs"][0]["divisor"]), loss=weir.SoftmaxCrossEntropy(), optimizer=weir.Adam(lr=1e-3),
                        epochs=options.epochs, batch=64, validation=test, callbacks=[lambda report: None])
    return [epoch.seconds for epoch in history], history[-1].loss


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    beside = pathlib.Path(weir.__file__).parents[2] / "examples" / "mnist"
    parser.add_argument("--program", default=os.environ.get("WEIR_MNIST", beside), type=pathlib.Path)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if not options.program.is_file():
        sys.exit(f"fit.py: there is no program {options.program}. Build the target mnist, or name it with --program.")
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.rounds):
            dataset, cpp, loss = of_cpp(options.program, options, folder)
            python, same = of_python(weir.load_digits() if dataset == "digits" else weir.load_mnist(), options)
            if loss != same:
                sys.exit(f"fit.py: the losses differ, {loss} and {same}: the program is of another build of weir.")
            ratios.append(min(python) / min(cpp))
    print(f"{dataset}: Python / C++ {statistics.median(ratios):.3f}, of {options.rounds} rounds from {min(ratios):.3f} to {max(ratios):.3f}")


if __name__ == "__main__":
    main()
