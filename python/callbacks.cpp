#include "python/callbacks.hpp"

#include <pybind11/stl.h>

#include <functional>
#include <memory>
#include <ostream>
#include <streambuf>
#include <utility>
#include <weir/training/checkpoint.hpp>
#include <weir/training/csv_log.hpp>
#include <weir/training/early_stopping.hpp>
#include <weir/training/json_lines_log.hpp>
#include <weir/training/progress_bar.hpp>
#include <weir/training/tensor_board_log.hpp>

#include "python/bind.hpp"
#include "python/classes.hpp"
#include "python/metric.hpp"
#include "python/python_function.hpp"

namespace py = pybind11;

namespace {

// Calls the methods of an object of Python, or a function after each epoch.
class PythonCallback final : public weir::Callback {
 public:
  PythonCallback(PythonObject object, CallbackHost host)
      : object_(std::move(object)), host_(std::move(host)), function_(!py::hasattr(*object_, "on_epoch")) {
    name_ = py::getattr(*object_, function_ ? "__name__" : "name", py::type::handle_of(*object_).attr("__name__")).cast<std::string>();
    if (!function_) every_ = to_integer(object_->attr("every"), name_ + ": every");
  }

  std::string name() const override { return name_; }
  std::int64_t every() const override { return every_; }

  weir::Control on_begin(weir::Model&, const weir::BeginReport& report) override { return call("on_begin", report); }
  weir::Control on_step(weir::Model&, const weir::StepReport& report) override { return call("on_step", report); }
  weir::Control on_epoch(weir::Model&, const weir::EpochReport& report) override {
    const py::gil_scoped_acquire gil;
    return caught([&] {
      const py::object epoch = epoch_object(report);
      if (function_) return control_from((*object_)(epoch), name_);
      return control_from(object_->attr("on_epoch")(*host_.model, epoch), name_ + ".on_epoch");
    });
  }
  void on_end(weir::Model&, const weir::History& history) override {
    if (function_) return;
    const py::gil_scoped_acquire gil;
    host_.handle->ending = true;
    struct Ended {
      ModelHandle* handle;
      ~Ended() { handle->ending = false; }
    } const ended{host_.handle};
    object_->attr("on_end")(*host_.model, history_object(history));
  }

 private:
  template <class Report>
  weir::Control call(const char* method, const Report& report) {
    if (function_) return weir::Control::go_on;
    const py::gil_scoped_acquire gil;
    return caught([&] { return control_from(object_->attr(method)(*host_.model, report), name_ + "." + method); });
  }

  // Ctrl-C may come while Python runs the callback.
  template <class F>
  weir::Control caught(F&& f) {
    try {
      return f();
    } catch (const py::error_already_set& error) {
      if (!error.matches(PyExc_KeyboardInterrupt)) throw;
      host_.signals->keep(error);
      return weir::Control::stop;
    }
  }

  PythonObject object_;
  CallbackHost host_;
  bool function_;
  std::string name_;
  std::int64_t every_ = 0;
};

// Writes to a file object of Python, or to what sys.stdout is then.
class PythonBuffer final : public std::streambuf {
 public:
  explicit PythonBuffer(PythonObject file) : file_(std::move(file)) {}

 protected:
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    text_.append(text, static_cast<std::size_t>(size));
    return size;
  }
  int overflow(int c) override {
    if (c != traits_type::eof()) text_ += static_cast<char>(c);
    return 0;
  }
  int sync() override {
    const py::gil_scoped_acquire gil;
    try {
      const py::object file = file_->is_none() ? py::module_::import("sys").attr("stdout") : *file_;
      const std::string text = std::exchange(text_, {});
      if (file.is_none()) return 0;
      file.attr("write")(text);
      file.attr("flush")();
    } catch (py::error_already_set& error) {
      // A progress bar ends no training; but Ctrl-C, which came while Python wrote, must be seen by fit.
      if (error.matches(PyExc_KeyboardInterrupt)) {
        PyErr_SetInterrupt();
      } else {
        error.discard_as_unraisable("weir.ProgressBar");
      }
    }
    return 0;
  }

 private:
  PythonObject file_;
  std::string text_;
};

struct PythonStream {
  explicit PythonStream(PythonObject file) : buffer(std::move(file)), out(&buffer) {}
  PythonBuffer buffer;
  std::ostream out;
};

// A ProgressBar with the stream that it writes to.
class PythonProgressBar final : public weir::Callback {
 public:
  PythonProgressBar(PythonObject file, const weir::ProgressBarOptions& options)
      : stream_(std::make_shared<PythonStream>(std::move(file))), bar_(stream_->out, options) {}

  std::string name() const override { return bar_.name(); }
  std::int64_t every() const override { return bar_.every(); }
  weir::Control on_begin(weir::Model& model, const weir::BeginReport& report) override { return bar_.on_begin(model, report); }
  weir::Control on_step(weir::Model& model, const weir::StepReport& report) override { return bar_.on_step(model, report); }
  weir::Control on_epoch(weir::Model& model, const weir::EpochReport& report) override { return bar_.on_epoch(model, report); }
  void on_end(weir::Model& model, const weir::History& history) override { bar_.on_end(model, history); }

