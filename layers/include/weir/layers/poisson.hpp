#pragma once

#include <cmath>
#include <string_view>
#include <tuple>

#include <weir/core/host_device.hpp>
#include <weir/core/option.hpp>
#include <weir/layers/elementwise_loss.hpp>

namespace weir {

// The negative log-likelihood of a count t under a Poisson distribution. x is the logarithm of the mean: exp(x) - t x; with log_input false
// x is the mean itself: x - t log(x + eps). With `full`, Stirling's t log(t) - t + log(2 pi t) / 2 is added for t > 1; it depends on the
// target alone. PoissonNegativeLogLikelihood is torch.nn.PoissonNLLLoss.
struct PoissonTerm {
  static constexpr std::string_view name = "poisson";
  bool log_input = true;
  bool full = false;
  double eps = 1e-8;  // above 0
  Reduction reduction = Reduction::mean;
  static constexpr std::tuple options{Option{"log_input", &PoissonTerm::log_input}, Option{"full", &PoissonTerm::full},
                                      Option{"eps", &PoissonTerm::eps, OptionRange::positive}};

  static constexpr std::string_view targets = "0 or more";
  bool takes(double t) const { return t >= 0; }

  template <class T>
  WEIR_HD T value(T x, T t) const {
    const T rest = full && t > T(1) ? t * std::log(t) - t + T(0.5) * std::log(T(6.283185307179586) * t) : T(0);
    return (log_input ? std::exp(x) - t * x : x - t * std::log(x + static_cast<T>(eps))) + rest;
  }
  template <class T>
  WEIR_HD T dx(T x, T t) const {
    return log_input ? std::exp(x) - t : T(1) - t / (x + static_cast<T>(eps));
  }
  template <class T>
  WEIR_HD T dt(T x, T t) const {
    const T rest = full && t > T(1) ? std::log(t) + T(0.5) / t : T(0);
    return (log_input ? -x : -std::log(x + static_cast<T>(eps))) + rest;
  }
};

using PoissonNegativeLogLikelihood = ElementwiseLoss<PoissonTerm>;

}  // namespace weir
