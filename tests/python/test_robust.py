"""What a program may do wrong around weir: each ends in an exception with a message, never in a crash, a hang or other numbers."""

import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import weir
from test_fit import blobs, classifier

OPTIONS = dict(loss=weir.SoftmaxCrossEntropy(), optimizer=weir.Adam())


class Weights(weir.Layer):
    """As many parameters as `count` says at the moment."""

    count = 2

    def parameters(self, *inputs):
        return {f"w{i}": (inputs[0], weir.Initializer.constant(1)) for i in range(self.count)}

    def forward(self, x, parameters):
        return x * 1

    def backward(self, x, y, dy, parameters):
        return dy, {name: (dy * x).sum(axis=0) for name in parameters}


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_layer_whose_parameters_change(count):
    x, y = blobs(32)
    layer = Weights()
    model = weir.Model(weir.Sequential(4, [layer, weir.Dense(3)]))
    before = model.predict(x)
    layer.count = count
    for call in (lambda: model.predict(x), lambda: model.fit(x, y, **OPTIONS)):
        with pytest.raises(weir.ConfigError, match=rf"Weights: parameters\(\) returned {count} parameters, and 2 when the Model was made"):
            call()
    layer.count = 2
    assert np.array_equal(model.predict(x), before)


@pytest.mark.parametrize("returned, error, message", [
    (lambda x: None, TypeError, "Same: forward returned None, expected an array of numbers."),
    (lambda x: x.astype(complex), TypeError, "Same: forward returned an array of complex128, expected an array of numbers."),
    (lambda x: x.astype(str), TypeError, "Same: forward returned an array of <U32, expected an array of numbers."),
    (lambda x: x[:, :2], weir.ShapeError, r"Same: forward returned an array of shape \[32, 2\], expected \[32, 4\]"),
    (lambda x: x[:-1], weir.ShapeError, r"Same: forward returned an array of shape \[31, 4\], expected \[32, 4\]"),
    (lambda x: 1 / 0, ZeroDivisionError, "division by zero"),
])
def test_what_a_layer_returns_must_be_its_output(returned, error, message):
    same = type("Same", (weir.Layer,), {"forward": lambda self, x, parameters: returned(x)})
    model = weir.Model(weir.Sequential(4, [same(), weir.Dense(3)]))
    with pytest.raises(error, match=message):
        model.predict(blobs(32)[0])


def test_a_layer_or_loss_may_not_compute_with_the_model_that_runs_it():
    x, y = blobs(32)

    class Again(weir.Layer):
        def forward(self, x, parameters):
            return model.predict(x)

    model = weir.Model(weir.Sequential(4, [Again(), weir.Dense(3)]))
    with pytest.raises(weir.ConfigError, match="predict was called while predict is running in this thread, by a layer or a loss in Python"):
        model.predict(x)

    class Peek(weir.Loss):
        def forward(self, output, target):
            return ((output - target) ** 2).sum(axis=1) * (model.steps >= 0)

        def backward(self, output, target):
            model.predict(x)  # would write over the activations of this step
            return 2 * (output - target)

    model = classifier()
    with pytest.raises(weir.ConfigError, match="predict was called while fit is running in this thread, by a layer or a loss in Python"):
        model.fit(x, np.eye(3)[y], loss=Peek(), optimizer=weir.SGD())
    assert model.steps == 0 and model.predict(x).shape == (32, 3)


def test_a_fit_that_is_refused_keeps_the_loss_of_the_one_before():
    x, y = blobs(32)
    model = classifier()
    model.fit(x, y, **OPTIONS)
    before = model.evaluate(x, y).loss
    for options in ({}, {"loss": weir.MeanSquaredError(), "optimizer": weir.SGD()}):
        with pytest.raises(weir.Error):
            model.fit(x, y, **options)
        assert model.evaluate(x, y).loss == before


def test_targets_of_one_number():
    x, y = blobs(64)
    r = x @ np.array([1, -2, 3, 0.5], dtype=np.float32)

    def trained(y, outputs, loss):
        model = weir.Model(weir.Sequential(4, [weir.Dense(outputs)]), seed=1)
        model.fit(x, y, loss=loss, optimizer=weir.SGD(0.05), validation=(x, y), epochs=2)
        return model.state_dict()["0.weight"]

    for target, outputs, loss in ((r, 1, weir.MeanSquaredError()), (r > 0, 1, weir.BinaryCrossEntropyWithLogits()),
                                  (y, 3, weir.SoftmaxCrossEntropy())):
        assert np.array_equal(trained(target, outputs, loss), trained(target[:, None], outputs, loss))
    with pytest.raises(weir.ShapeError, match=r"the target is \[\] a sample, the output is \[2\]"):
        trained(r, 2, weir.MeanSquaredError())
    with pytest.raises(weir.ShapeError):
        trained(np.stack([y, y], axis=1), 3, weir.SoftmaxCrossEntropy())


def test_one_sample_is_no_batch():
    x, _ = blobs(8)
    with pytest.raises(weir.ShapeError, match=r"predict: x has the shape of one sample, \[4\], expected samples in front of it. Write x\[None\]"):
        classifier().predict(x[0])
    assert classifier().predict(x[0][None]).shape == (1, 3)


def test_keras_names_are_answered_with_weirs():
    x, y = blobs(32)
    with pytest.raises(TypeError, match="fit: there is no argument batch_size: write batch=."):
        classifier().fit(x, y, batch_size=8, **OPTIONS)
    with pytest.raises(TypeError, match=r"there is no argument verbose: write callbacks=\[weir.ProgressBar\(\)\]"):
        classifier().fit(x, y, verbose=0, **OPTIONS)


