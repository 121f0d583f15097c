#include <pybind11/stl.h>

#include <optional>
#include <sstream>
#include <utility>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/training/compare_devices.hpp>
#include <weir/training/gradcheck.hpp>
#include <weir/training/profile.hpp>

#include "python/arguments.hpp"
#include "python/bind.hpp"
#include "python/gil.hpp"
#include "python/handles.hpp"
#include "python/model.hpp"

namespace py = pybind11;

namespace {

template <class T>
std::string printed(const T& value) {
  std::ostringstream out;
  out << value;
  std::string text = out.str();
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

std::vector<weir::Shape> shapes_from(const py::object& given, const std::string& what) {
  std::vector<weir::Shape> shapes;
  if (given.is_none()) return shapes;
  if (!py::isinstance<py::list>(given)) throw py::type_error(what + " is " + shown(given) + ", expected a list of shapes.");
  for (const py::handle shape : given) shapes.push_back(to_shape(shape, what));
  return shapes;
}

weir::GradcheckOptions gradcheck_options(const Arguments& a) {
  weir::GradcheckOptions options;
  options.loss = losses_from(a.at("loss"), "gradcheck");
  options.targets = shapes_from(a.at("targets"), "gradcheck: targets");
  a.get("sample_weights", options.sample_weights);
  a.get("batch", options.batch);
  options.seed = static_cast<std::uint64_t>(a.as<std::int64_t>("seed"));
  a.get("low", options.low);
  a.get("high", options.high);
  a.get("indices", options.indices);
  a.get("zeros", options.zeros);
  a.get("h", options.h);
  a.get("tolerance", options.tolerance);
  a.get("two_point_tolerance", options.two_point_tolerance);
  a.get("max_entries", options.max_entries);
  a.get("max_skipped", options.max_skipped);
  options.draws = static_cast<int>(a.as<std::int64_t>("draws"));
  return options;
}

py::dict gradcheck_defaults() {
  const weir::GradcheckOptions o;
  py::dict d;
  d["sample_weights"] = o.sample_weights;
  d["batch"] = o.batch;
  d["seed"] = o.seed;
  d["low"] = o.low;
  d["high"] = o.high;
  d["indices"] = o.indices;
  d["zeros"] = py::none();
  d["h"] = o.h;
  d["tolerance"] = o.tolerance;
  d["two_point_tolerance"] = o.two_point_tolerance;
  d["max_entries"] = o.max_entries;
  d["max_skipped"] = o.max_skipped;
  d["draws"] = o.draws;
  return d;
}

weir::GradcheckReport gradcheck_graph(const weir::Graph& graph, const py::dict& values) {
  const weir::GradcheckOptions options = gradcheck_options({"gradcheck", values});
  const ReleasedGil release;
  return weir::gradcheck(graph, options);
}

weir::GradcheckReport gradcheck_layer(const py::object& layer, const py::object& inputs, const py::dict& values) {
  const weir::GradcheckOptions options = gradcheck_options({"gradcheck", values});
  const std::vector<weir::Shape> shapes = shapes_from(inputs, "gradcheck: inputs");
  const py::object handle = py::getattr(layer, "_handle", py::none());
  const std::shared_ptr<const weir::Layer> checked =
      py::isinstance<LossHandle>(handle) ? loss_from(layer, "gradcheck") : layer_from(layer, "gradcheck");
  const ReleasedGil release;
  return weir::gradcheck_layer(checked, shapes, options);
}

weir::ProfileReport profile(ModelHandle& handle, const py::object& x, const py::object& y, const py::dict& values) {
  const Arguments a("profile", values);
  const ModelHandle::Use use(handle, "profile", ModelHandle::changes);
  weir::ProfileOptions options;
  options.loss = losses_from(a.at("loss"), "profile");
  std::optional<weir::Dataset> data;
  if (!x.is_none()) {
    data.emplace(dataset_for("profile", *use, options.loss, x, y));
    options.data = &*data;
  }
  if (a.given("optimizer")) {
    const py::object optimizer = py::getattr(a.at("optimizer"), "_handle", py::none());
    if (!py::isinstance<weir::AnyOptimizer>(optimizer)) a.refuse("optimizer", "an optimizer, such as weir.Adam()");
    options.optimizer = optimizer.cast<weir::AnyOptimizer>();
  }
  if (a.given("batch")) a.get("batch", options.batch);
  a.get("seconds", options.seconds);
  if (options.batch > 0) handle.make_room(options.batch);
  const ReleasedGil release;
  return weir::profile(*use, options);
}

weir::DeviceComparison compare_devices(const weir::Graph& graph, const py::object& data, const py::dict& values) {
  const Arguments a("compare_devices", values);
  weir::CompareOptions options;
  options.loss = losses_from(a.at("loss"), "compare_devices");
  if (a.given("optimizer")) {
    const py::object optimizer = py::getattr(a.at("optimizer"), "_handle", py::none());
    if (!py::isinstance<weir::AnyOptimizer>(optimizer)) a.refuse("optimizer", "an optimizer, such as weir.Adam()");
    options.optimizer = optimizer.cast<weir::AnyOptimizer>();
  }
  a.get("batch", options.batch);
  options.device = device_from(a.at("device"), "compare_devices: device");
  options.dtype = dtype_from(a.at("dtype"), "compare_devices: dtype");
  options.precision = static_cast<weir::Precision>(a.word("precision", {"f32", "tf32", "bf16"}));
  options.seed = static_cast<std::uint64_t>(a.as<std::int64_t>("seed"));
  const py::object handle = py::getattr(data, "_handle", py::none());
  if (!py::isinstance<weir::Dataset>(handle))
    throw py::type_error("compare_devices: data is " + shown(data) + ", expected a weir.Dataset.");
  const auto dataset = handle.cast<weir::Dataset>();
  const ReleasedGil release;
  return weir::compare_devices(graph, dataset, options);
}

}  // namespace

void bind_diagnostics(py::module_& m) {
  using weir::GradcheckReport;
  py::class_<GradcheckReport::Worst>(m, "GradcheckWorst", "The entry with the largest error for one kind of finite difference.")
      .def_readonly("tensor", &GradcheckReport::Worst::tensor)
      .def_readonly("entry", &GradcheckReport::Worst::entry, "Its flat index, row-major.")
      .def_readonly("fused", &GradcheckReport::Worst::fused)
      .def_readonly("corner", &GradcheckReport::Worst::corner)
      .def_readonly("analytic", &GradcheckReport::Worst::analytic)
      .def_readonly("numeric", &GradcheckReport::Worst::numeric)
      .def_readonly("error", &GradcheckReport::Worst::error)
      .def_readonly("bound", &GradcheckReport::Worst::bound);
  py::class_<GradcheckReport>(m, "GradcheckReport", "The result of gradcheck(); print it to see all of it.")
      .def_readonly("passed", &GradcheckReport::passed)
      .def_readonly("problem", &GradcheckReport::problem, "Why it did not pass; empty when it did.")
      .def_readonly("checked", &GradcheckReport::checked, "Entries compared.")
      .def_readonly("eight_points", &GradcheckReport::eight_points)
      .def_readonly("corners", &GradcheckReport::corners)
      .def_readonly("skipped", &GradcheckReport::skipped)
      .def_readonly("worst_eight_points", &GradcheckReport::worst_eight_points)
      .def_readonly("worst_two_points", &GradcheckReport::worst_two_points)
      .def_readonly("worst_relative", &GradcheckReport::worst_relative)
      .def("throw_if_failed", &GradcheckReport::throw_if_failed, "NumericError with the problem unless the check passed.")
      .def("__bool__", [](const GradcheckReport& report) { return report.passed; })
      .def("__repr__", &printed<GradcheckReport>);
  m.def("gradcheck_defaults", &gradcheck_defaults);
  m.def("gradcheck_graph", &gradcheck_graph);
  m.def("gradcheck_layer", &gradcheck_layer);

  using weir::ProfileReport;
  py::class_<ProfileReport::Row>(m, "ProfileRow", "One layer in one phase of a training step.")
      .def_readonly("layer", &ProfileReport::Row::layer)
      .def_readonly("phase", &ProfileReport::Row::phase)
      .def_readonly("microseconds", &ProfileReport::Row::microseconds)
      .def_readonly("share", &ProfileReport::Row::share, "Of the step's time.")
      .def_readonly("gflops", &ProfileReport::Row::gflops)
      .def_readonly("gbytes", &ProfileReport::Row::gbytes)
      .def_readonly("roof", &ProfileReport::Row::roof)
      .def_readonly("bound", &ProfileReport::Row::bound);
  py::class_<ProfileReport>(m, "ProfileReport", "Where the time of a training step goes; print it to see it as a table.")
      .def_readonly("rows", &ProfileReport::rows)
      .def_readonly("step_microseconds", &ProfileReport::step_microseconds)
      .def_readonly("batch", &ProfileReport::batch)
      .def_readonly("threads", &ProfileReport::threads)
      .def_readonly("peak_gflops", &ProfileReport::peak_gflops)
      .def_readonly("peak_gbytes", &ProfileReport::peak_gbytes)
      .def("__repr__", &printed<ProfileReport>);
  m.def("profile", &profile);

  using weir::DeviceComparison;
  py::class_<DeviceComparison::Row>(m, "DeviceComparisonRow")
      .def_readonly("what", &DeviceComparison::Row::what)
      .def_readonly("difference", &DeviceComparison::Row::difference)
      .def_readonly("bound", &DeviceComparison::Row::bound);
  py::class_<DeviceComparison>(m, "DeviceComparison", "The result of compare_devices(); print it to see it as a table.")
      .def_readonly("rows", &DeviceComparison::rows)
      .def_readonly("problem", &DeviceComparison::problem, "The first row above its bound; empty when there is none.")
      .def_property_readonly("passed", &DeviceComparison::passed)
      .def("__repr__", &printed<DeviceComparison>);
  m.def("compare_devices", &compare_devices);
}
