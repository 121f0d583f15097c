#pragma once

#include <cstddef>
#include <limits>
#include <tuple>
#include <weir/core/dtype.hpp>

// Common parts of optimizers' rules. A rule R<T> updates one parameter of type float or double. It is made once for each update from the
// options, learning rate and step number, and called with each parameter, its gradient and its moments, which are named in R<T>::moments.
// Two functions of the optimizer's options belong to it:
//   with_rule(options, f)            calls f(RuleOf<R>()) for the rule that these options select; where there is only one it is enough to
//                                    declare RuleOf<R> rule_of(options)
//   safe_magnitude(options, dtype)   see Optimizer::safe_magnitude

namespace weir {

template <template <class> class R>
struct RuleOf {
  template <class T>
  using For = R<T>;
};

template <class Options, class F>
auto with_rule(const Options& options, F f) {
  return f(decltype(rule_of(options))());
}

template <class Rule>
inline constexpr std::size_t moment_count = std::tuple_size_v<decltype(Rule::moments)>;

// The largest finite number of a compute dtype, and a number as that dtype holds it.
inline double largest_finite(DType dtype) {
  return dtype == DType::f64 ? std::numeric_limits<double>::max() : static_cast<double>(std::numeric_limits<float>::max());
}
inline double rounded(double value, DType dtype) { return dtype == DType::f64 ? value : static_cast<double>(static_cast<float>(value)); }

}  // namespace weir
