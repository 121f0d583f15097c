"""Layers, losses and metrics written in Python."""

import pickle

import numpy as np
import pytest
import weir
from test_fit import blobs


class Scale(weir.Layer):
    """y = weight x."""

    def __init__(self, start=1.0):
        self.start = start

    def config(self):
        return {"start": self.start}

    def parameters(self, *inputs):
        return {"weight": (inputs[0], weir.Initializer.constant(self.start))}

    def forward(self, x, parameters):
        return parameters["weight"] * x

    def backward(self, x, y, dy, parameters):
        return parameters["weight"] * dy, {"weight": (x * dy).sum(axis=0)}


class Product(weir.Layer):
    """y = a b, of two inputs."""

    def forward(self, x, parameters):
        return x[0] * x[1]

    def backward(self, x, y, dy, parameters):
        return x[1] * dy, x[0] * dy


class Cube(weir.Layer):
    def forward(self, x, parameters):
        return x**3

    def backward(self, x, y, dy, parameters):
        return 3 * x**2 * dy


class Pairs(weir.Layer):
    """[n] -> [n / 2]: sums of neighbours."""

    def output_shape(self, shape):
        if len(shape) != 1 or shape[0] % 2:
            raise weir.ShapeError(f"pairs: got {list(shape)}, expected an even length.")
        return shape[0] // 2

    def forward(self, x, parameters):
        return x[:, ::2] + x[:, 1::2]

    def backward(self, x, y, dy, parameters):
        return np.repeat(dy, 2, axis=1)


class Cubic(weir.Loss):
    def forward(self, output, target):
        return (abs(output - target) ** 3).sum(axis=1)

    def backward(self, output, target):
        return 3 * (output - target) * abs(output - target)


class Margin(weir.Loss):
    """Squared distance to the one-hot label."""

    labels = True

    def forward(self, output, target):
        assert target.dtype == np.int32
        return ((output - np.eye(output.shape[1])[target]) ** 2).sum(axis=1)

    def backward(self, output, target):
        return 2 * (output - np.eye(output.shape[1])[target])


def test_gradients_are_checked():
    for layer, inputs in ((Scale(0.5), [4]), (Product(), [3, 3]), (Cube(), [(2, 3)]), (Pairs(), [6])):
        report = weir.gradcheck(layer, inputs)
        assert report and report.checked > 0, str(report)
    for loss, shapes in ((Cubic(), [3, 3]), (Margin(), [4, ()])):
        report = weir.gradcheck(loss, shapes)
        assert report.passed, str(report)
    graph = weir.Sequential(6, [weir.Dense(4), weir.Tanh(), Scale(2.0), Pairs(), weir.Dense(3)])
    assert weir.gradcheck(graph, loss=Cubic()) and weir.gradcheck(graph, loss=weir.SoftmaxCrossEntropy(), targets=[()])


def test_a_wrong_gradient_is_found():
    class Wrong(Cube):
        def backward(self, x, y, dy, parameters):
            return 2 * x**2 * dy

    report = weir.gradcheck(Wrong(), [3])
    assert not report and "input" in report.problem
    with pytest.raises(weir.NumericError):
        report.throw_if_failed()

    class WrongLoss(Cubic):
        def backward(self, output, target):
            return -super().backward(output, target)

    assert not weir.gradcheck(WrongLoss(), [3, 3])


def test_training_gives_the_bits_of_weirs_own_layer():
    """Two ReLUs: weir's, and one of NumPy."""

    class Relu(weir.Layer):
        def forward(self, x, parameters):
            return np.maximum(x, 0)

        def backward(self, x, y, dy, parameters):
            return np.where(y > 0, dy, np.zeros_like(dy))

    x, y = blobs(96)
    states = []
    for layer in (weir.ReLU(), Relu()):
        model = weir.Model(weir.Sequential(4, [weir.Dense(8), layer, weir.Dense(3)]), seed=4)
        model.fit(x, y, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.Adam(0.01), epochs=3)
        states.append(model.state_dict())
    assert all(np.array_equal(states[0][name], states[1][name]) for name in states[0])


