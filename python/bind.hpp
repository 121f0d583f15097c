#pragma once

#include <pybind11/pybind11.h>

// What module.cpp calls, in this order: each adds to the module what its source binds.
void bind_gil(pybind11::module_& m);
void bind_errors(pybind11::module_& m);
void bind_functions(pybind11::module_& m);
void bind_layers(pybind11::module_& m);
void bind_python_layers(pybind11::module_& m);
void bind_losses(pybind11::module_& m);
void bind_optimizers(pybind11::module_& m);
void bind_callbacks(pybind11::module_& m);
void bind_graph(pybind11::module_& m);
void bind_data(pybind11::module_& m);
void bind_model(pybind11::module_& m);
void bind_fit(pybind11::module_& m);
void bind_files(pybind11::module_& m);
void bind_metrics(pybind11::module_& m);
void bind_diagnostics(pybind11::module_& m);
