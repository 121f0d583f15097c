"""A hand-written multilayer perceptron in NumPy: all arrays allocated once, all results written with out=."""

import numpy as np

import common


class Adam:
    def __init__(self, parameters, lr):
        self.lr, self.t = lr, 0
        self.state = [(p, np.zeros_like(p), np.zeros_like(p), np.empty_like(p), np.empty_like(p)) for p in parameters]

    def step(self, gradients):
        self.t += 1
        scale = np.float32(self.lr / (1 - 0.9**self.t))
        root = np.float32(1 / (1 - 0.999**self.t) ** 0.5)
        for (p, m, v, a, b), g in zip(self.state, gradients):
            np.multiply(m, np.float32(0.9), out=m)
            np.multiply(g, np.float32(0.1), out=a)
            np.add(m, a, out=m)
            np.multiply(v, np.float32(0.999), out=v)
            np.multiply(g, g, out=a)
            np.multiply(a, np.float32(0.001), out=a)
            np.add(v, a, out=v)
            np.sqrt(v, out=a)
            np.multiply(a, root, out=a)
            np.add(a, np.float32(1e-8), out=a)
            np.divide(m, a, out=b)
            np.multiply(b, scale, out=b)
            np.subtract(p, b, out=p)


class SGD:
    def __init__(self, parameters, lr):
        self.lr = np.float32(lr)
        self.state = [(p, np.empty_like(p)) for p in parameters]

    def step(self, gradients):
        for (p, a), g in zip(self.state, gradients):
            np.multiply(g, self.lr, out=a)
            np.subtract(p, a, out=p)


class Net:
    def __init__(self, widths, batch):
        rng = np.random.default_rng(0)
        pairs = list(zip(widths, widths[1:]))
        self.w = [rng.uniform(-1, 1, pair).astype(np.float32) / np.float32(pair[0] ** 0.5) for pair in pairs]
        self.b = [np.zeros(out, np.float32) for _, out in pairs]
        self.dw, self.db = [np.empty_like(w) for w in self.w], [np.empty_like(b) for b in self.b]
        self.y = [np.empty((batch, out), np.float32) for _, out in pairs]
        self.dy = [np.empty_like(y) for y in self.y]
        self.mask = [np.empty(y.shape, bool) for y in self.y]

    def forward(self, x):
        last = len(self.w) - 1
        for i, (w, b, y) in enumerate(zip(self.w, self.b, self.y)):
            np.matmul(x, w, out=y)
            np.add(y, b, out=y)
            if i < last:
                np.maximum(y, 0, out=y)
            x = y
        return x

    def backward(self, x, labels):
        logits, d = self.forward(x), self.dy[-1]
        np.subtract(logits, logits.max(axis=1, keepdims=True), out=d)
        np.exp(d, out=d)
        np.divide(d, d.sum(axis=1, keepdims=True), out=d)
        d[np.arange(len(labels)), labels] -= 1
        np.multiply(d, np.float32(1 / len(labels)), out=d)
        for i in reversed(range(len(self.w))):
            below = self.y[i - 1] if i > 0 else x
            np.matmul(below.T, self.dy[i], out=self.dw[i])
            np.sum(self.dy[i], axis=0, out=self.db[i])
            if i > 0:
                np.matmul(self.dy[i], self.w[i].T, out=self.dy[i - 1])
                np.greater(below, 0, out=self.mask[i - 1])
                np.multiply(self.dy[i - 1], self.mask[i - 1], out=self.dy[i - 1])


def training(spec, x, labels, threads):
    net = Net(spec["widths"], spec["batch"])
    optimizer = (Adam if spec["adam"] else SGD)(net.w + net.b, common.LEARNING_RATE[spec["adam"]])
    size, rows = spec["batch"], np.empty((spec["batch"], x.shape[1]), np.float32)

    def run(order, steps):
        for i in range(steps):
            batch = order[i * size : (i + 1) * size]
            np.take(x, batch, axis=0, out=rows, mode="clip")
            net.backward(rows, labels[batch])
            optimizer.step(net.dw + net.db)

    return run


def inference(widths, x, threads):
    net = Net(widths, len(x))
    return lambda: net.forward(x)


def relu(x, dy, y, threads):
    mask = np.empty(x.shape, bool)

    def backward():
        np.greater(x, 0, out=mask)
        np.multiply(dy, mask, out=y)

    return {
        "relu_forward": lambda: np.maximum(x, 0, out=y),
        "relu_grad": lambda: np.greater(x, 0, out=y),
        "relu_backward": backward,
    }


common.main(training, inference, relu)
