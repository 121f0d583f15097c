#pragma once

#include <weir/training/adamw.hpp>

#include "training/optimizers/adam_rule.hpp"

namespace weir {

// AdamW: decays the parameter, then applies Adam without weight decay. `Rule` is AdamRule or AMSGradRule.
template <class T, template <class> class Rule>
struct DecayedRule : Rule<T> {
  T keep;

  WEIR_HD DecayedRule(const AdamWOptions& options, double learning_rate, std::uint64_t step)
      : Rule<T>({options.lr, options.beta1, options.beta2, options.eps, 0, options.amsgrad}, learning_rate, step),
        keep(static_cast<T>(1 - learning_rate * options.weight_decay)) {}

  template <class... M>
  WEIR_HD void operator()(T& w, T g, M&... moments) const {
    w *= keep;
    Rule<T>::operator()(w, g, moments...);
  }
};

template <class T>
using AdamWRule = DecayedRule<T, AdamRule>;
template <class T>
using AdamWAMSGradRule = DecayedRule<T, AMSGradRule>;

template <class F>
auto with_rule(const AdamWOptions& options, F f) {
  return options.amsgrad ? f(RuleOf<AdamWAMSGradRule>()) : f(RuleOf<AdamWRule>());
}

// As Adam's (see adam_rule.hpp): with its L, |w (1 - lr weight_decay)| <= L + L^2 weight_decay, and L^2 (1 + weight_decay)^2 <= M / 8.
inline double safe_magnitude(const AdamWOptions& options, DType dtype) { return adam_safe_magnitude(options, dtype); }

}  // namespace weir
