#pragma once

#include <string_view>

#include <weir/core/host_device.hpp>
#include <weir/layers/elementwise_loss.hpp>

namespace weir {

// max(0, 1 - t x) for targets -1 and 1. The derivative is 0 at t x = 1.
struct HingeTerm {
  static constexpr std::string_view name = "hinge";
  Reduction reduction = Reduction::mean;

  static constexpr std::string_view targets = "-1 or 1";
  bool takes(double t) const { return t == -1 || t == 1; }
  static constexpr double threshold = 0;  // an output above this predicts the target 1, else -1

  template <class T>
  WEIR_HD T value(T x, T t) const {
    const T gap = T(1) - t * x;
    return gap <= T(0) ? T(0) : gap;
  }
  template <class T>
  WEIR_HD T dx(T x, T t) const {
    return T(1) - t * x <= T(0) ? T(0) : -t;
  }
};

using Hinge = ElementwiseLoss<HingeTerm>;

}  // namespace weir