def test_a_history_by_name():
    x, y = blobs(32)
    history = classifier().fit(x, y, **OPTIONS)
    assert history["loss"] == [history[0].loss] and "1 epoch," in repr(history)
    with pytest.raises(KeyError, match="there is no 'val_loss', this run has epoch, loss, accuracy"):
        history["val_loss"]


def test_masked_arrays_are_refused_unless_nothing_is_masked():
    x, y = blobs(32)
    model = classifier()
    masked = np.ma.masked_array(x, mask=x > 0)
    for call in (lambda: model.predict(masked), lambda: model.fit(masked, y, **OPTIONS), lambda: weir.relu(masked),
                 lambda: model.fit(x, np.ma.masked_array(y, mask=y > 1), **OPTIONS),
                 lambda: weir.accuracy(model.predict(x), np.ma.masked_array(y, mask=y > 1)),
                 lambda: model.load_state_dict({name: np.ma.masked_array(a, mask=True) for name, a in model.state_dict().items()})):
        with pytest.raises(TypeError, match="is a masked array, whose masked elements weir would use. Fill them first"):
            call()
    assert np.array_equal(model.predict(np.ma.masked_array(x)), model.predict(x))
    assert np.array_equal(weir.relu(np.ma.masked_array(x)), np.maximum(x, 0))


@pytest.mark.parametrize("name", [b"\xff.safetensors", os.fsdecode(b"\xfe.safetensors"), "ü \u2603.safetensors", pathlib.Path("a b")])
def test_any_name_of_a_file(tmp_path, name):
    x, y = blobs(64)
    model = classifier()
    path = os.fsdecode(tmp_path / os.fsdecode(name))
    model.fit(x, y, callbacks=[weir.CsvLog(path + ".csv"), weir.Checkpoint(path + ".run")], **OPTIONS)
    model.save(os.fsencode(path) if isinstance(name, bytes) else path)
    assert np.array_equal(weir.load_model(path).predict(x), model.predict(x))
    again = classifier().fit(x, y, resume=os.fsencode(path + ".run"), **{**OPTIONS, "epochs": 2})
    assert again.resumed_from.startswith(path + ".run") and len(again) == 2
    with pytest.raises(weir.FileError):
        weir.load_model(path + ".none")
    assert os.path.isfile(path) and os.path.isfile(path + ".csv")


def test_a_path_with_nul_writes_no_other_file(tmp_path):
    with pytest.raises(ValueError, match="expected a path without the character NUL"):
        classifier().save(str(tmp_path / "a\0b"))
    assert not list(tmp_path.iterdir())


def test_a_long_value_in_a_message_is_cut_between_characters():
    for n in range(50, 60):
        with pytest.raises(TypeError, match="expected a shape"):
            weir.Sequential("a" * n + "ü" * 20, [weir.Dense(3)])


def test_classes_that_weir_alone_makes():
    for cls in (weir.Node, weir.Initializer, weir.StepReport, weir.BeginReport, weir.GradcheckReport, weir.ProfileReport, weir.DeviceComparison):
        with pytest.raises(TypeError):
            cls()
        with pytest.raises(TypeError):
            cls.__new__(cls)


DAEMON = """
import sys, threading, time
sys.path.insert(0, sys.argv[1])
import numpy as np, weir, test_fit
x, y = test_fit.blobs()
running = threading.Event()

class Ours(weir.Callback):
    def on_step(self, model, report):
        running.set()
        sum(range(100))

def fit():
    test_fit.classifier().fit(x, y, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.Adam(), epochs=10**7, callbacks=[Ours()])

def again():
    while True:
        fit()

def functions():
    a = np.zeros(1 << 18, np.float32)
    while True:
        weir.relu(a, out=a)
        running.set()

def predict():
    model = test_fit.classifier()
    while True:
        model.predict(x)
        running.set()

threading.Thread(target=globals()[sys.argv[2]], daemon=True).start()
running.wait()
print("the end", flush=True)
"""


@pytest.mark.parametrize("work", ["fit", "again", "functions", "predict"])
def test_a_daemon_thread_does_not_crash_the_end_of_the_process(work):
    process = subprocess.run([sys.executable, "-c", DAEMON, os.path.dirname(__file__), work], capture_output=True, text=True, timeout=250)
    assert (process.returncode, process.stdout, process.stderr) == (0, "the end\n", "")


@pytest.mark.parametrize("call", [
    lambda: weir.Graph().input(4, name="\ud800"),
    lambda: weir.Graph.from_json("\ud800"),
    lambda: classifier(device="\ud800"),
    lambda: weir.EarlyStopping(monitor="\ud800"),
    lambda: weir.Dataset(np.ones((3, 1)), columns=["\ud800"]),
    lambda: classifier().save("/tmp/never", metadata={"a": "\ud800"}),
    lambda: classifier().load_state_dict({"\ud800": np.ones(3)}),
    lambda: classifier().fit(*blobs(32), validation=blobs(32), metrics={"\ud800": lambda y, t: 0.0}, **OPTIONS),
])
def test_text_that_is_no_unicode(call):
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    assert "C++" not in str(caught.value) and "std::" not in str(caught.value) and "incompatible" not in str(caught.value)


def test_the_rest_of_numpys_import_errors_arrive_as_they_are(tmp_path):
    (tmp_path / "numpy.py").write_text("raise ImportError('numpy: cannot load module more than once per process')")
    code = "import weir"
    path = os.pathsep.join([str(tmp_path), os.path.dirname(os.path.dirname(weir.__file__))])
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path})
    assert "more than once per process" in process.stderr and "NumPy is not installed" not in process.stderr
