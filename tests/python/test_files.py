"""save, checkpoints, pickle, state_dict."""

import copy
import pickle
from collections import OrderedDict

import numpy as np
import pytest
import torch
import weir
from test_fit import blobs, classifier

OPTIONS = dict(loss=weir.SoftmaxCrossEntropy(), optimizer=weir.Adam(lr=1e-2))


def same(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


def torch_module():
    return torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3))


def test_save_and_load(tmp_path):
    x, y = blobs(64)
    model = classifier()
    model.fit(x, y, **OPTIONS)
    path = tmp_path / "net.safetensors"
    model.save(path, {"author": "me"})
    for file in (path, str(path), path.read_bytes(), model.to_bytes()):
        again = weir.load_model(file)
        assert same(again.state_dict(), model.state_dict()) and np.array_equal(again.predict(x), model.predict(x))
        assert str(again.graph) == str(model.graph)
    assert weir.load_metadata(path) == {"author": "me"}
    assert weir.load_model(path, dtype="float64").predict(x).dtype == np.float64
    with pytest.raises(weir.FileError):
        weir.load_model(tmp_path / "none.safetensors")
    with pytest.raises(weir.FormatError):
        weir.load_model(path.read_bytes()[:-5])
    with pytest.raises(weir.FileError):
        model.save(tmp_path / "no folder" / "a.safetensors")


def test_a_resumed_run_gives_the_same_bits(tmp_path):
    x, y = blobs()
    run = dict(**OPTIONS, schedule=weir.StepLR(2), batch=64)
    whole = classifier()
    history = whole.fit(x, y, epochs=6, **run)
    part = classifier()
    part.fit(x, y, epochs=3, callbacks=[weir.Checkpoint(tmp_path / "run")], **run)
    resumed = classifier()
    rest = resumed.fit(x, y, epochs=6, callbacks=[weir.Checkpoint(tmp_path / "run")], resume=tmp_path / "run", **run)
    assert rest.resumed_from.endswith("step-000000012.safetensors")
    assert same(resumed.state_dict(), whole.state_dict())
    assert rest[-1].loss == history[-1].loss
    with pytest.raises(weir.ConfigError, match="batch"):
        classifier().fit(x, y, epochs=6, resume=str(tmp_path / "run"), **{**run, "batch": 32})


def test_checkpoints_by_hand(tmp_path):
    x, y = blobs()
    one = classifier()
    one.fit(x, y, epochs=2, **OPTIONS)
    one.save_checkpoint(tmp_path / "c.safetensors")
    two = classifier()
    two.load_checkpoint(tmp_path / "c.safetensors")
    assert two.steps == one.steps == 16
    for model in (one, two):
        model.fit(x, y, **OPTIONS)
    assert same(one.state_dict(), two.state_dict())
    with pytest.raises(weir.ConfigError, match="seed"):
        classifier(seed=9).load_checkpoint((tmp_path / "c.safetensors").read_bytes())


@pytest.mark.parametrize("copied", [copy.deepcopy, copy.copy, lambda model: pickle.loads(pickle.dumps(model))])
@pytest.mark.parametrize("trained", [False, True])
def test_a_copy_trains_on_like_the_original(copied, trained):
    x, y = blobs()
    model = classifier(dtype="float64")
    if trained:
        model.fit(x, y, **OPTIONS)
    other = copied(model)
    assert other.options == model.options and same(other.state_dict(), model.state_dict()) and other.steps == model.steps
    model.fit(x, y, **OPTIONS)
    assert not same(other.state_dict(), model.state_dict()), "they share nothing"
    other.fit(x, y, **OPTIONS)
    assert same(other.state_dict(), model.state_dict())


def test_graphs_are_copied():
    g = weir.Sequential(4, [weir.Dense(2), weir.ReLU()])
    for other in (copy.deepcopy(g), copy.copy(g), pickle.loads(pickle.dumps(g))):
        assert str(other) == str(g) and other is not g


