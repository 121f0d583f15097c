#pragma once

#include <functional>
#include <span>
#include <string>
#include <utility>
#include <weir/core/tensor_view.hpp>

namespace weir {

// A measure of your own: a name, and a function of a graph's outputs and the targets. fit (FitOptions::metrics) and evaluate call it once
// with all samples of a Dataset: one view for each output, [samples, ...] in the Model's dtype, and one for each target, [samples, ...] as
// the loss receives it (labels as i32). The views are on the host and valid during the call. What the function throws is passed on.
//   .metrics = {{"errors", [](const weir::ConstTensorView& y, const weir::ConstTensorView& t) { return 1 - weir::accuracy(y, t); }}}
struct Metric {
  using OfOne = std::function<double(const ConstTensorView& output, const ConstTensorView& target)>;  // for a graph with one output
  using OfAll = std::function<double(std::span<const ConstTensorView> outputs, std::span<const ConstTensorView> targets)>;

  Metric(std::string its_name, OfOne function) : name(std::move(its_name)), of_one(std::move(function)) {}
  Metric(std::string its_name, OfAll function) : name(std::move(its_name)), of_all(std::move(function)) {}

  std::string name;  // printable ASCII without commas, double quotes and backslashes; not loss or accuracy
  OfOne of_one;      // one of the two is empty
  OfAll of_all;
};

}  // namespace weir