 private:
  std::shared_ptr<PythonStream> stream_;
  weir::ProgressBar bar_;
};

// Whether a line can be drawn again there: a terminal, or the output of a notebook.
bool redraws(const py::object& file) {
  const py::module_ sys = py::module_::import("sys");
  const py::object out = file.is_none() ? py::object(sys.attr("stdout")) : file;
  if (out.is_none()) return false;
  if (py::hasattr(out, "isatty") && py::bool_(out.attr("isatty")()).cast<bool>()) return true;
  return py::type::handle_of(out).attr("__module__").cast<std::string>().starts_with("ipykernel");
}

std::function<void(const std::string&)> on_problem(const Arguments& a) {
  if (!a.given("on_problem")) return {};
  return [call = PythonFunction(a.at("on_problem"), a.who() + ": on_problem")](const std::string& message) {
    const py::gil_scoped_acquire gil;
    call(message);
  };
}

weir::Mode mode_from(const Arguments& a) { return static_cast<weir::Mode>(a.word("mode", {"automatic", "min", "max"})); }

weir::AnyCallback progress_bar(const Arguments& a) {
  if (a.given("file") && !py::hasattr(a.at("file"), "write")) a.refuse("file", "a file open for text, such as sys.stderr");
  return PythonProgressBar(PythonObject(a.at("file")), {.bar = a.given("bar") ? a.as<bool>("bar") : redraws(a.at("file")),
                                                        .every = a.as<std::int64_t>("every"),
                                                        .validation = a.as<std::string>("validation")});
}

weir::AnyCallback early_stopping(const Arguments& a) {
  return weir::EarlyStopping({.monitor = a.as<std::string>("monitor"),
                              .min_delta = a.as<double>("min_delta"),
                              .patience = a.as<std::int64_t>("patience"),
                              .mode = mode_from(a),
                              .baseline = a.as<std::optional<double>>("baseline"),
                              .restore_best_weights = a.as<bool>("restore_best_weights"),
                              .start_from_epoch = a.as<std::int64_t>("start_from_epoch")});
}

weir::AnyCallback checkpoint(const Arguments& a) {
  return weir::Checkpoint(to_path(a.at("folder"), a.who() + ": folder"), {.every_steps = a.as<std::int64_t>("every_steps"),
                                                                          .every_epochs = a.as<std::int64_t>("every_epochs"),
                                                                          .every_minutes = a.as<double>("every_minutes"),
                                                                          .keep = a.as<std::int64_t>("keep"),
                                                                          .keep_best = a.as<std::string>("keep_best"),
                                                                          .mode = mode_from(a),
                                                                          .on_problem = on_problem(a)});
}

template <class Log>
void add_log(py::module_& m, const char* place) {
  const weir::LogOptions o;
  add_class(
      m, "callback", class_name<Log>(), "", {{place}, {"every", o.every}, {"append", o.append}, {"on_problem", py::none()}},
      [place](const Arguments& a) {
        return weir::AnyCallback(Log(to_path(a.at(place), a.who() + ": " + place),
                                     {.every = a.as<std::int64_t>("every"), .append = a.as<bool>("append"), .on_problem = on_problem(a)}));
      });
}

void add_callbacks(py::module_& m) {
  const weir::ProgressBarOptions bar;
  add_class(m, "callback", "ProgressBar", "",
            {{"file", py::none()}, {"bar", py::none()}, {"every", bar.every}, {"validation", bar.validation}}, progress_bar);
  const weir::EarlyStoppingOptions stopping;
  add_class(m, "callback", "EarlyStopping", "",
            {{"monitor", stopping.monitor},
             {"min_delta", stopping.min_delta},
             {"patience", stopping.patience},
             {"mode", "automatic"},
             {"baseline", py::none()},
             {"restore_best_weights", stopping.restore_best_weights},
             {"start_from_epoch", stopping.start_from_epoch}},
            early_stopping);
  const weir::CheckpointOptions saving;
  add_class(m, "callback", "Checkpoint", "",
            {{"folder"},
             {"every_steps", saving.every_steps},
             {"every_epochs", saving.every_epochs},
             {"every_minutes", saving.every_minutes},
             {"keep", saving.keep},
             {"keep_best", saving.keep_best},
             {"mode", "automatic"},
             {"on_problem", py::none()}},
            checkpoint);
  add_log<weir::CsvLog>(m, "path");
  add_log<weir::JsonLinesLog>(m, "path");
  add_log<weir::TensorBoardLog>(m, "folder");
}

}  // namespace

weir::Control Signals::look() {
  if (Working::ending()) return weir::Control::stop;
  const auto now = Clock::now();
  if (now - last_ < std::chrono::milliseconds(100)) return weir::Control::go_on;
  last_ = now;
  const py::gil_scoped_acquire gil;
  if (!error_ && PyErr_CheckSignals() != 0) error_.emplace();
  return error_ ? weir::Control::stop : weir::Control::go_on;
}

void Signals::keep(const py::error_already_set& error) {
  if (!error_) error_.emplace(error);
}

