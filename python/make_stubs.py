"""Writes python/weir/__init__.pyi, the types of the package for mypy and editors, from the module as it is.

    PYTHONPATH=build/dev/python python3 python/make_stubs.py [OUTPUT]

A test compares the committed file with the module.
"""

import inspect
import pathlib
import re
import sys

sys.path = [folder for folder in sys.path if pathlib.Path(folder).resolve() != pathlib.Path(__file__).parent]  # it has a weir without C++

import weir  # noqa: E402

ANY = "Any"
# By the name of a parameter: what its default does not tell.
TYPES = {
    "x": "ArrayLike", "y": "ArrayLike", "dy": "ArrayLike", "out": "np.ndarray | None", "outputs": "ArrayLike", "targets": "ArrayLike",
    "labels": "ArrayLike", "matrix": "ArrayLike", "layers": "Sequence[Layer | Residual]", "layer": "Layer", "loss": "LossLike | None",
    "optimizer": "Optimizer | None", "schedule": "Schedule | None", "then": "Schedule | None", "callbacks": "Sequence[CallbackLike] | None",
    "metrics": "Metrics | None", "groups": "Sequence[ParameterGroup] | None", "clip": "GradientClip | None",
    "average": "WeightAverage | str | None", "model": "Model", "net": "Graph", "graph": "Graph", "file": "File", "path": "str | PathLike[str]",
    "folder": "str | PathLike[str] | None", "shape": "ShapeLike", "input": "ShapeLike", "seed": "int", "lr": "float | None",
    "weight_decay": "float | None", "out_features": "int", "num": "int", "dim": "int", "weight": "Any", "bias_initializer": "Initializer | None",
    "when": "Callable[[str, tuple[int, ...]], bool] | None", "on_problem": "Callable[[str], Any] | None", "validation": "Any",
    "sample_weights": "Any", "resume": "str | PathLike[str] | None", "max_batch": "int | None", "node": "Node", "earlier": "Node",
    "ignore_index": "int | None", "baseline": "float | None", "max_lr": "float | None", "bar": "bool | None", "milestones": "Sequence[int]",
    "pos_weight": "float | Sequence[float]", "value": "float", "threads": "int", "k": "int", "schedule_unit": "str | None",
    "data": "Dataset", "device": "str", "dtype": "Any", "divisor": "float | None",
}
OWN = {"Dense": {"out": "int"}, "Residual": {"layers": "Layer | Sequence[Layer]"}, "ProgressBar": {"file": "Any", "validation": "str"}}
RETURNS = {
    "fit": "History", "evaluate": "Evaluation", "predict": "Any", "__call__": "Any", "state_dict": "dict[str, np.ndarray]", "load_model": "Model",
    "Sequential": "Graph", "input": "Node", "add": "Node", "append_to": "Node", "gradcheck": "GradcheckReport", "profile": "ProfileReport",
    "compare_devices": "DeviceComparison", "to_bytes": "bytes", "averaged": "Model", "to_json": "str", "from_json": "Graph",
    "load_mnist": "tuple[Dataset, Dataset]", "load_fashion_mnist": "tuple[Dataset, Dataset]", "load_digits": "tuple[Dataset, Dataset]",
    "load_metadata": "dict[str, str]", "to_dict": "dict[str, list[Any]]", "__len__": "int", "__repr__": "str", "__str__": "str",
    "config": "dict[str, Any]", "rate": "float", "save": "None", "save_checkpoint": "None", "load_checkpoint": "None", "output": "None",
    "share_parameters": "None", "load_state_dict": "dict[str, list[str]]",
}
PROPERTIES = {
    "graph": "Graph", "options": "dict[str, Any]", "parameters": "dict[str, tuple[int, ...]]", "steps": "int", "memory": "dict[str, int]",
    "x": "np.ndarray", "y": "Any", "inputs": "list[Any]", "targets": "list[np.ndarray]", "outputs": "list[str]", "nodes": "list[dict[str, Any]]",
    "info": "dict[str, list[dict[str, Any]]]", "passed": "bool", "problem": "str", "checked": "int", "skipped": "int", "epoch": "int",
    "epochs": "int", "step": "int", "samples": "int", "total_steps": "int", "loss": "float", "epoch_loss": "float", "accuracy": "Any",
    "learning_rate": "float", "seconds": "float", "metrics": "list[str]", "resumed_from": "str", "damaged": "list[str]", "validation": "bool",
    "index": "int", "batch": "int", "threads": "int", "step_microseconds": "float", "peak_gflops": "float", "peak_gbytes": "float",
}
HEADER = '''# Made by python/make_stubs.py from the module; do not edit.
from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any

import numpy as np

ArrayLike = Any  # an array, or anything with __array__ or DLPack; lists of them for several inputs or outputs
ShapeLike = int | Sequence[int]
LossLike = Any  # a Loss, or a list of losses or (loss, weight)
CallbackLike = Any  # a Callback, or a function of an EpochReport
Metrics = dict[str, Callable[..., float]] | Sequence[Callable[..., float]]
File = str | PathLike[str] | bytes
'''


