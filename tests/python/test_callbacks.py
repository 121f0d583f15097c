"""Callbacks, Ctrl-C, threads and processes."""

import io
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import weir
from test_fit import blobs, classifier

OPTIONS = dict(loss=weir.SoftmaxCrossEntropy(), optimizer=weir.Adam())


def test_a_callback_sees_the_run():
    class Watch(weir.Callback):
        every = 2

        def __init__(self):
            self.seen = []

        def on_begin(self, model, report):
            assert model is trained and report.steps == 4 and report.epochs == 2 and report.accuracy and not report.validation
            self.seen.append("begin")

        def on_step(self, model, report):
            assert report.total_steps == model.steps
            self.seen.append((report.epoch, report.step))

        def on_epoch(self, model, report):
            self.seen.append((report.epoch, report.loss, model.state_dict()["0.weight"]))

        def on_end(self, model, history):
            self.history = history

    x, y = blobs(128)
    trained, watch = classifier(), Watch()
    history = trained.fit(x, y, epochs=2, callbacks=[watch], **OPTIONS)
    assert watch.history == history
    assert watch.seen[:3] == ["begin", (1, 2), (1, 4)]
    assert watch.seen[3][:2] == (1, history[0].loss) and watch.seen[-1][1] == history[1].loss
    assert np.array_equal(watch.seen[-1][2], trained.state_dict()["0.weight"])


def test_a_callback_may_stop():
    x, y = blobs(128)
    assert len(classifier().fit(x, y, epochs=9, callbacks=[lambda report: report.epoch == 3], **OPTIONS)) == 3

    class Stop(weir.Callback):
        def on_step(self, model, report):
            return report.total_steps == 3

    model = classifier()
    history = model.fit(x, y, epochs=9, callbacks=[Stop()], **OPTIONS)
    assert history.stopped and model.steps == 3 and history[-1].samples == 96


@pytest.mark.parametrize("method", ["on_begin", "on_step", "on_epoch", "on_end"])
def test_an_exception_arrives_as_it_was(method):
    class Own(Exception):
        pass

    error = Own("mine", 3)

    def fail(self, model, report):
        raise error

    x, y = blobs(128)
    model = classifier()
    with pytest.raises(Own) as caught:
        model.fit(x, y, epochs=2, callbacks=[type("Failing", (weir.Callback,), {method: fail})()], **OPTIONS)
    assert caught.value is error and caught.traceback[-1].name == "fail"
    assert model.steps == {"on_begin": 0, "on_step": 1, "on_epoch": 4, "on_end": 8}[method]
    model.fit(x, y, **OPTIONS)  # the Model is whole


def test_what_a_callback_returns_must_mean_something():
    x, y = blobs(32)
    with pytest.raises(TypeError, match="returned 'stop', expected True to stop the training, or None or False to go on."):
        classifier().fit(x, y, callbacks=[lambda report: "stop"], **OPTIONS)


def test_callbacks_may_read_the_model_but_not_change_it():
    x, y = blobs(64)
    losses = []

    class Read(weir.Callback):
        def on_epoch(self, model, report):
            losses.append(model.evaluate(x, y).loss)
            with pytest.raises(weir.ConfigError, match="Callbacks may read the Model, not change it"):
                model.fit(x, y, **OPTIONS)
            with pytest.raises(weir.ConfigError, match="load_state_dict was called while fit is running in this thread"):
                model.load_state_dict(model.state_dict())

        def on_end(self, model, history):
            model.load_state_dict({name: np.zeros_like(value) for name, value in model.state_dict().items()})

    model = classifier()
    history = model.fit(x, y, epochs=2, validation=(x, y), callbacks=[Read()], **OPTIONS)
    assert losses == history.to_dict()["val_loss"]
    assert not model.state_dict()["0.weight"].any()


def test_early_stopping_is_that_of_cpp():
    x, y = blobs(64)
    history = classifier().fit(x, y, epochs=50, validation=(x, y), callbacks=[weir.EarlyStopping(min_delta=10.0, patience=3)], **OPTIONS)
    assert history.stopped and len(history) == 4


def test_logs(tmp_path):
    x, y = blobs(64)
    history = classifier().fit(x, y, epochs=3, validation=(x, y), **OPTIONS, callbacks=[
        weir.CsvLog(tmp_path / "a.csv"), weir.JsonLinesLog(str(tmp_path / "a.jsonl")), weir.TensorBoardLog(tmp_path / "board")])
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert lines[0] == "epoch,step,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds" and len(lines) == 4
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert [row["val_loss"] for row in rows] == history.to_dict()["val_loss"]
    assert list((tmp_path / "board").glob("events.out.tfevents.*"))


