"""The classes of layers, losses, optimizers and schedules are those that C++ has, with its defaults."""

import copy
import inspect
import pickle

import numpy as np
import pytest
import torch
import weir
from weir import _classes
from weir._weir import _training

FAMILIES = {family: [entry for entry in _training.classes if entry[0] == family] for family in {entry[0] for entry in _training.classes}}

# What a class without defaults needs.
NEEDED = {
    "Dense": {"out": 3}, "Embedding": {"num": 5, "dim": 2}, "Reshape": {"shape": (2, 3)}, "OneCycleLR": {"total_steps": 10},
    "Checkpoint": {"folder": "run"}, "CsvLog": {"path": "a.csv"}, "JsonLinesLog": {"path": "a.jsonl"}, "TensorBoardLog": {"folder": "a"},
}


def made(name):
    return getattr(weir, name)(**NEEDED.get(name, {}))


def test_every_layer_and_loss_of_cpp_has_a_class():
    types = {entry[2] for family in ("layer", "loss") for entry in FAMILIES[family]}
    # In files all activations are one type, with the function's name.
    activations = {entry[2] for entry in FAMILIES["layer"] if made(entry[1])._handle.config().get("function") == entry[2]}
    assert len(activations) == 21
    own = set(_classes.Layer.__subclasses__())  # layers that other tests have registered
    assert (types - activations) | {"activation"} == set(_training.registered_layers()) - {cls.__name__ for cls in own if cls.__module__ != "weir"}


@pytest.mark.parametrize("family", ["optimizer", "schedule"])
def test_every_optimizer_and_schedule_of_cpp_has_a_class(family):
    assert sorted(entry[2] for entry in FAMILIES[family]) == getattr(_training, f"registered_{family}s")()


@pytest.mark.parametrize("name", sorted(_classes.CLASSES))
def test_each_class_can_be_made_shown_and_copied(name):
    one = made(name)
    assert getattr(weir, name) is _classes.CLASSES[name] and type(one).__module__ == "weir"
    assert len(inspect.getdoc(type(one))) >= 15, "its docstring is the comment in the header"
    assert repr(one)
    if name in ("ProgressBar",):
        return
    two, three = pickle.loads(pickle.dumps(one)), copy.deepcopy(one)
    assert repr(one) == repr(two) == repr(three)
    if hasattr(one, "config"):
        assert one.config() == two.config() == three.config()


def test_defaults_are_those_of_pytorch():
    def defaults(cls):
        return {name: p.default for name, p in inspect.signature(cls).parameters.items()}

    for name in ("SGD", "Adam", "AdamW", "NAdam", "RAdam", "RMSprop", "Adagrad", "Adadelta"):
        ours, theirs = defaults(getattr(weir, name)), defaults(getattr(torch.optim, name))
        betas = theirs.get("betas", (None, None))
        theirs.update(beta1=betas[0], beta2=betas[1])
        if name == "SGD":
            theirs["lr"] = 1e-3  # required in this version of PyTorch
        for option, value in ours.items():
            assert value == theirs[option], (name, option)
    for name in ("StepLR", "MultiStepLR", "ExponentialLR", "ConstantLR", "LinearLR", "PolynomialLR", "ReduceLROnPlateau"):
        ours, theirs = defaults(getattr(weir, name)), defaults(getattr(torch.optim.lr_scheduler, name))
        for option in set(ours) & set(theirs):
            if theirs[option] is not inspect.Parameter.empty:
                assert ours[option] == theirs[option], (name, option)
    assert defaults(weir.BatchNorm)["eps"] == torch.nn.BatchNorm1d(1).eps
    assert defaults(weir.Dropout)["p"] == torch.nn.Dropout().p
    assert defaults(weir.PReLU)["init"] == torch.nn.PReLU().weight.item()


def test_arguments_by_position_and_name():
    assert repr(weir.Dense(128)) == "dense(128)"
    assert repr(weir.Dense(128, False)) == repr(weir.Dense(128, bias=False)) == repr(weir.Dense(out=128, bias=False))
    assert repr(weir.LeakyReLU(0.2)) == "leaky_relu(0.2)"
    assert weir.Adam(1e-2, amsgrad=True).config() == {
        "lr": 1e-2, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.0, "amsgrad": True}
    assert weir.Adam(lr=np.float32(0.5)).config()["lr"] == 0.5
    assert weir.Dense(np.int64(3)).config()["out"] == 3
    assert weir.Reshape(6).config() == {"shape": [6]} and weir.Reshape((2, 3)).config() == {"shape": [2, 3]}
    assert weir.SoftmaxCrossEntropy(weight=np.array([1.0, 2.0])).config()["weight"] == [1.0, 2.0]
    assert weir.LinearWarmup(5, then=weir.StepLR(30)).config()["then"] == [("StepLR", {"step_size": 30, "gamma": 0.1})]
    assert weir.MultiStepLR([3, 5]).config()["milestones"] == [3, 5]


