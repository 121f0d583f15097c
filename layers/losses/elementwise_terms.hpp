#pragma once

#include <variant>
#include <weir/layers/binary_cross_entropy.hpp>
#include <weir/layers/binary_cross_entropy_with_logits.hpp>
#include <weir/layers/hinge.hpp>
#include <weir/layers/huber.hpp>
#include <weir/layers/kl_divergence.hpp>
#include <weir/layers/mean_absolute_error.hpp>
#include <weir/layers/mean_squared_error.hpp>
#include <weir/layers/poisson.hpp>
#include <weir/layers/smooth_l1.hpp>

namespace weir {

// The list of all terms of elementwise losses, which devices, files and tests loop over or visit. elementwise_loss.cpp instantiates the
// layer of each.
using ElementwiseTerm = std::variant<SquaredTerm, AbsoluteTerm, HuberTerm, SmoothL1Term, HingeTerm, BinaryCrossEntropyTerm, LogitTerm,
                                     KLDivergenceTerm, PoissonTerm>;

// df/dt. A term without a dt of its own is symmetric: f(x, t) = f(t, x).
template <class F, class T>
WEIR_HD inline T dt_of(const F& term, T x, T t) {
  if constexpr (requires { term.dt(x, t); }) {
    return term.dt(x, t);
  } else {
    return term.dx(t, x);
  }
}

// -t x for class weights t and log-probabilities x: the term of NegativeLogLikelihood, which makes t from labels.
struct WeightedTerm {
  template <class T>
  WEIR_HD T value(T x, T t) const {
    return t == T(0) ? T(0) : -t * x;
  }
  template <class T>
  WEIR_HD T dx(T, T t) const {
    return -t;
  }
  template <class T>
  WEIR_HD T dt(T x, T) const {
    return -x;
  }
};

}  // namespace weir
