#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <vector>
#include <weir/core/named_value.hpp>
#include <weir/training/metric.hpp>

// Metrics from None, a dict of names and functions, or a list of functions, which are called by their __name__. A function gets the outputs
// and the targets of all samples as arrays (lists of arrays, if there are several) and returns a number.
std::vector<weir::Metric> metrics_from(const pybind11::object& given, const std::string& who);

pybind11::dict metrics_dict(const std::vector<weir::NamedValue>& values);
