#include "python/config.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <variant>

#include "python/arguments.hpp"

namespace py = pybind11;

namespace {

py::object value_of(const std::vector<weir::TypedConfig>& children) {
  py::list list;
  for (const weir::TypedConfig& child : children) list.append(py::make_tuple(child.type, config_dict(child.config)));
  return list;
}

template <class T>
py::object value_of(const T& value) {
  return py::cast(value);
}

weir::Config::Value value_from(const py::handle& value, const std::string& what) {
  if (PyBool_Check(value.ptr())) return value.ptr() == Py_True;
  if (py::isinstance<py::str>(value)) return value.cast<std::string>();
  if (PyIndex_Check(value.ptr())) return to_integer(value, what);
  if (!py::isinstance<py::sequence>(value)) return to_number(value, what);
  const auto list = py::reinterpret_borrow<py::sequence>(value);
  const auto all = [&](auto is) { return std::all_of(list.begin(), list.end(), is); };
  if (all([](const py::handle& item) { return PyIndex_Check(item.ptr()) != 0; })) {
    std::vector<std::int64_t> integers;
    for (const py::handle item : list) integers.push_back(to_integer(item, what));
    return integers;
  }
  if (all([](const py::handle& item) { return py::isinstance<py::str>(item); })) return value.cast<std::vector<std::string>>();
  std::vector<double> numbers;
  for (const py::handle item : list) numbers.push_back(to_number(item, what));
  return numbers;
}

}  // namespace

py::dict config_dict(const weir::Config& config) {
  py::dict values;
  for (const auto& [name, value] : config.entries()) values[py::str(name)] = std::visit([](const auto& v) { return value_of(v); }, value);
  return values;
}

weir::Config config_from(const py::dict& values, const std::string& who) {
  weir::Config config;
  for (const auto& [key, value] : values) {
    const std::string name = py::str(key).cast<std::string>();
    config.set(name, value_from(value, who + ": the option " + name));
  }
  return config;
}
