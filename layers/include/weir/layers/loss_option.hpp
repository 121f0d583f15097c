#pragma once

#include <string_view>
#include <weir/core/option.hpp>

namespace weir {

// An option of the term F of an elementwise loss, a double or a bool, with its name in files. A term with options lists them:
//   static constexpr std::tuple options{LossOption{"delta", &HuberTerm::delta, OptionRange::positive}};
template <class F, class V>
struct LossOption {
  std::string_view name;
  V F::*member;
  OptionRange range = OptionRange::not_negative;  // of a double
};

// clang 14 does not deduce the arguments of aggregates by itself.
template <class F, class V>
LossOption(std::string_view, V F::*, OptionRange = OptionRange::not_negative) -> LossOption<F, V>;

}  // namespace weir
