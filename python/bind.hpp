#pragma once

#include <pybind11/pybind11.h>

// What module.cpp calls, in this order: each adds to the module what its source binds.
void bind_errors(pybind11::module_& m);
void bind_functions(pybind11::module_& m);
