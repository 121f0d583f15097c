"""Training, prediction and evaluation."""

import numpy as np
import pytest
import torch
import weir


def blobs(n=256, seed=0, classes=3, width=4):
    """Points around one centre for each class."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, n)
    centres = np.random.default_rng(1).normal(size=(classes, width)) * 8
    return (centres[y] + rng.normal(size=(n, width))).astype(np.float32), y


def classifier(seed=1, **options):
    return weir.Model(weir.Sequential(4, [weir.Dense(16), weir.ReLU(), weir.Dense(3)]), seed=seed, **options)


def test_quick_start():
    x, y = blobs()
    x_test, y_test = blobs(seed=5)
    model = classifier()
    history = model.fit(x, y, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.Adam(lr=1e-2), epochs=8, batch=64,
                        validation=(x_test, y_test), callbacks=[weir.EarlyStopping(patience=3)])
    assert len(history) == 8 and not history.stopped
    table = history.to_dict()
    assert list(table) == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds"]
    assert table["val_loss"][-1] < table["val_loss"][0] and table["val_accuracy"][-1] > 0.95
    result = model.evaluate(x_test, y_test)
    assert result.loss == table["val_loss"][-1] and result.accuracy == table["val_accuracy"][-1] and result.samples == 256
    outputs = model.predict(x_test)
    assert outputs.shape == (256, 3) and outputs.dtype == np.float32
    assert np.mean(outputs.argmax(axis=1) == y_test) == result.accuracy
    assert model.steps == 32


@pytest.mark.parametrize("ours, theirs", [
    (weir.SGD(lr=0.1, momentum=0.9), lambda p: torch.optim.SGD(p, 0.1, momentum=0.9)),
    (weir.Adam(lr=0.01), lambda p: torch.optim.Adam(p, 0.01)),
    (weir.AdamW(lr=0.01), lambda p: torch.optim.AdamW(p, 0.01)),
    (weir.RMSprop(lr=0.01), lambda p: torch.optim.RMSprop(p, 0.01)),
])
def test_training_gives_the_parameters_of_pytorch(ours, theirs):
    x, y = blobs(128)
    model = classifier(dtype="float64")
    module = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3)).double()
    module.load_state_dict({name: torch.from_numpy(value) for name, value in model.state_dict().items()})
    model.fit(x.astype(np.float64), y, loss=weir.SoftmaxCrossEntropy(), optimizer=ours, epochs=3, batch=32, shuffle=False)
    optimizer, loss = theirs(module.parameters()), torch.nn.CrossEntropyLoss()
    for _ in range(3):
        for begin in range(0, 128, 32):
            optimizer.zero_grad()
            loss(module(torch.from_numpy(x[begin:begin + 32]).double()), torch.from_numpy(y[begin:begin + 32])).backward()
            optimizer.step()
    for name, value in module.state_dict().items():
        np.testing.assert_allclose(model.state_dict()[name], value.numpy(), rtol=1e-9, atol=1e-12)


def test_equal_seeds_give_equal_bits():
    x, y = blobs()
    options = dict(loss=weir.SoftmaxCrossEntropy(), optimizer=weir.Adam(), epochs=2)
    one, two, other = classifier(), classifier(), classifier(seed=2)
    for model in (one, two, other):
        model.fit(x, y, **options)
    assert all(np.array_equal(one.state_dict()[name], two.state_dict()[name]) for name in one.state_dict())
    assert not np.array_equal(one.state_dict()["0.weight"], other.state_dict()["0.weight"])


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", ">i4"])
def test_labels_of_any_width(dtype):
    x, y = blobs(64)
    def trained(labels):
        model = classifier()
        model.fit(x, labels, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.SGD(0.1))
        return model.state_dict()["0.weight"]
    assert np.array_equal(trained(y.astype(dtype)), trained(y))


class ByDLPack:
    """An array of a library that NumPy does not know."""

    def __init__(self, x):
        self.tensor = torch.from_numpy(x)

    def __dlpack__(self, stream=None):
        return self.tensor.__dlpack__()

    def __dlpack_device__(self):
        return self.tensor.__dlpack_device__()


class OnAGpu:
    __cuda_array_interface__ = {"shape": (3, 4), "typestr": "<f4", "data": (0, True), "version": 3}


def test_an_array_on_another_device_is_refused():
    with pytest.raises(weir.DeviceError, match="predict: x is on another device, expected memory of the CPU."):
        classifier().predict(OnAGpu())


def test_data_of_pandas():
    pandas = pytest.importorskip("pandas")
    x, y = blobs(32)
    states = []
    for inputs, labels in ((x, y), (pandas.DataFrame(x, columns=list("abcd")), pandas.Series(y, index=range(100, 132)))):
        model = classifier()
        model.fit(inputs, labels, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.Adam(), validation=(inputs, labels))
        states.append(model.state_dict()["0.weight"])
    assert np.array_equal(*states)


@pytest.mark.parametrize("change", [
    ByDLPack, lambda x: x.astype(np.float64), lambda x: np.asfortranarray(x), lambda x: np.repeat(x, 2, axis=0)[::2], lambda x: x.astype(">f4"),
    lambda x: x.tolist(), lambda x: torch.from_numpy(x), lambda x: memoryview(x), lambda x: weir.Dataset(x).x, lambda x: [x]])
def test_data_of_any_kind_gives_the_same(change):
    x, _ = blobs(16)
    model = classifier()
    assert np.array_equal(model.predict(change(x)), model.predict(x))


def test_integers_are_numbers_where_the_network_takes_numbers():
    x, y = np.arange(12).reshape(3, 4), np.array([0, 1, 0])
    model = classifier()
    assert np.array_equal(model.predict(x), model.predict(x.astype(np.float32)))
    regression = weir.Model(weir.Sequential(4, [weir.Dense(1)]), seed=3)
    same = weir.Model(weir.Sequential(4, [weir.Dense(1)]), seed=3)
    for one, target in ((regression, y[:, None]), (same, y[:, None].astype(np.float32))):
        one.fit(x, target, loss=weir.MeanSquaredError(), optimizer=weir.SGD(1e-3), epochs=2)
    assert np.array_equal(regression.state_dict()["0.weight"], same.state_dict()["0.weight"])
    binary = weir.Model(weir.Sequential(4, [weir.Dense(1)]))
    binary.fit(x, y[:, None].astype(bool), loss=weir.BinaryCrossEntropyWithLogits(), optimizer=weir.SGD())


def test_arrays_are_not_copied():
    x = np.zeros((8, 4), np.float32)
    for dtype in (np.float32, np.float64, np.int32, np.uint8):
        array = x.astype(dtype)
        data = weir.Dataset(array, array[:, 0])
        assert np.shares_memory(data.x, array)
        assert not data.x.flags.writeable
    before = data.x
    del array, data
    assert before.sum() == 0, "the array lives as long as what uses it"


def test_several_inputs_and_outputs():
    g = weir.Graph()
    a, b = g.input(3), g.input(2)
    h = g.add(weir.Concat(), [a, b])
    g.output(g.add(weir.Dense(2), h))
    g.output(g.add(weir.Dense(1), h, name="size"))
    assert g.inputs == ["input", "input_1"] and g.outputs == ["1", "size"] and g.shape(h) == (5,)
    model = weir.Model(g, seed=1, dtype="float64")
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=(40, 3)), rng.normal(size=(40, 2))
    y, t = rng.integers(0, 2, 40), rng.normal(size=(40, 1))
    history = model.fit([x, z], [y, t], loss=[weir.SoftmaxCrossEntropy(), (weir.MeanSquaredError(), 0.5)], optimizer=weir.Adam(0.05),
                        epochs=30, batch=8, validation=([x, z], [y, t]))
    assert history[-1].loss < history[0].loss
    first, second = model.predict([x, z])
    state = model.state_dict()
    joined = np.concatenate([x, z], axis=1)
    np.testing.assert_allclose(first, joined @ state["1.weight"].T + state["1.bias"], rtol=1e-12)
    np.testing.assert_allclose(second, joined @ state["size.weight"].T + state["size.bias"], rtol=1e-12, atol=1e-14)
    logits = torch.from_numpy(first)
    wanted = torch.nn.functional.cross_entropy(logits, torch.from_numpy(y)).item() + 0.5 * np.mean((second - t) ** 2)
    assert model.evaluate([x, z], [y, t]).loss == pytest.approx(wanted, rel=1e-12)


def test_embedding_takes_indices():
    model = weir.Model(weir.Sequential(5, [weir.Embedding(10, 4), weir.Flatten(), weir.Dense(2)]), seed=0)
    x = np.random.default_rng(0).integers(0, 10, (6, 5))
    state = model.state_dict()
    wanted = state["0.weight"][x].reshape(6, 20) @ state["2.weight"].T + state["2.bias"]
    for dtype in (np.int64, np.int8, np.uint8):
        np.testing.assert_allclose(model.predict(x.astype(dtype)), wanted, rtol=1e-5, atol=1e-6)
    with pytest.raises(weir.ConfigError, match="sample 2"):
        model.predict(np.where(np.arange(6)[:, None] == 2, 10, x))


def test_max_batch_grows_with_the_calls():
    x, y = blobs(600)
    open_, fixed = classifier(), classifier(max_batch=600)
    for model in (open_, fixed):
        model.fit(x, y, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.Adam(), epochs=1)
        model.fit(x, y, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.Adam(), epochs=2, batch=600)
    assert all(np.array_equal(open_.state_dict()[name], fixed.state_dict()[name]) for name in fixed.state_dict())
    with pytest.raises(weir.ShapeError, match="max_batch"):
        classifier(max_batch=8).fit(x, y, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.SGD(), batch=16)


def test_options_of_fit():
    x, y = blobs(128)
    model = classifier()
    bias = model.state_dict()["0.bias"]
    history = model.fit(
        x, y, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.SGD(lr=0.1), epochs=4, batch=16, accumulate=2, drop_last=True,
        schedule=weir.LinearWarmup(2, then=weir.StepLR(1, gamma=0.5)), groups=[weir.ParameterGroup(names="0.bias", frozen=True)],
        clip=weir.GradientClip(global_norm=1.0), average=weir.WeightAverage(decay=0.9), sample_weights=np.ones(128),
        metrics={"errors": lambda outputs, targets: np.mean(outputs.argmax(axis=1) != targets)}, validation=(x, y))
    assert np.array_equal(model.state_dict()["0.bias"], bias)
    table = history.to_dict()
    np.testing.assert_allclose(np.array(table["val_errors"]) + table["val_accuracy"], 1, rtol=1e-12)
    assert model.averaged().evaluate(x, y, loss=weir.SoftmaxCrossEntropy()).loss == table["val_loss"][-1]
    by_shape = classifier()
    by_shape.fit(x, y, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.SGD(lr=0.1),
                 groups=[weir.ParameterGroup(when=lambda name, shape: name == "0.bias" and shape == (16,), frozen=True)])
    assert np.array_equal(by_shape.state_dict()["0.bias"], bias)


def test_sample_weights_of_zero_leave_samples_out():
    x, y = blobs(64)
    weights = (np.arange(64) < 32).astype(np.float32) * 2
    one, two = classifier(dtype="float64"), classifier(dtype="float64")
    one.fit(x, y, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.SGD(0.1), batch=64, shuffle=False, sample_weights=weights)
    two.fit(x[:32], y[:32], loss=weir.SoftmaxCrossEntropy(), optimizer=weir.SGD(0.1), batch=64, shuffle=False)
    np.testing.assert_allclose(one.state_dict()["0.weight"], two.state_dict()["0.weight"], rtol=1e-12)


def test_dataset_with_what_is_known_of_it(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (32, 4), dtype=np.uint8)
    data = weir.Dataset(pixels, np.arange(32) % 3, divisor=255, columns=list("abcd"), classes=["cat", "dog", "cow"])
    assert len(data) == 32 and len(data[:10]) == 10 and np.array_equal(data[4:6].x, pixels[4:6])
    assert data.info["inputs"][0]["columns"] == list("abcd") and data.info["targets"][0]["classes"] == ["cat", "dog", "cow"]
    model = classifier()
    model.fit(data, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.Adam(), validation=data[:8])
    np.testing.assert_allclose(model.predict(pixels), model.predict(pixels.astype(np.float32) / np.float32(255)), rtol=1e-5, atol=1e-6)
    model.save(tmp_path / "a.safetensors")
    assert np.array_equal(weir.load_model(tmp_path / "a.safetensors").predict(pixels), model.predict(pixels))


def test_tables_of_a_model():
    model = classifier()
    assert str(model) == repr(model) and "dense(16)" in str(model) and "[4] -> [16]" in str(model)
    html = model._repr_html_()
    assert html.startswith("<table>") and "<td style='text-align:left'>[4] -&gt; [16]</td>" in html
    assert "dense(16)" in str(model.graph) and model.parameters["0.weight"] == (16, 4)
    assert model.options["seed"] == 1 and model.options["dtype"] == "float32"


def test_history_plot():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    x, y = blobs(64)
    history = classifier().fit(x, y, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.Adam(), epochs=3, validation=(x, y))
    ax = history.plot()
    assert [line.get_label() for line in ax.lines] == ["loss", "val_loss"]
    assert list(ax.lines[0].get_ydata()) == history.to_dict()["loss"]
    assert "3 epochs" in repr(history)


def test_residual_and_shared_parameters():
    model = weir.Model(weir.Sequential(4, [weir.Residual(weir.Dense(4), weir.Tanh()), weir.Dense(1)]), seed=2, dtype="float64")
    x, s = np.random.default_rng(0).normal(size=(5, 4)), model.state_dict()
    hidden = x + np.tanh(x @ s["0.weight"].T + s["0.bias"])
    np.testing.assert_allclose(model.predict(x), hidden @ s["3.weight"].T + s["3.bias"], rtol=1e-10)
    g = weir.Graph()
    a = g.input(3)
    first = g.add(weir.Dense(3), a)
    second = g.add(weir.Dense(3), first)
    g.share_parameters(second, first)
    g.output(second)
    shared = weir.Model(g, dtype="float64")
    s = shared.state_dict()
    assert np.array_equal(s["0.weight"], s["1.weight"]) and list(shared.parameters) == ["0.weight", "0.bias"]
    x = np.ones((1, 3))
    np.testing.assert_allclose(shared.predict(x), (x @ s["0.weight"].T + s["0.bias"]) @ s["0.weight"].T + s["0.bias"], rtol=1e-12)


def test_graphs_as_json_and_their_nodes():
    g = weir.Sequential((28, 28), [weir.Flatten(), weir.Dense(10, bias=False), weir.LeakyReLU(0.2)])
    again = weir.Graph.from_json(g.to_json())
    assert str(again) == str(g)
    layers = [node["layer"] for node in again.nodes]
    assert [type(layer) for layer in layers[1:]] == [weir.Flatten, weir.Dense, weir.LeakyReLU] and layers[0] is None
    assert [node["shape"] for node in again.nodes] == [(28, 28), (784,), (10,), (10,)]
