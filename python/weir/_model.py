"""The Model: a network with parameters, that trains and predicts."""

import copy as _copy
import functools as _functools

from ._base import Layer, shown
from ._graph import Graph, _text, table_html
from ._history import Evaluation
from ._weir import _training


_KERAS = {
    "batch_size": "write batch=",
    "validation_data": "write validation=(x, y)",
    "validation_split": "write validation=(x, y) with samples that you keep out of x and y",
    "verbose": "write callbacks=[weir.ProgressBar()] for a line an epoch",
    "sample_weight": "write sample_weights=",
    "class_weight": "give the loss its weights, as in weir.SoftmaxCrossEntropy",
    "initial_epoch": "write resume=, or call fit again, which goes on",
}


def _not_as_in_keras(fit):
    @_functools.wraps(fit)
    def checked(*args, **kwargs):
        for name in kwargs:
            if name in _KERAS:
                raise TypeError(f"fit: there is no argument {name}: {_KERAS[name]}.")
        return fit(*args, **kwargs)

    return checked


class Model:
    """A Graph with memory on one device, ready to train and to predict.

        model = weir.Model(net, seed=1)
        model.fit(x, y, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.Adam(), epochs=5)
        model.predict(x_new)

    seed: of the initial parameters, the order of samples and the layers' random numbers; equal seeds give equal bits.
    dtype: "float32" or "float64", of parameters and computation.
    device: "cpu", "cuda", "cuda:1" or "best".
    max_batch: the largest batch of one call; None: as large as calls need it.
    fuse, reuse_memory: False runs each layer separately, and keeps all activations; the results are the same.
    precision: of matrix products on a CUDA device, "f32", "tf32" or "bf16".

    Use a Model in one thread at a time. copy.deepcopy and pickle copy it with the state of its training.
    """

    _loss = None  # of the last fit

    def __init__(
        self, net, *, seed=0, dtype="float32", device="cpu", max_batch=None, fuse=True, reuse_memory=True, precision="f32"
    ):
        if not isinstance(net, Graph):
            raise TypeError(f"Model: net is {shown(net)}, expected a weir.Graph, such as weir.Sequential(784, [weir.Dense(10)]).")
        options = {"seed": seed, "dtype": dtype, "device": device, "max_batch": max_batch}
        options.update(fuse=fuse, reuse_memory=reuse_memory, precision=precision)
        self._handle = _training.ModelHandle(net._handle, options)

    @classmethod
    def _of(cls, handle):
        model = cls.__new__(cls)
        model._handle = handle
        return model

    @_not_as_in_keras
    def fit(
        self,
        x,
        y=None,
        *,
        loss=None,
        optimizer=None,
        epochs=1,
        batch=32,
        validation=None,
        callbacks=None,
        schedule=None,
        schedule_unit=None,
        metrics=None,
        sample_weights=None,
        groups=None,
        clip=None,
        average=None,
        accumulate=1,
        drop_last=False,
        shuffle=True,
        check_finite=True,
        resume=None,
    ):
        """Trains on x, [samples, ...], and y, and returns a History. Each epoch uses each sample once, in batches.

        x, y: arrays, or lists of arrays for several inputs or outputs; or x is a weir.Dataset. Integers become the Model's dtype where the
            network or the loss takes numbers, and labels where the loss takes labels. For one number a sample [samples] and [samples, 1]
            are the same. Arrays are used without a copy where possible: do not change them meanwhile.
        loss: one for each output, as a list; (loss, weight) weights it in the sum.
        optimizer: weir.Adam() and so on.
        validation: (x, y) or a weir.Dataset, evaluated after each epoch.
        callbacks: weir's, your own (weir.Callback), and functions of an EpochReport. Ctrl-C ends fit after a step, in order, with
            KeyboardInterrupt.
        schedule: of the learning rate, such as weir.StepLR(30); schedule_unit "step" or "epoch" overrides what it counts.
        metrics: {"name": f} or a list of functions; f(outputs, targets) returns a number for the validation data.
        sample_weights: [samples], or a list with one array for each loss.
        groups: weir.ParameterGroup for parameters with options of their own.
        clip: weir.GradientClip. average: weir.WeightAverage, a moving average of the parameters.
        accumulate: so many batches make one step. drop_last: leave out an epoch's last batch if it is smaller.
        shuffle: a new order in each epoch, from the Model's seed. check_finite: False lets NaN and infinities into the parameters.
        resume: a checkpoint, or the folder of weir.Checkpoint, from which fit goes on to the bit; epochs then counts the whole run.

        A second fit continues where the first ended. Raises before anything changes: ConfigError, ShapeError, TypeError; NumericError when a
        step is not finite, with the Model as after the last good one.
        """
        options = dict(loss=loss, optimizer=optimizer, epochs=epochs, batch=batch, validation=validation, callbacks=callbacks)
        options.update(schedule=schedule, schedule_unit=schedule_unit, metrics=metrics, sample_weights=sample_weights, groups=groups)
        options.update(clip=clip, average=average, accumulate=accumulate, drop_last=drop_last, shuffle=shuffle)
        options.update(check_finite=check_finite, resume=resume)
        return _training.fit(self._handle, self, x, y, options)

    def predict(self, x):
        """The output for x, [samples, ...], in inference mode, as an array; a list of arrays if the graph has several outputs.

        x is an array, a list of arrays for several inputs, or a weir.Dataset; x[None] makes one sample a batch. The numbers are those of the
        last layer: without a Softmax they are logits.
        """
        return self._handle.predict(x)

    __call__ = predict

    def evaluate(self, x, y=None, *, loss=None, metrics=None):
        """Loss, accuracy and metrics of x and y (or of a Dataset x) in inference mode, as an Evaluation. loss: by default that of the last fit."""
        return Evaluation(*self._handle.evaluate(x, y, self._loss if loss is None else loss, metrics))

    def save(self, path, metadata=None):
        """Saves graph and parameters as a safetensors file, completely or not at all; weir.load_model makes the Model again.

        metadata is a dict of texts of your own. PyTorch and NumPy read the parameters by their names, "0.weight" and so on.
        """
        metadata = {} if metadata is None else metadata
        if not isinstance(metadata, dict):
            raise TypeError(f"save: metadata is {shown(metadata)}, expected a dict of strings.")
        for pair in metadata.items():
            for value in pair:
                _text(value, "save: a text of metadata")
        _training.save(self._handle, path, metadata)

    def save_checkpoint(self, path):
        """Saves all that training needs to go on to the bit: the Model, moments, schedule, counts, states of callbacks, history."""
        _training.save_checkpoint(self._handle, path)

    def load_checkpoint(self, file):
        """Puts what save_checkpoint saved into this Model, of the same graph, dtype and seed. file is a path or bytes."""
        _training.load_checkpoint(self._handle, file)

    def to_bytes(self):
        """The file that save writes, as bytes, for weir.load_model."""
        return _training.to_bytes(self._handle, False)

    def state_dict(self):
        """A copy of the parameters and running statistics: a dict of arrays, by PyTorch's names."""
        return _training.state_dict(self._handle)

    def load_state_dict(self, state, *, strict=True, prefix="", transpose=False):
        """Loads parameters and running statistics from a dict of arrays or PyTorch tensors, or from a safetensors file (a path or bytes).

            model.load_state_dict(module.state_dict())

        strict: False ignores names that only one of the two has. prefix: "module." is taken away from names that begin with it.
        transpose: weights of Dense layers are [in, out], as in Keras. state may also be a list of arrays in the order of the Model's
        parameters, as Keras' get_weights().
        If anything does not fit the Model is unchanged, and an error lists all that does not. Returns the names that were ignored, as a dict
        with the lists "missing" and "unexpected".
        """
        if prefix or transpose or isinstance(state, (dict, list, tuple)) or hasattr(state, "items"):
            state = self._arrays(state, prefix, transpose)
        missing, unexpected = _training.load_state_dict(self._handle, state, strict)
        return {"missing": missing, "unexpected": unexpected}

    def _arrays(self, state, prefix, transpose):
        if isinstance(state, (list, tuple)):
            names = [name for name, _, _ in self._handle.parameters()]
            if len(state) != len(names):
                raise ValueError(f"load_state_dict: got {len(state)} arrays, the Model has {len(names)} parameters. Give one for each.")
            state = dict(zip(names, state))
        elif not hasattr(state, "items"):
            state = _training.read_tensors(state)
        dense = {node["name"] + ".weight" for node in self.graph.nodes if type(node["layer"]).__name__ == "Dense"}
        arrays = {}
        for name, value in state.items():
            name = _text(str(name), "load_state_dict: a name")
            name = name[len(prefix) :] if name.startswith(prefix) else name
            value = value.detach() if hasattr(value, "detach") else value  # a tensor of PyTorch that requires a gradient
            array = _training.as_array(value, f"load_state_dict: {name}")
            array = array.astype("float32") if array.dtype == "float16" else array
            arrays[name] = array.T if transpose and name in dense else array
        return arrays

    def averaged(self):
        """A new Model with the averaged parameters of fit(average=...)."""
        return Model._of(self._handle.averaged())

    @property
    def graph(self):
        """A copy of the graph."""
        return Graph._of(self._handle.graph())

    @property
    def options(self):
        """The arguments that made the Model: seed, dtype, device and so on."""
        return self._handle.options()

    @property
    def parameters(self):
        """The shape of each parameter by its name."""
        return {name: shape for name, shape, _ in self._handle.parameters()}

    @property
    def steps(self):
        """The number of training steps so far."""
        return self._handle.steps()

    @property
    def memory(self):
        """Bytes that the Model holds on its device: parameters, gradients, state and activations."""
        return self._handle.memory()

    def __str__(self):
        return str(self._handle).rstrip("\n")

    __repr__ = __str__

    def _repr_html_(self):
        return table_html(str(self))

    def __reduce__(self):
        return _from_bytes, (_training.to_bytes(self._handle, True), self.options)

    def __copy__(self):
        return _copy.deepcopy(self)


def _from_bytes(file, options):
    handle = _training.load_model(file, options)
    _training.load_checkpoint(handle, file)
    return Model._of(handle)


def load_model(file, *, seed=0, dtype="float32", device="cpu", max_batch=None, fuse=True, reuse_memory=True, precision="f32"):
    """The Model that save wrote, from a path or bytes, on the device and in the dtype that are given.

    FileError when the file cannot be read, FormatError when it is damaged or holds no Model.
    """
    options = {"seed": seed, "dtype": dtype, "device": device, "max_batch": max_batch}
    options.update(fuse=fuse, reuse_memory=reuse_memory, precision=precision)
    return Model._of(_training.load_model(file, options))


def load_metadata(file):
    """The metadata that was given to save, as a dict; for other safetensors files all of their metadata."""
    return _training.load_metadata(file)


def register_layer(cls):
    """Makes a layer class of your own loadable from files: cls(**layer.config()) must make an equal layer. May be used as a decorator."""
    if not (isinstance(cls, type) and issubclass(cls, Layer)):
        raise TypeError(f"register_layer: got {shown(cls)}, expected a class derived from weir.Layer.")
    _training.register_layer(cls)
    return cls
