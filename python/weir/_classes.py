"""The classes that stand for a configuration in C++, made from the table that C++ gives: layers, losses, optimizers, schedules, callbacks."""

import inspect
import textwrap

from ._base import Callback, Layer, Loss, _Configured
from ._docs import DOCS, MEMBERS
from ._weir import _training


class Optimizer(_Configured):
    """The base class of weir's optimizers: weir.Adam and so on."""


class Schedule(_Configured):
    """The base class of learning rate schedules: weir.StepLR and so on."""

    def rate(self, lr, time):
        """The learning rate at time 0, 1, 2, ... (steps or epochs), where the optimizer's is lr."""
        return self._handle.rate(lr, time)


class Options:
    """The base class of weir.ParameterGroup, weir.GradientClip and weir.WeightAverage."""

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._arguments.items())})"


class BuiltinCallback(Options, Callback):
    """The base class of weir's own callbacks."""


_BASES = {"layer": Layer, "loss": Loss, "optimizer": Optimizer, "schedule": Schedule, "callback": BuiltinCallback, "options": Options}
_BY_TYPE = {}


def _doc(name, parameters):
    members = MEMBERS.get(name, {})
    lines = [f"    {p}: {members[p]}" for p in parameters if p in members]
    text = DOCS.get(name, "")
    return text + ("\n\nArguments:\n" + "\n".join(textwrap.fill(line, 140, subsequent_indent=" " * 8) for line in lines) if lines else "")


def _make_class(family, name, kind, parameters, make):
    signature = inspect.Signature(
        [inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)]
        + [
            inspect.Parameter(p, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=inspect.Parameter.empty if value is ... else value)
            for p, value in parameters
        ]
    )
    known = ", ".join(p for p, _ in parameters) or "none"

    def __init__(self, *args, **kwargs):
        try:
            bound = signature.bind(self, *args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{name}: {error}. Its arguments: {known}.") from None
        bound.apply_defaults()
        arguments = dict(list(bound.arguments.items())[1:])
        self._handle = make(arguments)
        self._arguments = arguments

    def __reduce__(self):
        return type(self), tuple(self._arguments.values())

    __init__.__signature__ = signature
    cls = type(name, (_BASES[family],), {"__init__": __init__, "__reduce__": __reduce__, "__doc__": _doc(name, [p for p, _ in parameters])})
    cls.__module__ = "weir"
    cls.__qualname__ = name
    if kind:
        _BY_TYPE[family, kind] = cls
    return cls


def layer_object(handle):
    """The layer of Python for one of a graph that was loaded."""
    cls = _BY_TYPE.get(("layer", handle.type), Layer)
    layer = cls.__new__(cls)
    layer._handle = handle
    config = handle.config()
    names = list(inspect.signature(cls).parameters) if cls is not Layer else []
    layer._arguments = {name: config[name] for name in names if name in config}
    return layer


CLASSES = {entry[1]: _make_class(*entry) for entry in _training.classes}
globals().update(CLASSES)
__all__ = ["Optimizer", "Schedule", *CLASSES]
