"""A hundred wrong calls of training: each is a ValueError, TypeError or an exception of weir's with a message, and changes nothing."""

import numpy as np
import pytest
import weir
from test_fit import blobs

X, Y = blobs(32)
LOSS, ADAM = weir.SoftmaxCrossEntropy(), weir.Adam()


def net():
    return weir.Sequential(4, [weir.Dense(8), weir.ReLU(), weir.Dense(3)])


def model():
    return weir.Model(net(), seed=1)


def fit(x=X, y=Y, **options):
    model().fit(x, y, **{"loss": LOSS, "optimizer": ADAM, **options})


def graph_with(shape=4):
    g = weir.Graph()
    return g, g.input(shape)


def read_only():
    x = X.copy()
    x.flags.writeable = False
    return x


WRONG = {
    # Graphs.
    "no layers given": lambda: weir.Sequential(4, []),
    "a layer instead of a list": lambda: weir.Sequential(4, weir.Dense(3)),
    "a class instead of a layer": lambda: weir.Sequential(4, [weir.ReLU]),
    "a loss as a layer": lambda: weir.Sequential(4, [weir.Dense(3), LOSS]),
    "a number as a layer": lambda: weir.Sequential(4, [3]),
    "None as a layer": lambda: weir.Sequential(4, [None]),
    "an optimizer as a layer": lambda: weir.Sequential(4, [ADAM]),
    "a negative shape": lambda: weir.Sequential(-4, [weir.Dense(3)]),
    "a shape of floats": lambda: weir.Sequential(4.5, [weir.Dense(3)]),
    "a shape of too many dimensions": lambda: weir.Sequential((1,) * 9, [weir.Flatten()]),
    "a huge shape": lambda: weir.Sequential((2**40, 2**40), [weir.Flatten()]),
    "a shape beyond 64 bits": lambda: weir.Sequential(2**64, [weir.Flatten()]),
    "text as a shape": lambda: weir.Sequential("4", [weir.Dense(3)]),
    "a shape that does not fit": lambda: weir.Sequential(4, [weir.Reshape((3, 3))]),
    "Dense of a single number": lambda: weir.Sequential((), [weir.Dense(3)]),
    "Add of one input": lambda: weir.Sequential(4, [weir.Add()]),
    "Residual that changes the shape": lambda: weir.Sequential(4, [weir.Residual(weir.Dense(3))]),
    "Residual of a number": lambda: weir.Residual(3),
    "add to no node": lambda: graph_with()[0].add(weir.Dense(3), []),
    "add to a number": lambda: graph_with()[0].add(weir.Dense(3), 0),
    "add to a node of another graph": lambda: graph_with()[0].add(weir.Dense(3), graph_with()[1]),
    "add with a number as a name": lambda: graph_with()[0].add(weir.Dense(3), graph_with()[1], 7),
    "a bad storage": lambda: weir.Graph().input(4, storage="i8"),
    "a number as storage": lambda: weir.Graph().input(4, storage=8),
    "two equal names": lambda: [weir.Graph.input(g, 4, name="a") for g in [weir.Graph()] for _ in range(2)],
    "the input as the output": lambda: [g.output(x) for g, x in [graph_with()]],
    "a number as the output": lambda: weir.Graph().output(3),
    "an output twice": lambda: [g.output(n) for g, x in [graph_with()] for n in [g.add(weir.Dense(2), x)] * 2],
    "shared parameters of other shapes": lambda: [
        g.share_parameters(g.add(weir.Dense(2), x), g.add(weir.Dense(3), x)) for g, x in [graph_with()]],
    "shared parameters of a number": lambda: weir.Graph().share_parameters(1, 2),
    "a shape of a foreign node": lambda: weir.Graph().shape(graph_with()[1]),
    "JSON that is no graph": lambda: weir.Graph.from_json("[]"),
    "JSON that is cut off": lambda: weir.Graph.from_json(net().to_json()[:-3]),
    "a number as JSON": lambda: weir.Graph.from_json(3),
    # Models.
    "a Model of an empty graph": lambda: weir.Model(weir.Graph()),
    "a Model of a list": lambda: weir.Model([weir.Dense(3)]),
    "a Model of None": lambda: weir.Model(None),
    "a dtype that does not train": lambda: weir.Model(net(), dtype="int32"),
    "a dtype that does not exist": lambda: weir.Model(net(), dtype="float31"),
    "half precision": lambda: weir.Model(net(), dtype=np.float16),
    "a device that does not exist": lambda: weir.Model(net(), device="tpu"),
    "a number as a device": lambda: weir.Model(net(), device=0),
    "a negative device": lambda: weir.Model(net(), device="cuda:-1"),
    "a device far away": lambda: weir.Model(net(), device="cuda:99"),
    "a negative seed": lambda: weir.Model(net(), seed=-1),
    "a seed beyond 64 bits": lambda: weir.Model(net(), seed=2**64),
    "a seed of text": lambda: weir.Model(net(), seed="a"),
    "a max_batch of 0": lambda: weir.Model(net(), max_batch=0),
    "a max_batch of text": lambda: weir.Model(net(), max_batch="big"),
    "a huge max_batch": lambda: weir.Model(net(), max_batch=2**60),
    "an unknown precision": lambda: weir.Model(net(), precision="f16"),
    "an unknown option of Model": lambda: weir.Model(net(), sed=1),
    # fit.
    "no loss": lambda: fit(loss=None),
    "a loss by name": lambda: fit(loss="mse"),
    "a class as the loss": lambda: fit(loss=weir.SoftmaxCrossEntropy),
    "a layer as the loss": lambda: fit(loss=weir.Dense(3)),
    "two losses for one output": lambda: fit(loss=[LOSS, LOSS]),
    "a weight that is no number": lambda: fit(loss=[(LOSS, "a")]),
    "a weight that is not finite": lambda: fit(loss=[(LOSS, float("nan"))]),
    "a triple as a loss": lambda: fit(loss=[(LOSS, 1, 2)]),
    "no optimizer": lambda: fit(optimizer=None),
    "an optimizer by name": lambda: fit(optimizer="adam"),
    "a class as the optimizer": lambda: fit(optimizer=weir.Adam),
    "a schedule as the optimizer": lambda: fit(optimizer=weir.StepLR()),
    "an optimizer as the schedule": lambda: fit(schedule=ADAM),
    "a bad schedule_unit": lambda: fit(schedule=weir.StepLR(), schedule_unit="day"),
    "epochs below 0": lambda: fit(epochs=-1),
    "epochs of text": lambda: fit(epochs="5"),
    "a fraction of epochs": lambda: fit(epochs=1.5),
    "a batch of 0": lambda: fit(batch=0),
    "a huge batch": lambda: fit(batch=2**62),
    "accumulate of 0": lambda: fit(accumulate=0),
    "shuffle of text": lambda: fit(shuffle="yes"),
    "an unknown option of fit": lambda: fit(epoch=3),
    "a callback that is none": lambda: fit(callbacks=[3]),
    "a class as a callback": lambda: fit(callbacks=[weir.EarlyStopping]),
    "a callback that is not in a list": lambda: fit(callbacks=weir.EarlyStopping()),
    "a monitor that the run does not have": lambda: fit(callbacks=[weir.EarlyStopping()]),
    "a negative every": lambda: fit(callbacks=[type("Negative", (weir.Callback,), {"every": -1})()]),
    "an every of text": lambda: fit(callbacks=[type("Text", (weir.Callback,), {"every": "all"})()]),
    "a group that is none": lambda: fit(groups=[3]),
    "a group that matches nothing": lambda: fit(groups=[weir.ParameterGroup(names="none.*", lr=1)]),
    "a condition that is no function": lambda: weir.ParameterGroup(when=3),
    "a clip that is a number": lambda: fit(clip=1.0),
    "a negative clip": lambda: fit(clip=weir.GradientClip(norm=-1)),
    "an average that is a number": lambda: fit(average=0.9),
    "metrics without validation": lambda: fit(metrics={"a": lambda y, t: 0.0}),
    "a metric that is no function": lambda: fit(metrics={"a": 3}, validation=(X, Y)),
    "a metric with a bad name": lambda: fit(metrics={"a,b": lambda y, t: 0.0}, validation=(X, Y)),
    "a metric that returns text": lambda: fit(metrics={"a": lambda y, t: "b"}, validation=(X, Y)),
    "metrics by name": lambda: fit(metrics=["accuracy"], validation=(X, Y)),
    "validation of three": lambda: fit(validation=(X, Y, Y)),
    "validation of one array": lambda: fit(validation=X),
    "validation of another width": lambda: fit(validation=(X[:, :3], Y)),
    "a checkpoint that is none": lambda: fit(resume=__file__),
    "a resume of a number": lambda: fit(resume=3),
    "weights of another length": lambda: fit(sample_weights=np.ones(5)),
    "negative weights": lambda: fit(sample_weights=-np.ones(32)),
    "weights of text": lambda: fit(sample_weights=["a"] * 32),
    # Data.
    "no data": lambda: fit(x=None),
    "no targets": lambda: fit(y=None),
    "targets of another length": lambda: fit(y=Y[:5]),
    "data of another width": lambda: fit(x=X[:, :3]),
    "data of one dimension": lambda: fit(x=X[:, 0]),
    "data of no samples": lambda: fit(x=X[:0], y=Y[:0]),
    "a number as data": lambda: fit(x=3.0),
    "text as data": lambda: fit(x="abc"),
    "words as data": lambda: fit(x=np.array([["a"] * 4] * 32)),
    "objects as data": lambda: fit(x=np.array([[None] * 4] * 32)),
    "complex numbers": lambda: fit(x=X.astype(complex)),
    "dates": lambda: fit(x=np.zeros((32, 4), "datetime64[s]")),
    "records": lambda: fit(x=np.zeros(32, [("a", "f4"), ("b", "f4")])),
    "ragged lists": lambda: fit(x=[[1, 2], [3]]),
    "a NaN": lambda: fit(x=np.where(X == X[3, 1], np.nan, X)),
    "an infinity": lambda: fit(x=np.where(X == X[3, 1], np.inf, X)),
    "two inputs for one": lambda: fit(x=[X, X]),
    "labels out of range": lambda: fit(y=Y + 1),
    "negative labels": lambda: fit(y=Y - 1),
    "labels beyond 32 bits": lambda: fit(y=Y + 2**40),
    "labels beyond 63 bits": lambda: fit(y=Y.astype(np.uint64) + np.uint64(2**63)),
    "labels as floats": lambda: fit(y=Y.astype(np.float32)),
    "labels in two columns": lambda: fit(y=np.stack([Y, Y], axis=1)),
    "labels as words": lambda: fit(y=np.array(["cat"] * 32)),
    "a target of another width": lambda: fit(loss=weir.MeanSquaredError(), y=X),
    "a Dataset and y": lambda: fit(x=weir.Dataset(X, Y), y=Y),
    "a Dataset of nothing": lambda: weir.Dataset(None),
    "a Dataset of lists of different lengths": lambda: weir.Dataset([X, X[:3]]),
    "a divisor of 0": lambda: weir.Dataset(X.astype(np.uint8), Y, divisor=0),
    "too few columns": lambda: weir.Dataset(X, Y, columns=["a"]),
    "an index instead of a slice": lambda: weir.Dataset(X, Y)[3],
    "an empty slice": lambda: weir.Dataset(X, Y)[5:5],
    "a slice with a step": lambda: weir.Dataset(X, Y)[::2],
    # predict, evaluate, files.
    "predict another width": lambda: model().predict(X[:, :2]),
    "predict a Model": lambda: model().predict(model()),
    "predict nothing": lambda: model().predict(None),
    "evaluate without a loss": lambda: model().evaluate(X, Y),
    "evaluate another loss": lambda: model().evaluate(X, Y, loss=3),
    "averaged without an average": lambda: model().averaged(),
    "load nothing": lambda: weir.load_model(b""),
    "load a number": lambda: weir.load_model(3),
    "load a text": lambda: weir.load_model(b"{}" * 100),
    "load another Python file": lambda: weir.load_model(__file__),
    "load a folder": lambda: weir.load_model("/"),
    "load a file that is not there": lambda: weir.load_model("/nowhere/a.safetensors"),
    "load in another dtype": lambda: weir.load_model(model().to_bytes(), dtype="int8"),
    "save to a folder": lambda: model().save("/"),
    "save to nowhere": lambda: model().save("/nowhere/a.safetensors"),
    "save to a number": lambda: model().save(3),
    "metadata that is no dict": lambda: model().save("/tmp/never", metadata=[1]),
    "metadata of numbers": lambda: model().save("/tmp/never", metadata={"a": 1}),
    "metadata of weir's own names": lambda: model().save("/tmp/never", metadata={"weir.graph": "a"}),
    "a checkpoint of another graph": lambda: model().load_checkpoint(weir.Model(weir.Sequential(3, [weir.Dense(2)])).to_bytes()),
    "a state dict that is a number": lambda: model().load_state_dict(3),
    "an empty state dict": lambda: model().load_state_dict({}),
    "a state dict of text": lambda: model().load_state_dict({name: "a" for name in model().parameters}),
    "a state dict of None": lambda: model().load_state_dict({name: None for name in model().parameters}),
    "too few arrays": lambda: model().load_state_dict([X]),
    "no threads": lambda: weir.set_num_threads(0),
    "too many threads": lambda: weir.set_num_threads(10**6),
    "threads of text": lambda: weir.set_num_threads("two"),
    "a layer registered that is none": lambda: weir.register_layer(3),
    "gradcheck of a number": lambda: weir.gradcheck(3, [4]),
    "gradcheck of a batch of 0": lambda: weir.gradcheck(weir.Dense(2), [3], batch=0),
    "gradcheck with an impossible shape": lambda: weir.gradcheck(weir.Dense(2), [()]),
    "profile of a loss without data": lambda: weir.profile(model(), loss=LOSS),
    "profile of a graph": lambda: weir.profile(net()),
    "compare_devices of a Model": lambda: weir.compare_devices(model(), weir.Dataset(X, Y), loss=LOSS),
    "compare_devices of arrays": lambda: weir.compare_devices(net(), X, loss=LOSS),
    "MNIST where there is none": lambda: weir.load_mnist("/nowhere"),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_call(what):
    with pytest.raises((ValueError, TypeError, weir.Error)) as caught:
        WRONG[what]()
    message = str(caught.value)
    assert len(message) > 15 and "\n" not in message.strip(), message
    assert "incompatible" not in message and "std::" not in message and "::" not in message and "{." not in message, message


def test_there_are_a_hundred():
    assert len(WRONG) >= 100


def test_arrays_that_cannot_be_written_are_only_read():
    fit(x=read_only())
    assert model().predict(read_only()).shape == (32, 3)