@pytest.mark.parametrize("schedule, theirs", [
    (weir.StepLR(3, gamma=0.5), lambda o: torch.optim.lr_scheduler.StepLR(o, 3, 0.5)),
    (weir.MultiStepLR([2, 5]), lambda o: torch.optim.lr_scheduler.MultiStepLR(o, [2, 5])),
    (weir.ExponentialLR(0.9), lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.9)),
    (weir.CosineAnnealingLR(10), lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 10)),
    (weir.LinearLR(0.25, total_iters=4), lambda o: torch.optim.lr_scheduler.LinearLR(o, 0.25, total_iters=4)),
])
def test_rates_are_those_of_pytorch(schedule, theirs):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.5)
    other = theirs(optimizer)
    for time in range(8):
        assert schedule.rate(0.5, time) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-9)
        optimizer.step()
        other.step()


def test_initializers():
    for i in (weir.Initializer.he_normal(0.1, fan="out"), weir.Initializer.uniform(-1, 1), weir.Initializer.lecun_normal("out"),
              weir.Initializer.zeros(), weir.Initializer.orthogonal(2.0), weir.Initializer.glorot_uniform()):
        assert pickle.loads(pickle.dumps(i)) == i
    model = weir.Model(weir.Sequential(3, [weir.Dense(4, weight=weir.Initializer.constant(0.5), bias_initializer=weir.Initializer.constant(2))]))
    assert np.array_equal(model.state_dict()["0.weight"], np.full((4, 3), 0.5, np.float32))
    assert np.array_equal(model.predict(np.ones((1, 3), np.float32)), np.full((1, 4), 3.5, np.float32))


@pytest.mark.parametrize("make, error, message", [
    (lambda: weir.Dense(), TypeError, "Dense: missing a required argument: 'out'. Its arguments: out, bias, weight, bias_initializer, relu_drops_nan."),
    (lambda: weir.Adam(learning_rate=1), TypeError, "Adam: got an unexpected keyword argument 'learning_rate'. Its arguments: lr, beta1, "
     "beta2, eps, weight_decay, amsgrad."),
    (lambda: weir.ReLU(1), TypeError, "ReLU: too many positional arguments. Its arguments: none."),
    (lambda: weir.Dense("a"), TypeError, "Dense: out is 'a', expected an integer."),
    (lambda: weir.Dense(3.5), TypeError, "Dense: out is 3.5, expected an integer."),
    (lambda: weir.Dense(True), TypeError, "Dense: out is True, expected an integer."),
    (lambda: weir.Dense(2**70), weir.ConfigError, "Dense: out is 1180591620717411303424, expected an integer of 64 bits."),
    (lambda: weir.Dense(3, bias=1), TypeError, "Dense: bias is 1, expected True or False."),
    (lambda: weir.Dense(3, weight=0.1), TypeError, "Dense: weight is 0.1, expected a weir.Initializer, such as weir.Initializer.he_normal()."),
    (lambda: weir.Adam("fast"), TypeError, "Adam: lr is 'fast', expected a number."),
    (lambda: weir.Adam(lr=[1]), TypeError, "Adam: lr is [1], expected a number."),
    (lambda: weir.MultiStepLR([1.5]), TypeError, "MultiStepLR: milestones[0] is 1.5, expected an integer."),
    (lambda: weir.Huber(reduction="average"), weir.ConfigError, "Huber: reduction is 'average', expected one of: mean, sum, batch_mean."),
    (lambda: weir.ReduceLROnPlateau(mode="up"), weir.ConfigError, "ReduceLROnPlateau: mode is 'up', expected one of: min, max."),
    (lambda: weir.LinearWarmup(then=3), TypeError, "LinearWarmup: then is 3, expected a schedule, such as weir.StepLR(), or None."),
    (lambda: weir.Reshape("ab"), TypeError, "Reshape: shape is 'ab', expected a shape: an integer or a tuple of integers."),
    (lambda: weir.Initializer.he_normal(fan="up"), ValueError, "Initializer: fan is 'up', expected 'in' or 'out'."),
])
def test_wrong_arguments(make, error, message):
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == message


@pytest.mark.parametrize("make", [lambda: weir.Dense(0), lambda: weir.Adam(lr=-1), lambda: weir.Dropout(1.5), lambda: weir.StepLR(0),
                                  lambda: weir.Huber(delta=0), lambda: weir.HardTanh(1, -1), lambda: weir.EarlyStopping(patience=-1)])
def test_values_out_of_range_are_refused_by_cpp(make):
    with pytest.raises(weir.ConfigError, match="expected"):
        make()
