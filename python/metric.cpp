#include "python/metric.hpp"

#include "python/arguments.hpp"
#include "python/arrays.hpp"
#include "python/python_function.hpp"

namespace py = pybind11;

namespace {

py::object one_or_list(std::span<const weir::ConstTensorView> views) {
  if (views.size() == 1) return to_numpy(views[0]);
  py::list list;
  for (const weir::ConstTensorView& view : views) list.append(to_numpy(view));
  return list;
}

weir::Metric metric_from(const std::string& name, const py::object& function, const std::string& who) {
  const PythonFunction call(function, who + ": the metric " + name);
  return {name, weir::Metric::OfAll([call, what = who + ": the metric " + name + " returned a value that"](
                                        std::span<const weir::ConstTensorView> outputs, std::span<const weir::ConstTensorView> targets) {
            const py::gil_scoped_acquire gil;
            return to_number(call(one_or_list(outputs), one_or_list(targets)), what);
          })};
}

}  // namespace

std::vector<weir::Metric> metrics_from(const py::object& given, const std::string& who) {
  std::vector<weir::Metric> metrics;
  if (given.is_none()) return metrics;
  if (py::isinstance<py::dict>(given)) {
    for (const auto& [name, function] : given.cast<py::dict>()) {
      if (!py::isinstance<py::str>(name)) throw py::type_error(who + ": the name of a metric is " + shown(name) + ", expected a string.");
      metrics.push_back(metric_from(name.cast<std::string>(), py::reinterpret_borrow<py::object>(function), who));
    }
    return metrics;
  }
  if (!py::isinstance<py::list>(given) && !py::isinstance<py::tuple>(given)) {
    throw py::type_error(who + ": metrics is " + shown(given) + ", expected a dict of names and functions, or a list of functions.");
  }
  for (const py::handle function : given) {
    const py::object name = py::getattr(function, "__name__", py::str("metric"));
    metrics.push_back(metric_from(name.cast<std::string>(), py::reinterpret_borrow<py::object>(function), who));
  }
  return metrics;
}

py::dict metrics_dict(const std::vector<weir::NamedValue>& values) {
  py::dict dict;
  for (const weir::NamedValue& value : values) dict[py::str(value.name)] = value.value;
  return dict;
}