def type_of(name, default, owner):
    if name in OWN.get(owner, {}):
        return OWN[owner][name]
    if isinstance(default, bool):
        return "bool"
    if isinstance(default, int):
        return TYPES.get(name, "int")
    if isinstance(default, float):
        return TYPES.get(name, "float")
    if isinstance(default, str) and name != "shape":
        return TYPES[name] if name == "dtype" else "str"
    return TYPES.get(name, ANY)


def text_of(parameter, owner):
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    if parameter.name in ("self", "cls"):
        return parameter.name
    default = "" if parameter.default is inspect.Parameter.empty else " = ..."
    return f"{stars}{parameter.name}: {type_of(parameter.name, parameter.default, owner)}{default}"


def parameters_of(signature, owner):
    parts, only = [], False
    for parameter in signature.parameters.values():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and not only and not any(p.startswith("*") for p in parts):
            parts.append("*")
        only = only or parameter.kind is inspect.Parameter.KEYWORD_ONLY
        parts.append(text_of(parameter, owner))
    return ", ".join(parts)


def bound_signature(function):
    """The parameters of a function that C++ binds, from the first line of its docstring."""
    line = (function.__doc__ or "").split("\n")[0]
    found = re.match(r"\w+\((.*)\) -> (.*)$", line)
    if not found:
        return "*args: Any, **kwargs: Any", ANY
    parts = []
    for part in filter(None, re.split(r", (?=\w+:|\w+$)", found.group(1))):
        name, _, rest = part.partition(":")
        kind, equals, _ = rest.strip().partition(" = ")
        if name == "self":
            parts.append("self")
            continue
        kind = TYPES.get(name) if kind in ("object", "") else {"float": "float", "int": "int", "str": "str", "bool": "bool"}.get(kind, ANY)
        parts.append(f"{name}: {kind or ANY}" + (" = ..." if equals else ""))
    returned = {"float": "float", "int": "int", "str": "str", "bool": "bool", "None": "None", "numpy.ndarray": "np.ndarray", "dict": "dict[str, float]"}
    return ", ".join(parts), returned.get(found.group(2), "np.ndarray" if "out" in line else ANY)


def function(name, value, indent="", owner=""):
    static = isinstance(value, staticmethod)
    made = isinstance(value, classmethod)
    inner = value.__func__ if static or made else value
    head = f"{indent}@staticmethod\n" if static else f"{indent}@classmethod\n" if made else ""
    if inspect.isfunction(inner):
        returned = "None" if name == "__init__" else RETURNS.get(name, ANY)
        return f"{head}{indent}def {name}({parameters_of(inspect.signature(inner), owner)}) -> {returned}: ...\n"
    parameters, returned = bound_signature(inner)
    return f"{head}{indent}def {name}({parameters}) -> {owner if owner == 'Initializer' and static else returned}: ...\n"


def is_function(value):
    return inspect.isroutine(value) or isinstance(value, (staticmethod, classmethod))


def class_text(name, cls):
    bases = [base.__name__ for base in cls.__bases__ if base.__name__ in vars(weir)] or [
        base.__name__ for base in cls.__bases__ if base in (ValueError, OSError, RuntimeError, ArithmeticError, Exception)]
    if issubclass(cls, Exception):
        bases = [base.__name__ for base in cls.__bases__]
    body = ""
    annotations = cls.__dict__.get("__annotations__", {})
    for member, value in cls.__dict__.items():
        if member in annotations or (member.startswith("_") and member not in ("__init__", "__call__", "__len__", "__getitem__", "__bool__")):
            continue
        if member == "__init__" and (annotations or not inspect.isfunction(value)):
            continue
        if is_function(value):
            body += function(member, value, "    ", name)
        elif isinstance(value, property):
            body += f"    @property\n    def {member}(self) -> {PROPERTIES.get(member, ANY)}: ...\n"
        else:
            body += f"    {member}: {type(value).__name__}\n"
    for member, kind in annotations.items():
        body += f"    {member}: {kind if isinstance(kind, str) else kind.__name__}\n"
    return f"class {name}{'(' + ', '.join(bases) + ')' if bases else ''}:" + (f"\n{body}" if body else " ...\n")


def stubs():
    public = {name: value for name, value in vars(weir).items() if not name.startswith("_") and not inspect.ismodule(value)}
    classes = sorted((n for n, v in public.items() if inspect.isclass(v)), key=lambda n: (len(public[n].__mro__), n))
    text = HEADER + "\n"
    text += "\n".join(class_text(name, public[name]) for name in classes) + "\n"
    text += "".join(function(name, public[name]) for name in sorted(public) if is_function(public[name]))
    return text


if __name__ == "__main__":
    output = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "weir" / "__init__.pyi"
    output.write_text(stubs(), encoding="utf-8")