def test_progress_bar(capsys):
    x, y = blobs(64)
    classifier().fit(x, y, epochs=2, callbacks=[weir.ProgressBar()], **OPTIONS)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and lines[0].startswith("epoch 1/2  loss ") and "accuracy" in lines[1]
    text = io.StringIO()
    classifier().fit(x, y, epochs=1, validation=(x, y), callbacks=[weir.ProgressBar(text, bar=True, validation="test")], **OPTIONS)
    assert "test accuracy" in text.getvalue() and "\r" in text.getvalue()
    with pytest.raises(TypeError, match="ProgressBar: file is 3, expected a file open for text"):
        weir.ProgressBar(3)



def test_ctrl_c_ends_in_order():
    ended = []

    class End(weir.Callback):
        def on_end(self, model, history):
            ended.append(history)

    x, y = blobs()
    model = classifier()
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        model.fit(x, y, epochs=10**6, callbacks=[End()], **OPTIONS)
    assert time.monotonic() - begin < 20
    assert ended[0].stopped and model.steps > 0
    steps = model.steps
    assert np.isfinite(model.predict(x)).all()
    model.fit(x, y, **OPTIONS)
    assert model.steps == steps + 8


def test_a_signal_handler_of_ones_own_runs_during_fit():
    seen = []
    before = signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))
    try:
        x, y = blobs()
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        classifier().fit(x, y, epochs=10**6, callbacks=[lambda report: bool(seen)], **OPTIONS)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert seen == [1]


def test_other_threads_run_during_fit_and_are_refused_the_model():
    x, y = blobs()
    model, other, refused, done = classifier(), classifier(), [], threading.Event()

    def run():
        while model.steps_seen == 0:
            time.sleep(0.01)
        for call in (lambda: model.predict(x), lambda: model.fit(x, y, **OPTIONS), lambda: str(model), model.state_dict):
            try:
                call()
            except weir.ConfigError as error:
                refused.append(str(error))
        other.fit(x, y, **OPTIONS)
        done.set()

    def watch(report):
        model.steps_seen = report.total_steps
        return done.is_set()

    model.steps_seen = 0
    thread = threading.Thread(target=run)
    thread.start()
    model.fit(x, y, epochs=10**6, callbacks=[watch], **OPTIONS)
    thread.join()
    assert len(refused) == 4
    assert refused[0] == ("Model: predict was called while fit is running in another thread. Use a Model in one thread at a time; "
                          "copy.deepcopy(model) makes one for another.")
    assert model.predict(x).shape == (256, 3)


def child(queue, model, x, y, predicts):
    try:
        queue.put(model.predict(x) if predicts else model.fit(x, y, **OPTIONS)[0].loss)
    except weir.Error as error:
        queue.put(str(error))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_model_in_another_process(method):
    context = multiprocessing.get_context(method)
    x, y = blobs(64)
    model = classifier()
    model.fit(x, y, **OPTIONS)
    for predicts in (True, False):
        queue = context.Queue()
        process = context.Process(target=child, args=(queue, model, x, y, predicts))
        process.start()
        result = queue.get(timeout=120)
        process.join(60)
        assert process.exitcode == 0
        wanted = model.predict(x) if predicts else model.fit(x, y, **OPTIONS)[0].loss
        assert np.array_equal(result, wanted)


def test_a_process_forked_within_fit_is_told_why_it_cannot_use_the_model():
    context = multiprocessing.get_context("fork")
    x, y = blobs(64)
    queue = context.Queue()

    def fork(report):
        process = context.Process(target=child, args=(queue, model, x, y, True))
        process.start()
        process.join(60)
        return True

    model = classifier()
    model.fit(x, y, callbacks=[fork], **OPTIONS)
    assert "in the process of which this one is a fork. Make or load a Model in this process." in queue.get(timeout=60)


def test_ctrl_c_from_a_terminal_leaves_a_checkpoint(tmp_path):
    code = ("import sys; sys.path.insert(0, sys.argv[1])\nimport weir, test_fit\nx, y = test_fit.blobs()\n"
            "print('go', flush=True)\n"
            "test_fit.classifier().fit(x, y, loss=weir.SoftmaxCrossEntropy(), optimizer=weir.Adam(), epochs=10**6,"
            " callbacks=[weir.Checkpoint(sys.argv[2])])")
    process = subprocess.Popen([sys.executable, "-c", code, os.path.dirname(__file__), str(tmp_path / "run")], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    process.stdout.readline()
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert err.strip().endswith("KeyboardInterrupt") and process.returncode != 0
    assert list((tmp_path / "run").glob("step-*.safetensors"))
