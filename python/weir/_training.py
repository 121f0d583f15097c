"""The names of training that users see."""

from . import _classes
from ._base import Callback, Layer, Loss
from ._classes import *  # noqa: F401,F403
from ._data import Dataset, load_digits, load_fashion_mnist, load_mnist
from ._graph import Graph, Node, Residual, Sequential
from ._history import EpochReport, Evaluation, History
from ._model import Model, load_metadata, load_model, register_layer
from ._diagnostics import compare_devices, gradcheck, profile
from ._weir import _training as _bound

# What C++ binds as users see it.
_NAMES = [
    "BeginReport", "DeviceComparison", "GradcheckReport", "Initializer", "ProfileReport", "StepReport", "accuracy", "best_device",
    "binary_accuracy", "binary_confusion_matrix", "confusion_matrix", "cuda_status", "f1", "num_threads", "precision", "recall",
    "regression_metrics", "set_num_threads", "top_k_accuracy",
]
for _name in _NAMES:
    globals()[_name] = getattr(_bound, _name)
for _class in (*(globals()[name] for name in _NAMES), Node):
    if isinstance(_class, type):
        _class.__module__ = "weir"

__all__ = [
    *_classes.__all__, *_NAMES, "Callback", "Dataset", "EpochReport", "Evaluation", "Graph", "History", "Layer", "Loss",
    "Model", "Node", "Residual", "Sequential", "compare_devices", "gradcheck", "load_digits", "load_fashion_mnist",
    "load_metadata", "load_mnist", "load_model", "profile", "register_layer",
]
