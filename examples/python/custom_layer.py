"""A layer, a loss and a metric of one's own, in NumPy: checked, trained, saved and loaded.

    ./weir python examples/python/custom_layer.py

Takes about a second. The last line: the loaded Model predicts the same.
"""

import numpy as np
import weir


@weir.register_layer
class Scale(weir.Layer):
    """y = weight x, for each feature."""

    def __init__(self, start=1.0):
        self.start = start

    def config(self):  # for files: Scale(**config) makes the layer again
        return {"start": self.start}

    def parameters(self, *inputs):
        return {"weight": (inputs[0], weir.Initializer.constant(self.start))}

    def forward(self, x, parameters):
        return parameters["weight"] * x

    def backward(self, x, y, dy, parameters):
        return parameters["weight"] * dy, {"weight": (x * dy).sum(axis=0)}


class LogCosh(weir.Loss):
    """The sum of log(cosh(output - target)): squared for small errors, absolute for large ones."""

    def forward(self, output, target):
        return np.log(np.cosh(output - target)).sum(axis=1)

    def backward(self, output, target):
        return np.tanh(output - target)


def largest_error(outputs, targets):
    return abs(outputs - targets).max()


print(weir.gradcheck(Scale(0.5), [4]))
weir.gradcheck(Scale(0.5), [4]).throw_if_failed()
weir.gradcheck(LogCosh(), [3, 3]).throw_if_failed()

x = np.random.default_rng(0).normal(size=(512, 4)).astype(np.float32)
y = np.stack([x[:, 0] - 2 * x[:, 1], x[:, 2] * 3], axis=1)
model = weir.Model(weir.Sequential(4, [Scale(), weir.Dense(2)]), seed=1)
history = model.fit(x, y, loss=LogCosh(), optimizer=weir.Adam(lr=0.02), epochs=60, validation=(x, y), metrics=[largest_error])
print(history)
assert history[-1].metrics["largest_error"] < 0.1

again = weir.load_model(model.to_bytes())
assert np.array_equal(again.predict(x), model.predict(x))
print("the loaded Model predicts the same")
