#include <string>
#include <string_view>
#include <utility>
#include <weir/core/error.hpp>

#include "python/bind.hpp"

namespace py = pybind11;

namespace {

// What the messages of C++ advise, as it is written in Python.
constexpr std::pair<std::string_view, std::string_view> advice[] = {
    {"Tensor::to(DType::f32)", "astype(numpy.float32)"},
    {"Tensor::to(DType::i32)", "astype(numpy.int32)"},
    {"Tensor::to(DType)", "astype"},
    {"({.lr = 1e-3})", "(lr=1e-3)"},
    {"Give the Dataset one Field for each.", "Give a list with one array for each."},
    {"Device::cpu()", "device='cpu'"},
    {"FieldInfo::", "weir.Dataset's "},
    {"FitOptions::", "fit's "},
    {"ModelOptions::", "weir.Model's "},
    {"weir::", "weir."},
};

std::string in_python(std::string text) {
  for (const auto& [from, to] : advice) {
    for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  }
  return text;
}

// A path in a message may hold any bytes.
void raise(const py::object& type, const std::string& message) {
  const std::string text = in_python(message);
  const auto object =
      py::reinterpret_steal<py::object>(PyUnicode_DecodeUTF8(text.data(), static_cast<py::ssize_t>(text.size()), "backslashreplace"));
  if (object) PyErr_SetObject(type.ptr(), object.ptr());
}

// A Python class below weir.Error and a built-in one, so that `except ValueError` catches a ShapeError.
template <class E>
void bind_error(py::module_& m, const char* name, const py::object& base, PyObject* builtin, const char* doc) {
  // Kept for the process's life: translators run until it ends.
  static py::object type = py::reinterpret_steal<py::object>(
      PyErr_NewExceptionWithDoc((std::string("weir.") + name).c_str(), doc, py::make_tuple(base, py::handle(builtin)).ptr(), nullptr));
  if (!type) throw py::error_already_set();
  m.attr(name) = type;
  py::register_exception_translator([](std::exception_ptr p) {
    try {
      if (p) std::rethrow_exception(p);
    } catch (const E& e) {
      raise(type, e.what());
    }
  });
}

}  // namespace

void bind_errors(py::module_& m) {
  py::register_exception_translator([](std::exception_ptr p) {
    try {
      if (p) std::rethrow_exception(p);
    } catch (const py::cast_error&) {  // its message names types of C++
      PyErr_SetString(PyExc_TypeError, "weir: an argument is of another type than expected, or text that is no valid Unicode (a lone surrogate).");
    }
  });
  static py::object error = py::reinterpret_steal<py::object>(
      PyErr_NewExceptionWithDoc("weir.Error", "Base class of all exceptions that weir raises.", nullptr, nullptr));
  if (!error) throw py::error_already_set();
  m.attr("Error") = error;
  py::register_exception_translator([](std::exception_ptr p) {
    try {
      if (p) std::rethrow_exception(p);
    } catch (const weir::Error& e) {
      raise(error, e.what());
    }
  });
  bind_error<weir::ShapeError>(m, "ShapeError", error, PyExc_ValueError, "Shapes, widths or batch sizes that do not match.");
  bind_error<weir::DeviceError>(m, "DeviceError", error, PyExc_RuntimeError,
                                "A device that does not exist, cannot be used or is out of memory, or data that is on another device.");
  bind_error<weir::FormatError>(m, "FormatError", error, PyExc_ValueError, "A file whose content violates its format.");
  bind_error<weir::FileError>(m, "FileError", error, PyExc_OSError, "A file that cannot be found, opened, read or written.");
  bind_error<weir::NumericError>(m, "NumericError", error, PyExc_ArithmeticError,
                                 "A NaN or infinity during training; a failed gradient check.");
  bind_error<weir::ConfigError>(m, "ConfigError", error, PyExc_ValueError, "An invalid option, dtype, graph, label or name.");
}
