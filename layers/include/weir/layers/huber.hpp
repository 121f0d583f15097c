#pragma once

#include <string_view>
#include <tuple>

#include <weir/core/host_device.hpp>
#include <weir/core/option.hpp>
#include <weir/layers/elementwise_loss.hpp>

namespace weir {

// With d = x - t:  d^2 / 2 where |d| < delta, else delta (|d| - delta / 2). Huber is torch.nn.HuberLoss.
// Source: Huber, "Robust estimation of a location parameter" (1964).
struct HuberTerm {
  static constexpr std::string_view name = "huber";
  double delta = 1;  // above 0
  Reduction reduction = Reduction::mean;
  static constexpr std::tuple options{Option{"delta", &HuberTerm::delta, OptionRange::positive}};

  template <class T>
  WEIR_HD T value(T x, T t) const {
    const T d = x - t, size = d < T(0) ? -d : d, limit = static_cast<T>(delta);
    return size < limit ? T(0.5) * d * d : limit * (size - T(0.5) * limit);
  }
  template <class T>
  WEIR_HD T dx(T x, T t) const {
    const T d = x - t, limit = static_cast<T>(delta);
    return d > limit ? limit : d < -limit ? -limit : d;
  }
};

using Huber = ElementwiseLoss<HuberTerm>;

}  // namespace weir
