#include "python/arguments.hpp"

#include <algorithm>
#include <limits>
#include <weir/core/error.hpp>

namespace py = pybind11;

namespace {

bool is_list(const py::handle& value) {
  return py::isinstance<py::sequence>(value) ? !py::isinstance<py::str>(value) && !py::isinstance<py::bytes>(value)
                                             : py::hasattr(value, "__array__") && py::hasattr(value, "__len__");
}

bool is_boolean(const py::handle& value) {
  return PyBool_Check(value.ptr()) || std::string(Py_TYPE(value.ptr())->tp_name) == "numpy.bool_";
}

std::string plural(std::size_t i) { return "[" + std::to_string(i) + "]"; }

}  // namespace

std::string shown(const py::handle& value) {
  std::string text = py::str(" ").attr("join")(py::repr(value).attr("split")()).cast<std::string>();  // one line
  if (text.size() > 60) {
    std::size_t end = 57;
    while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not within a character
    text = text.substr(0, end) + "...";
  }
  return text;
}

std::filesystem::path to_path(const py::handle& value, const std::string& what) {
  const auto bytes = py::module_::import("os").attr("fsencode")(value).cast<std::string>();
  if (bytes.find('\0') != bytes.npos)
    throw weir::ConfigError(what + " is " + shown(value) + ", expected a path without the character NUL.");
  return bytes;
}

std::int64_t to_integer(const py::handle& value, const std::string& what) {
  if (!is_boolean(value) && PyIndex_Check(value.ptr())) {
    const py::object whole = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
    if (!whole) throw py::error_already_set();
    int overflow = 0;
    const long long result = PyLong_AsLongLongAndOverflow(whole.ptr(), &overflow);
    if (overflow != 0) throw weir::ConfigError(what + " is " + shown(value) + ", expected an integer of 64 bits.");
    return result;
  }
  throw py::type_error(what + " is " + shown(value) + ", expected an integer.");
}

double to_number(const py::handle& value, const std::string& what) {
  if (!is_boolean(value) && !is_list(value) && !py::isinstance<py::str>(value) && PyNumber_Check(value.ptr()) &&
      !PyComplex_Check(value.ptr())) {
    const double result = PyFloat_AsDouble(value.ptr());
    if (!PyErr_Occurred()) return result;
    if (!PyErr_ExceptionMatches(PyExc_TypeError) && !PyErr_ExceptionMatches(PyExc_OverflowError)) throw py::error_already_set();
    PyErr_Clear();
  }
  throw py::type_error(what + " is " + shown(value) + ", expected a number.");
}

weir::Shape to_shape(const py::handle& value, const std::string& what) {
  if (!is_list(value)) {
    if (PyIndex_Check(value.ptr())) return weir::Shape{to_integer(value, what)};
    throw py::type_error(what + " is " + shown(value) + ", expected a shape: an integer or a tuple of integers.");
  }
  std::vector<std::int64_t> sizes;
  for (const py::handle size : py::reinterpret_borrow<py::object>(value)) sizes.push_back(to_integer(size, what + plural(sizes.size())));
  return weir::Shape(std::span<const std::int64_t>(sizes));
}

py::tuple shape_tuple(const weir::Shape& shape) {
  py::tuple result(shape.rank());
  for (std::size_t i = 0; i < shape.rank(); ++i) result[i] = shape[i];
  return result;
}

py::object Arguments::at(std::string_view name) const {
  const py::str key(name.data(), name.size());
  return values_.contains(key) ? py::object(values_[key]) : py::object(py::none());
}

void Arguments::refuse(std::string_view name, const std::string& expected) const {
  throw py::type_error(who_ + ": " + std::string(name) + " is " + shown(at(name)) + ", expected " + expected + ".");
}

void Arguments::get(std::string_view name, bool& value) const {
  const py::object given = at(name);
  if (!is_boolean(given)) refuse(name, "True or False");
  value = given.ptr() == Py_True || (given.ptr() != Py_False && PyObject_IsTrue(given.ptr()) == 1);
}

void Arguments::get(std::string_view name, std::int64_t& value) const { value = to_integer(at(name), who_ + ": " + std::string(name)); }

void Arguments::get(std::string_view name, double& value) const { value = to_number(at(name), who_ + ": " + std::string(name)); }

void Arguments::get(std::string_view name, std::string& value) const {
  const py::object given = at(name);
  if (!py::isinstance<py::str>(given)) refuse(name, "a string");
  value = given.cast<std::string>();
}

void Arguments::get(std::string_view name, std::vector<std::int64_t>& value) const {
  value.clear();
  const py::object given = at(name);
  if (!is_list(given)) refuse(name, "a list of integers");
  for (const py::handle item : given) value.push_back(to_integer(item, who_ + ": " + std::string(name) + plural(value.size())));
}

void Arguments::get(std::string_view name, std::vector<double>& value) const {
  value.clear();
  const py::object given = at(name);
  if (given.is_none()) return;
  if (!is_list(given)) return value.push_back(to_number(given, who_ + ": " + std::string(name)));
  for (const py::handle item : given) value.push_back(to_number(item, who_ + ": " + std::string(name) + plural(value.size())));
}

void Arguments::get(std::string_view name, weir::Shape& value) const { value = to_shape(at(name), who_ + ": " + std::string(name)); }

void Arguments::get(std::string_view name, weir::Reduction& value) const {
  value = static_cast<weir::Reduction>(word(name, {"mean", "sum", "batch_mean"}));
}

void Arguments::get(std::string_view name, weir::Initializer& value) const {
  const py::object given = at(name);
  if (!py::isinstance<weir::Initializer>(given)) refuse(name, "a weir.Initializer, such as weir.Initializer.he_normal()");
  value = given.cast<weir::Initializer>();
}

std::size_t Arguments::word(std::string_view name, const std::vector<std::string>& words) const {
  const std::string given = as<std::string>(name);
  const auto found = std::find(words.begin(), words.end(), given);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string known;
  for (const std::string& word : words) known += (known.empty() ? "" : ", ") + word;
  throw weir::ConfigError(who_ + ": " + std::string(name) + " is '" + given + "', expected one of: " + known + ".");
}
