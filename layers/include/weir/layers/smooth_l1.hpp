#pragma once

#include <string_view>
#include <tuple>

#include <weir/core/host_device.hpp>
#include <weir/core/option.hpp>
#include <weir/layers/elementwise_loss.hpp>

namespace weir {

// With d = x - t:  d^2 / (2 beta) where |d| < beta, else |d| - beta / 2. SmoothL1 is torch.nn.SmoothL1Loss; with beta = 0 it is |d|.
// Source: Girshick, "Fast R-CNN" (2015).
struct SmoothL1Term {
  static constexpr std::string_view name = "smooth_l1";
  double beta = 1;  // 0 or more
  Reduction reduction = Reduction::mean;
  static constexpr std::tuple options{Option{"beta", &SmoothL1Term::beta}};

  template <class T>
  WEIR_HD T value(T x, T t) const {
    const T d = x - t, size = d < T(0) ? -d : d, limit = static_cast<T>(beta);
    return size < limit ? T(0.5) * d * d / limit : size - T(0.5) * limit;
  }
  template <class T>
  WEIR_HD T dx(T x, T t) const {
    const T d = x - t, size = d < T(0) ? -d : d, limit = static_cast<T>(beta);
    return size < limit ? d / limit : d > T(0) ? T(1) : d < T(0) ? T(-1) : d;
  }
};

using SmoothL1 = ElementwiseLoss<SmoothL1Term>;

}  // namespace weir
