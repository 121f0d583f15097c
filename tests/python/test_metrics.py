"""Metrics on arrays, profile, gradcheck of weir's own."""

import numpy as np
import pytest
import weir
from test_fit import blobs, classifier


def scores(n=200, classes=4, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, classes)), rng.integers(0, classes, n)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "int64", "uint16"])
def test_classification_metrics_by_their_definition(dtype):
    outputs, labels = scores()
    y, predicted = labels.astype(dtype), outputs.argmax(axis=1)
    counts = np.zeros((4, 4), int)
    np.add.at(counts, (labels, predicted), 1)
    matrix = weir.confusion_matrix(outputs, y)
    assert matrix.dtype == np.int64 and np.array_equal(matrix, counts)
    assert weir.accuracy(outputs, y) == np.mean(predicted == labels)
    assert weir.accuracy(outputs, np.eye(4)[labels]) == np.mean(predicted == labels)
    assert weir.top_k_accuracy(outputs, y, 2) == np.mean([label in row.argsort()[-2:] for row, label in zip(outputs, labels)])
    hits = counts.diagonal()
    precision, recall = hits / counts.sum(axis=0), hits / counts.sum(axis=1)
    for function, values in ((weir.precision, precision), (weir.recall, recall), (weir.f1, 2 * precision * recall / (precision + recall))):
        assert function(matrix) == pytest.approx(values.mean(), rel=1e-12)
        assert function(matrix, average="micro") == pytest.approx(hits.sum() / counts.sum(), rel=1e-12)
        for label, value in enumerate(values):
            assert function(matrix, label) == pytest.approx(value, rel=1e-12)


def test_binary_and_regression_metrics():
    rng = np.random.default_rng(1)
    p, t = rng.random(100), rng.integers(0, 2, 100)
    assert weir.binary_accuracy(p, t) == np.mean((p > 0.5) == t)
    wanted = [[np.sum((t == i) & ((p > 0.3) == j)) for j in (0, 1)] for i in (0, 1)]
    assert np.array_equal(weir.binary_confusion_matrix(p, t.astype(bool), 0.3), wanted)
    a, b = rng.normal(size=(50, 3)), rng.normal(size=(50, 3))
    ours = weir.regression_metrics(a, b)
    assert ours["r2"] == pytest.approx(np.mean(1 - ((a - b) ** 2).sum(axis=0) / ((b - b.mean(axis=0)) ** 2).sum(axis=0)))
    assert ours["mean_squared_error"] == pytest.approx(np.mean((a - b) ** 2))
    assert ours["mean_absolute_error"] == pytest.approx(np.mean(abs(a - b)))


@pytest.mark.parametrize("call, error", [
    (lambda: weir.accuracy(np.zeros((3, 2)), [0, 1, 2]), weir.ConfigError),
    (lambda: weir.accuracy(np.zeros((3, 2)), [0, 1]), weir.ShapeError),
    (lambda: weir.accuracy("text", [0]), TypeError),
    (lambda: weir.accuracy(np.zeros((0, 2)), np.zeros(0, int)), weir.ShapeError),
    (lambda: weir.top_k_accuracy(np.zeros((3, 2)), [0, 1, 1], 5), weir.ConfigError),
    (lambda: weir.precision(np.eye(3), 7), weir.ConfigError),
    (lambda: weir.precision(np.zeros((2, 3))), weir.ShapeError),
    (lambda: weir.precision(np.eye(2, dtype=int), average="mean"), weir.ConfigError),
    (lambda: weir.regression_metrics(np.zeros((3, 1)), np.zeros(3)), weir.ShapeError),
])
def test_wrong_arguments(call, error):
    with pytest.raises(error):
        call()


def test_gradcheck_of_weirs_own():
    report = weir.gradcheck(weir.Dense(3), [4])
    assert report.passed and report.worst_eight_points.error < 1e-10 and "passed" in repr(report)
    assert weir.gradcheck(weir.SoftmaxCrossEntropy(), [5, ()]) and weir.gradcheck(weir.Concat(), [2, 3])
    with pytest.raises(TypeError, match="gradcheck: there is no option step"):
        weir.gradcheck(weir.Dense(3), [4], step=3)
    with pytest.raises(TypeError, match="gradcheck: inputs are missing"):
        weir.gradcheck(weir.Dense(3))


def test_profile():
    x, y = blobs(512)
    model = classifier()
    before = model.state_dict()
    report = weir.profile(model, x, y, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.Adam(), batch=64, seconds=0.1)
    assert report.batch == 64 and sum(row.share for row in report.rows) == pytest.approx(1, abs=0.01)
    assert {"forward", "backward", "update"} <= {row.phase for row in report.rows} and "dense(16)" in repr(report)
    assert all(np.array_equal(before[name], value) for name, value in model.state_dict().items())


def test_devices():
    assert weir.best_device() in ("cpu", "cuda:0") and isinstance(weir.cuda_status(), str)
    data = weir.Dataset(*blobs(64))
    comparison = weir.compare_devices(classifier().graph, data, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.SGD(), device="cpu")
    assert comparison.passed and all(row.difference == 0 for row in comparison.rows)
    threads = weir.num_threads()
    try:
        weir.set_num_threads(1)
        assert weir.num_threads() == 1
    finally:
        weir.set_num_threads(threads)
