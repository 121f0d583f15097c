#pragma once

#include <cmath>
#include <string_view>

#include <weir/core/host_device.hpp>
#include <weir/layers/elementwise_loss.hpp>

namespace weir {

// -t log(x) - (1 - t) log(1 - x) for a probability x and a target t from 0 to 1, each logarithm clamped to at least -100; the derivative is
// (x - t) / max(x (1 - x), 1e-12). BinaryCrossEntropy is torch.nn.BCELoss. An x outside [0, 1] gives NaN. BinaryCrossEntropyWithLogits,
// applied before the sigmoid, keeps full precision near 0 and 1.
struct BinaryCrossEntropyTerm {
  static constexpr std::string_view name = "binary_cross_entropy";
  Reduction reduction = Reduction::mean;

  static constexpr std::string_view targets = "0 to 1";
  bool takes(double t) const { return t >= 0 && t <= 1; }
  static constexpr double threshold = 0.5;  // an output above this predicts the target 1, else 0

  template <class T>
  WEIR_HD static T clamped_log(T x) {
    const T log = std::log(x);
    return log < T(-100) ? T(-100) : log;
  }

  template <class T>
  WEIR_HD T value(T x, T t) const {
    return -(t * clamped_log(x) + (T(1) - t) * clamped_log(T(1) - x));
  }
  template <class T>
  WEIR_HD T dx(T x, T t) const {
    const T variance = x * (T(1) - x);
    constexpr T least = T(1e-12F);  // PyTorch's constant is a float too
    return (x - t) / (variance < least ? least : variance);
  }
  template <class T>
  WEIR_HD T dt(T x, T) const {
    return clamped_log(T(1) - x) - clamped_log(x);
  }
};

using BinaryCrossEntropy = ElementwiseLoss<BinaryCrossEntropyTerm>;

}  // namespace weir
