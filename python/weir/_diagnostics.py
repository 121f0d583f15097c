"""Checks of gradients and devices, and the profile of a training step."""

from ._base import Loss
from ._docs import DOCS
from ._graph import Graph, Sequential
from ._model import Model
from ._weir import _training


def gradcheck(checked, inputs=None, *, loss=None, targets=None, **options):
    """Compares the gradients of a Graph, or of a single layer or loss, with finite differences in float64.

        weir.gradcheck(weir.Dense(3), [4]).throw_if_failed()
        weir.gradcheck(weir.SoftmaxCrossEntropy(), [10, ()])
        weir.gradcheck(graph, loss=weir.MeanSquaredError())

    inputs: the shapes of one sample of each input of a layer; for a loss those of the output and the target. loss: for a graph; None takes the
    sum of every output times a random tensor. targets: the shapes of one sample's targets; None: those of the outputs. Options (defaults):
    sample_weights (False), batch (3), seed (0), low (-2), high (2), indices (2), zeros (None), h (1e-2), tolerance (1e-10),
    two_point_tolerance (1e-7), max_entries (0: all), max_skipped (0.1), draws (4).
    Returns a GradcheckReport, which is true when the check passed.
    """
    values = {**_training.gradcheck_defaults()}
    for name, value in options.items():
        if name not in values:
            raise TypeError(f"gradcheck: there is no option {name}. Its options: {', '.join(values)}.")
        values[name] = value
    values.update(loss=loss, targets=targets)
    if isinstance(checked, Graph):
        if inputs is not None:
            raise TypeError("gradcheck: got a Graph and inputs. A Graph has its inputs already: leave them out.")
        return _training.gradcheck_graph(checked._handle, values)
    if inputs is None:
        raise TypeError("gradcheck: inputs are missing: the shapes of one sample of each input, such as [4].")
    inputs = [inputs] if isinstance(inputs, int) else list(inputs)
    if isinstance(checked, Loss) and not hasattr(checked, "_handle"):  # of Python: its targets have no gradient
        from ._classes import Identity

        values.update(loss=checked, targets=inputs[1:])
        return _training.gradcheck_graph(Sequential(inputs[0], [Identity()])._handle, values)
    return _training.gradcheck_layer(checked, inputs, values)


def profile(model, x=None, y=None, *, loss=None, optimizer=None, batch=None, seconds=1.0):
    """Trains a copy of the Model for about so many seconds and returns a ProfileReport: where the time of a training step goes.

    Without data it takes random numbers and the mean squared error. The Model itself is not changed.
    """
    if not isinstance(model, Model):
        raise TypeError(f"profile: model is a {type(model).__name__}, expected a weir.Model.")
    options = {"loss": loss, "optimizer": optimizer, "batch": batch, "seconds": seconds}
    return _training.profile(model._handle, x, y, options)


def compare_devices(
    graph, data, *, loss, optimizer=None, batch=64, device="cuda", dtype="float32", precision="f32", seed=0
):
    if not isinstance(graph, Graph):
        raise TypeError(f"compare_devices: graph is a {type(graph).__name__}, expected a weir.Graph.")
    options = {"loss": loss, "optimizer": optimizer, "batch": batch, "device": device, "dtype": dtype}
    options.update(precision=precision, seed=seed)
    return _training.compare_devices(graph._handle, data, options)


compare_devices.__doc__ = DOCS.get("compare_devices")
