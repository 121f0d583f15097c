#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <weir/core/config.hpp>

// A Config as a dict: nested ones are (type, dict).
pybind11::dict config_dict(const weir::Config& config);

// And from a dict with numbers, strings, booleans and lists of them; TypeError for another value.
weir::Config config_from(const pybind11::dict& values, const std::string& who);
