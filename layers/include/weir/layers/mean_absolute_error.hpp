#pragma once

#include <string_view>

#include <weir/core/host_device.hpp>
#include <weir/layers/elementwise_loss.hpp>

namespace weir {

// |x - t|; MeanAbsoluteError is torch.nn.L1Loss. The derivative is 0 at x = t.
struct AbsoluteTerm {
  static constexpr std::string_view name = "mean_absolute_error";
  Reduction reduction = Reduction::mean;

  template <class T>
  WEIR_HD T value(T x, T t) const {
    const T d = x - t;
    return d < T(0) ? -d : d;
  }
  template <class T>
  WEIR_HD T dx(T x, T t) const {
    const T d = x - t;
    return d > T(0) ? T(1) : d < T(0) ? T(-1) : d;
  }
};

using MeanAbsoluteError = ElementwiseLoss<AbsoluteTerm>;

}  // namespace weir
