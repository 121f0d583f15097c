#pragma once

#include <cmath>
#include <string_view>
#include <tuple>

#include <weir/core/host_device.hpp>
#include <weir/core/option.hpp>
#include <weir/layers/elementwise_loss.hpp>

namespace weir {

// t (log(t) - x) for a log-probability x and a probability t, and 0 at t = 0. With log_target t is a log-probability: exp(t) (t - x).
// KLDivergence is torch.nn.KLDivLoss; Reduction::batch_mean gives the mathematical divergence, averaged over samples. Source: Kullback,
// Leibler, "On information and sufficiency" (1951).
struct KLDivergenceTerm {
  static constexpr std::string_view name = "kl_divergence";
  bool log_target = false;
  Reduction reduction = Reduction::mean;
  static constexpr std::tuple options{Option{"log_target", &KLDivergenceTerm::log_target}};

  static constexpr std::string_view targets = "0 or more";
  bool takes(double t) const { return log_target || t >= 0; }

  template <class T>
  WEIR_HD T value(T x, T t) const {
    if (log_target) return std::exp(t) * (t - x);
    return t == T(0) ? T(0) : t * (std::log(t) - x);
  }
  template <class T>
  WEIR_HD T dx(T, T t) const {
    return log_target ? -std::exp(t) : -t;
  }
  template <class T>
  WEIR_HD T dt(T x, T t) const {
    return log_target ? std::exp(t) * (t - x + T(1)) : std::log(t) + T(1) - x;
  }
};

using KLDivergence = ElementwiseLoss<KLDivergenceTerm>;

}  // namespace weir
