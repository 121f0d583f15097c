#pragma once

#include <string_view>

#include <weir/core/host_device.hpp>
#include <weir/layers/elementwise_loss.hpp>

namespace weir {

// (x - t)^2; MeanSquaredError is torch.nn.MSELoss.
struct SquaredTerm {
  static constexpr std::string_view name = "mean_squared_error";
  Reduction reduction = Reduction::mean;

  template <class T>
  WEIR_HD T value(T x, T t) const {
    const T d = x - t;
    return d * d;
  }
  template <class T>
  WEIR_HD T dx(T x, T t) const {
    return T(2) * (x - t);
  }
};

using MeanSquaredError = ElementwiseLoss<SquaredTerm>;

}  // namespace weir
