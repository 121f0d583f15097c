"""The base classes of layers, losses and callbacks, from which your own can be derived."""

from ._weir import ConfigError, _training


def initializer(name, *arguments):
    """The Initializer that its function of this name makes, for pickle."""
    return getattr(_training.Initializer, name)(*arguments)


def shown(value):
    """The value in one short line, for messages."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."


class _Configured:
    """An object made of named arguments: weir's own classes hold what C++ made of them in _handle."""

    def __repr__(self):
        handle = getattr(self, "_handle", None)
        return handle.describe() if hasattr(handle, "describe") else f"{type(self).__name__}()"

    def config(self):
        """Every option by its name, as in files."""
        if hasattr(self, "_handle"):
            return self._handle.config()
        raise ConfigError(
            f"{type(self).__name__}: cannot be saved or copied. Give it a method config() that returns a dict of the arguments "
            f"that make it again, and call weir.register_layer({type(self).__name__})."
        )


class Layer(_Configured):
    """A layer of a network. weir's own are weir.Dense, weir.ReLU and so on; derive from this class for one of your own, with NumPy.

    Such a layer is slow: each call copies its arrays and holds Python's global lock. Check its gradient with weir.gradcheck.

        class Scale(weir.Layer):
            def parameters(self, *inputs):
                return {"weight": (inputs[0], weir.Initializer.constant(1))}

            def forward(self, x, parameters):
                return parameters["weight"] * x

            def backward(self, x, y, dy, parameters):
                return parameters["weight"] * dy, {"weight": (x * dy).sum(axis=0)}

    x, y and dy are arrays [batch, ...] in the Model's dtype; with several inputs x is a tuple of arrays.
    """

    def output_shape(self, *inputs):
        """The shape of one sample of the output, for those of the inputs; by default that of the first input.

        Raise weir.ShapeError for inputs that the layer does not take.
        """
        return inputs[0]

    def parameters(self, *inputs):
        """The parameters by name, each a tuple of its shape and a weir.Initializer, for the shapes of the inputs; by default none."""
        return {}

    def forward(self, x, parameters):
        """The output for the inputs x and the dict of parameters."""
        raise NotImplementedError(f"{type(self).__name__}: forward(self, x, parameters) is missing.")

    def backward(self, x, y, dy, parameters):
        """dx for the gradient dy of the output (a tuple for several inputs); with parameters (dx, dict of their gradients)."""
        raise NotImplementedError(f"{type(self).__name__}: backward(self, x, y, dy, parameters) is missing.")

    def _append(self, graph, node):
        return graph.add(self, node)


class Loss(_Configured):
    """A loss. weir's own are weir.SoftmaxCrossEntropy and so on; derive from this class for one of your own, with NumPy.

    Such a loss is slow: each call copies its arrays and holds Python's global lock.

        class Cubic(weir.Loss):
            def forward(self, output, target):
                return (abs(output - target) ** 3).sum(axis=1)

            def backward(self, output, target):
                return 3 * (output - target) * abs(output - target)

    The loss of a batch is the mean of the values that forward returns.
    """

    def config(self):
        """Every option by its name: what a resumed run must repeat. By default the attributes that are numbers, strings or booleans."""
        if hasattr(self, "_handle"):
            return self._handle.config()
        return {name: value for name, value in vars(self).items() if isinstance(value, (bool, int, float, str))}

    labels = False
    """Set this to True for targets that are class labels: they arrive as int32."""

    def forward(self, output, target):
        """The value of each sample, [batch], for output and target, [batch, ...]."""
        raise NotImplementedError(f"{type(self).__name__}: forward(self, output, target) is missing.")

    def backward(self, output, target):
        """The gradient of each sample's value by its output, [batch, ...]."""
        raise NotImplementedError(f"{type(self).__name__}: backward(self, output, target) is missing.")


class Callback:
    """Watches a fit, and may stop it: derive from this class and pass an object in fit(callbacks=[...]).

    The methods run between two steps. Each may return True to stop the training; an exception ends it and leaves fit as it was raised, with
    the Model as after the last step. They may read the Model; only on_end may change its parameters.
    """

    every = 1
    """on_step is called after every so many steps of an epoch and after its last; 0: never."""

    def on_begin(self, model, report):
        """Called before the first step with a BeginReport."""

    def on_step(self, model, report):
        """Called with a StepReport."""

    def on_epoch(self, model, report):
        """Called after each epoch, and its validation, with an EpochReport."""

    def on_end(self, model, history):
        """Called with the History when fit ends, also when it was stopped."""