void Signals::raise() const {
  if (error_) throw *error_;
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

weir::Control control_from(const py::object& returned, const std::string& what) {
  if (returned.is_none() || returned.ptr() == Py_False) return weir::Control::go_on;
  if (returned.ptr() == Py_True) return weir::Control::stop;
  throw py::type_error(what + " returned " + shown(returned) + ", expected True to stop the training, or None or False to go on.");
}

py::object epoch_object(const weir::EpochReport& report) {
  using py::arg;
  return py::module_::import("weir._history")
      .attr("EpochReport")(arg("epoch") = report.epoch, arg("epochs") = report.epochs, arg("samples") = report.samples,
                           arg("total_steps") = report.total_steps, arg("loss") = report.loss, arg("accuracy") = report.accuracy,
                           arg("validation_loss") = report.validation_loss, arg("validation_accuracy") = report.validation_accuracy,
                           arg("metrics") = metrics_dict(report.metrics), arg("learning_rate") = report.learning_rate,
                           arg("seconds") = report.seconds);
}

py::object history_object(const weir::History& history) {
  const auto text = [](const std::string& path) {
    return py::reinterpret_steal<py::str>(PyUnicode_DecodeFSDefaultAndSize(path.data(), static_cast<py::ssize_t>(path.size())));
  };
  py::list epochs, damaged;
  for (const weir::EpochReport& report : history.epochs) epochs.append(epoch_object(report));
  for (const std::string& message : history.damaged) damaged.append(text(message));
  return py::module_::import("weir._history").attr("History")(epochs, history.stopped, text(history.resumed_from), damaged);
}

std::vector<weir::AnyCallback> callbacks_from(const py::object& given, const CallbackHost& host) {
  std::vector<weir::AnyCallback> callbacks;
  if (given.is_none()) return callbacks;
  if (!py::isinstance<py::list>(given) && !py::isinstance<py::tuple>(given)) {
    throw py::type_error("fit: callbacks is " + shown(given) + ", expected a list.");
  }
  const py::object base = py::module_::import("weir").attr("Callback");
  for (const py::handle item : given) {
    const auto object = py::reinterpret_borrow<py::object>(item);
    const py::object own = py::getattr(object, "_handle", py::none());
    if (py::isinstance<weir::AnyCallback>(own)) {
      callbacks.push_back(own.cast<weir::AnyCallback>());
    } else if (!PyType_Check(item.ptr()) && (py::isinstance(object, base) || PyCallable_Check(item.ptr()))) {
      callbacks.push_back(PythonCallback(PythonObject(object), host));
    } else {
      throw py::type_error("fit: a callback is " + shown(object) + ", expected a callback, such as weir.EarlyStopping(), an object of a " +
                           "subclass of weir.Callback, or a function of an epoch's report.");
    }
  }
  return callbacks;
}

void bind_callbacks(py::module_& m) {
  py::class_<weir::AnyCallback>(m, "CallbackHandle");
  add_callbacks(m);

  using weir::BeginReport;
  py::class_<BeginReport>(m, "BeginReport", "What Callback.on_begin gets.")
      .def_readonly("epochs", &BeginReport::epochs)
      .def_readonly("steps", &BeginReport::steps, "In an epoch.")
      .def_readonly("samples", &BeginReport::samples, "In an epoch.")
      .def_readonly("accuracy", &BeginReport::accuracy, "Whether a loss classifies, so that reports have an accuracy.")
      .def_readonly("validation", &BeginReport::validation, "Whether there is validation data.")
      .def_readonly("metrics", &BeginReport::metrics, "The names of the metrics.")
      .def_readonly("resumed_from", &BeginReport::resumed_from, "The checkpoint that fit goes on from; empty when it begins.")
      .def_readonly("damaged", &BeginReport::damaged, "Messages about newer checkpoints that could not be used.");
  using weir::StepReport;
  py::class_<StepReport>(m, "StepReport", "What Callback.on_step gets: a step of fit that has finished.")
      .def_readonly("epoch", &StepReport::epoch, "Within this fit, from 1.")
      .def_readonly("epochs", &StepReport::epochs)
      .def_readonly("step", &StepReport::step, "Of this epoch, from 1.")
      .def_readonly("steps", &StepReport::steps, "In an epoch.")
      .def_readonly("samples", &StepReport::samples, "Of this epoch so far.")
      .def_readonly("total_steps", &StepReport::total_steps, "Of the Model so far, in earlier fits too.")
      .def_readonly("loss", &StepReport::loss, "Of this step's samples.")
      .def_readonly("epoch_loss", &StepReport::epoch_loss, "Of this epoch so far.")
      .def_readonly("accuracy", &StepReport::accuracy, "Of this epoch so far; None without a loss that classifies.")
      .def_readonly("learning_rate", &StepReport::learning_rate)
      .def_readonly("seconds", &StepReport::seconds, "Spent in this epoch's training steps.")
      .def("__repr__", [](const StepReport& r) {
        return "StepReport(epoch=" + std::to_string(r.epoch) + ", step=" + std::to_string(r.step) + ", loss=" + std::to_string(r.loss) +
               ")";
      });
}