def test_state_dict_is_that_of_pytorch():
    module = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3), torch.nn.PReLU())
    model = weir.Model(weir.Sequential(4, [weir.Dense(3), weir.BatchNorm(), weir.PReLU()]))
    state = model.state_dict()
    assert set(state) == {name for name in module.state_dict() if not name.endswith("num_batches_tracked")}
    assert all(value.dtype == np.float32 for value in state.values())
    module(torch.randn(8, 4))
    report = model.load_state_dict(module.state_dict())
    assert report == {"missing": [], "unexpected": []}
    x = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    np.testing.assert_allclose(model.predict(x), module.eval()(torch.from_numpy(x)).detach().numpy(), rtol=1e-4, atol=1e-6)
    state["0.weight"][:] = 7
    assert not (model.state_dict()["0.weight"] == 7).any(), "a copy"


@pytest.mark.parametrize("change", [
    lambda s: {f"module.{name}": value for name, value in s.items()},
    lambda s: OrderedDict((name, value.numpy().astype(np.float64)) for name, value in s.items()),
    lambda s: {name: torch.nn.Parameter(value) for name, value in s.items()},
    lambda s: {name: value.numpy()[::1].copy(order="F") for name, value in s.items()},
])
def test_load_state_dict_of_any_kind(change):
    module, model = torch_module(), classifier()
    model.load_state_dict(change(module.state_dict()), prefix="module.")
    assert same(model.state_dict(), {name: value.numpy() for name, value in module.state_dict().items()})


def test_half_precision_is_converted():
    model = classifier()
    half = {name: value.half() for name, value in torch_module().state_dict().items()}
    model.load_state_dict(half)
    assert same(model.state_dict(), {name: value.float().numpy() for name, value in half.items()})


def test_kernels_of_keras():
    model = classifier()
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=shape).astype(np.float32) for shape in ((4, 16), (16,), (16, 3), (3,))]  # as get_weights()
    model.load_state_dict(weights, transpose=True)
    x = rng.normal(size=(5, 4)).astype(np.float32)
    wanted = np.maximum(x @ weights[0] + weights[1], 0) @ weights[2] + weights[3]
    np.testing.assert_allclose(model.predict(x), wanted, rtol=1e-4, atol=1e-5)


def test_load_state_dict_from_a_file(tmp_path):
    model, other = classifier(seed=1), classifier(seed=2)
    model.save(tmp_path / "a.safetensors")
    other.load_state_dict(tmp_path / "a.safetensors")
    assert same(other.state_dict(), model.state_dict())
    third = classifier(seed=3)
    third.load_state_dict((tmp_path / "a.safetensors").read_bytes(), prefix="module.")
    assert same(third.state_dict(), model.state_dict())


def test_what_does_not_fit_changes_nothing():
    model = classifier()
    before = model.state_dict()
    good = classifier(seed=5).state_dict()
    for change, error in (({"0.weight": np.zeros((4, 16), np.float32)}, weir.ShapeError), ({"extra": np.zeros(3)}, weir.FormatError),
                          ({"0.weight": "text"}, TypeError), ({"0.weight": np.zeros((16, 4), complex)}, TypeError)):
        with pytest.raises(error):
            model.load_state_dict({**good, **change})
        assert same(model.state_dict(), before)
    missing = {name: value for name, value in good.items() if name != "2.bias"}
    with pytest.raises(weir.FormatError, match="2.bias"):
        model.load_state_dict(missing)
    assert model.load_state_dict({**missing, "more": np.zeros(2)}, strict=False) == {"missing": ["2.bias"], "unexpected": ["more"]}
    assert np.array_equal(model.state_dict()["0.weight"], good["0.weight"]) and np.array_equal(model.state_dict()["2.bias"], before["2.bias"])
    with pytest.raises(ValueError, match="got 3 arrays, the Model has 4 parameters"):
        model.load_state_dict(list(good.values())[:3])