def test_training_with_parameters_and_a_loss_of_ones_own():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 4)).astype(np.float32)
    target = x * [1, -2, 3, 0.5]
    model = weir.Model(weir.Sequential(4, [Scale()]))
    assert "Scale()" in str(model) and model.parameters == {"0.weight": (4,)}
    history = model.fit(x, target, loss=Cubic(), optimizer=weir.Adam(0.05), epochs=800, batch=64,
                        metrics={"error": lambda y, t: abs(y - t).max()}, validation=(x, target))
    np.testing.assert_allclose(model.state_dict()["0.weight"], [1, -2, 3, 0.5], atol=0.1)
    assert history[-1].metrics["error"] < 0.5
    labels = rng.integers(0, 3, 64)
    classes = weir.Model(weir.Sequential(4, [weir.Dense(3)]), seed=1)
    before = classes.evaluate(x, labels, loss=Margin()).loss
    classes.fit(x, labels, loss=Margin(), optimizer=weir.SGD(0.05), epochs=20)
    assert classes.evaluate(x, labels).loss < before


def test_saving_needs_config_and_register_layer():
    with pytest.raises(weir.ConfigError, match="Cube: cannot be saved or copied. Give it a method config"):
        weir.Model(weir.Sequential(3, [Cube()])).to_bytes()
    weir.register_layer(Scale)
    model = weir.Model(weir.Sequential(3, [Scale(2.5)]))
    again = weir.load_model(model.to_bytes())
    layer = again.graph.nodes[1]["layer"]
    assert type(layer) is Scale and layer.start == 2.5
    assert np.array_equal(pickle.loads(pickle.dumps(model)).state_dict()["0.weight"], np.full(3, 2.5, np.float32))
    with pytest.raises(weir.ConfigError, match="registered already"):
        weir.register_layer(Scale)


@pytest.mark.parametrize("methods, error, message", [
    ({"forward": lambda self, x, p: x[:, :2]}, weir.ShapeError, r"Bad: forward returned an array of shape \[3, 2\], expected \[3, 4\]."),
    ({"forward": lambda self, x, p: "text"}, TypeError, "Bad: forward returned an array of <U4, expected an array of numbers"),
    ({"forward": lambda self, x, p: 1 / 0}, ZeroDivisionError, "division by zero"),
    ({}, NotImplementedError, r"Bad: forward\(self, x, parameters\) is missing."),
    ({"output_shape": lambda self, s: "wide"}, TypeError, "Bad: the output_shape is 'wide', expected a shape"),
    ({"parameters": lambda self, s: [1]}, TypeError, r"Bad: parameters\(\) returned \[1\], expected a dict."),
    ({"parameters": lambda self, s: {"w": 3}}, TypeError, "Bad: the parameter w is 3, expected a tuple of its shape and a weir.Initializer."),
])
def test_mistakes_in_a_layer(methods, error, message):
    with pytest.raises(error, match=message):
        weir.Model(weir.Sequential(4, [type("Bad", (weir.Layer,), methods)()])).predict(np.zeros((3, 4), np.float32))


@pytest.mark.parametrize("returned, error, message", [
    (lambda x: x, TypeError, "Scale: backward returned .*, expected dx and a dict with the gradient of each parameter."),
    (lambda x: (x, {}), weir.ConfigError, "Scale: backward returned no gradient of the parameter weight."),
    (lambda x: (x, {"weight": x}), weir.ShapeError, r"Scale: backward, weight returned an array of shape \[3, 4\], expected \[4\]."),
])
def test_mistakes_in_backward(returned, error, message):
    layer = type("Scale", (Scale,), {"backward": lambda self, x, y, dy, parameters: returned(x)})()
    model = weir.Model(weir.Sequential(4, [layer]))
    with pytest.raises(error, match=message):
        model.fit(np.zeros((3, 4), np.float32), np.zeros((3, 4), np.float32), loss=weir.MeanSquaredError(), optimizer=weir.SGD())


def test_arrays_may_be_kept():
    """What a layer, a loss or a metric gets are copies: the Model's memory is never seen by Python."""
    kept = []

    class Keep(Cube):
        def forward(self, x, parameters):
            kept.append(x)
            return super().forward(x, parameters)

    model = weir.Model(weir.Sequential(4, [Keep()]))
    x = np.arange(8, dtype=np.float32).reshape(2, 4)
    model.predict(x)
    model.predict(x + 1)
    del model
    assert np.array_equal(kept[0], x) and np.array_equal(kept[1], x + 1)
