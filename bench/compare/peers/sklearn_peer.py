"""scikit-learn: MLPClassifier.partial_fit on the samples of the steps, and predict_proba."""

import warnings

import numpy as np
from sklearn.neural_network import MLPClassifier

import common

warnings.filterwarnings("ignore")


def make(widths, batch, adam):
    return MLPClassifier(
        widths[1:-1],
        solver="adam" if adam else "sgd",
        momentum=0,
        nesterovs_momentum=False,
        alpha=0,
        batch_size=batch,
        learning_rate_init=common.LEARNING_RATE[adam],
        shuffle=True,
    )


def training(spec, x, labels, threads):
    model = make(spec["widths"], spec["batch"], spec["adam"])
    model.partial_fit(x[: spec["batch"]], labels[: spec["batch"]], classes=np.arange(10))

    def run(order, steps):  # `order` is unused: partial_fit shuffles by itself
        count = steps * spec["batch"]
        model.partial_fit(x[:count], labels[:count])

    return run


def inference(widths, x, threads):
    model = make(widths, 64, False)
    samples, labels = common.data(1_000)
    model.partial_fit(samples, labels, classes=np.arange(10))
    return lambda: model.predict_proba(x)


common.main(training, inference)
