#pragma once

#include <weir/training/adamw.hpp>

#include "training/optimizers/adam_rule.hpp"

namespace weir {

// AdamW: the parameter decays on its own, then Adam without decay steps it. `Rule` is AdamRule or AMSGradRule.
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

}  // namespace weir
