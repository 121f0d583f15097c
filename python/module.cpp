#include "python/bind.hpp"

namespace py = pybind11;

namespace {

// weir.Node.__new__(weir.Node) would be an object with nothing in it.
PyObject* no_new(PyTypeObject* type, PyObject*, PyObject*) {
  return PyErr_Format(PyExc_TypeError, "%s: an object of this class is made by weir's functions alone.", type->tp_name);
}

void refuse_empty_objects(const py::module_& m) {
  for (const auto& [name, value] : m.attr("__dict__").cast<py::dict>()) {
    if (!PyType_Check(value.ptr())) continue;
    if (Py_TYPE(value.attr("__init__").ptr()) != &PyWrapperDescr_Type) continue;  // it has an __init__ of its own
    reinterpret_cast<PyTypeObject*>(value.ptr())->tp_new = no_new;
  }
}

}  // namespace

PYBIND11_MODULE(_weir, m) {
  m.doc() = "A small neural-network training framework.";
  bind_gil(m);
  bind_errors(m);
  bind_functions(m);

  py::module_ training = m.def_submodule("_training", "What the Python part of the package is made of.");
  training.attr("classes") = py::list();
  bind_layers(training);
  bind_python_layers(training);
  bind_losses(training);
  bind_optimizers(training);
  bind_callbacks(training);
  bind_graph(training);
  bind_data(training);
  bind_model(training);
  bind_fit(training);
  bind_files(training);
  bind_metrics(training);
  bind_diagnostics(training);
  refuse_empty_objects(training);
}
