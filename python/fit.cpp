#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <utility>
#include <weir/core/error.hpp>
#include <weir/training/fit.hpp>

#include "python/arguments.hpp"
#include "python/arrays.hpp"
#include "python/bind.hpp"
#include "python/callbacks.hpp"
#include "python/gil.hpp"
#include "python/handles.hpp"
#include "python/metric.hpp"
#include "python/model.hpp"
#include "python/python_function.hpp"

namespace py = pybind11;

namespace {

template <class Handle>
Handle handle_from(const py::object& object, const std::string& what, const char* expected) {
  const py::object handle = py::getattr(object, "_handle", py::none());
  if (py::isinstance<Handle>(handle)) return handle.cast<Handle>();
  throw py::type_error("fit: " + what + " is " + shown(object) + ", expected " + expected + ".");
}

// [samples] in f32 or f64, or a list of such arrays.
std::vector<HostArray> weights_from(const py::object& given) {
  std::vector<HostArray> weights;
  if (given.is_none()) return weights;
  const bool several = (py::isinstance<py::list>(given) || py::isinstance<py::tuple>(given)) && py::len(given) > 0 &&
                       py::hasattr(given[py::int_(0)], "__array__") && py::len(given[py::int_(0)].attr("shape")) > 0;
  const py::list list = several ? py::list(given) : py::list(py::make_tuple(given));
  const py::module_ numpy = py::module_::import("numpy");
  for (const py::handle item : list) {
    py::array array = as_array(py::reinterpret_borrow<py::object>(item), "fit: sample_weights");
    if (array.dtype().kind() != 'f' || array.itemsize() < 4) array = array.attr("astype")("float64");
    weights.push_back(host_array(array, "fit: sample_weights"));
  }
  return weights;
}

weir::FitOptions options_from(const Arguments& a, const CallbackHost& host) {
  weir::FitOptions options;
  options.loss = losses_from(a.at("loss"), "fit");
  if (a.given("optimizer")) {
    options.optimizer = handle_from<weir::AnyOptimizer>(a.at("optimizer"), "optimizer", "an optimizer, such as weir.Adam(lr=1e-3)");
  }
  if (a.given("groups")) {
    if (!py::isinstance<py::sequence>(a.at("groups"))) a.refuse("groups", "a list of weir.ParameterGroup");
    for (const py::handle group : a.at("groups")) {
      options.groups.push_back(
          handle_from<weir::ParameterGroup>(py::reinterpret_borrow<py::object>(group), "a group", "a weir.ParameterGroup"));
    }
  }
  if (a.given("schedule")) {
    options.schedule = handle_from<weir::AnySchedule>(a.at("schedule"), "schedule", "a schedule, such as weir.StepLR(30)");
  }
  if (a.given("schedule_unit")) options.schedule_unit = static_cast<weir::ScheduleUnit>(a.word("schedule_unit", {"step", "epoch"}));
  if (a.given("clip")) options.clip = handle_from<weir::GradientClip>(a.at("clip"), "clip", "a weir.GradientClip");
  if (a.given("average")) options.average = handle_from<weir::WeightAverage>(a.at("average"), "average", "a weir.WeightAverage");
  a.get("epochs", options.epochs);
  a.get("batch", options.batch);
  a.get("accumulate", options.accumulate);
  a.get("drop_last", options.drop_last);
  a.get("shuffle", options.shuffle);
  a.get("check_finite", options.check_finite);
  options.metrics = metrics_from(a.at("metrics"), "fit");
  options.callbacks = callbacks_from(a.at("callbacks"), host);
  if (a.given("resume")) options.resume = to_path(a.at("resume"), "fit: resume");
  return options;
}

py::object fit(ModelHandle& handle, const py::object& model, const py::object& x, const py::object& y, const py::dict& values) {
  const Arguments a("fit", values);
  const ModelHandle::Use use(handle, "fit", ModelHandle::changes);
  const auto signals = std::make_shared<Signals>();
  weir::FitOptions options = options_from(a, {PythonObject(model), &handle, signals});
  const weir::Dataset train = dataset_for("fit", *use, options.loss, x, y);
  std::optional<weir::Dataset> validation;
  if (a.given("validation")) {
    const py::object given = a.at("validation");
    if (py::isinstance<py::tuple>(given) && py::len(given) == 2) {
      validation.emplace(dataset_for("fit, validation", *use, options.loss, given[py::int_(0)], given[py::int_(1)]));
    } else if (py::hasattr(given, "_handle")) {
      validation.emplace(dataset_for("fit, validation", *use, options.loss, given, py::none()));
    } else {
      a.refuse("validation", "a tuple (x, y) or a weir.Dataset");
    }
    options.validation = &*validation;
  }
  const std::vector<HostArray> weights = weights_from(a.at("sample_weights"));
  for (const HostArray& weight : weights) options.sample_weights.push_back(weight.view);

  options.on_step = [&signals](const weir::StepReport&) { return signals->look(); };
  options.on_step_every = use->device().is_cpu() ? 1 : 64;
  if (options.batch > 0) handle.make_room(options.batch);
  const py::object loss_before = model.attr("_loss");
  model.attr("_loss") = a.at("loss");
  const std::uint64_t steps = use->training_state().step;
  weir::History history;
  try {
    const ReleasedGil release;
    history = weir::fit(*use, train, options);
  } catch (...) {
    if (use->training_state().step == steps) model.attr("_loss") = loss_before;
    throw;
  }
  signals->raise();
  return history_object(history);
}

}  // namespace

void bind_fit(py::module_& m) { m.def("fit", &fit); }
