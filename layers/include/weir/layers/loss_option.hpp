#pragma once

#include <string_view>
#include <weir/core/option.hpp>

namespace weir {

// An option that the term F of an elementwise loss carries, a double or a bool, by its name in files. A term that has some lists them:
//   static constexpr std::tuple options{LossOption{"delta", &HuberTerm::delta, OptionRange::positive}};
template <class F, class V>
struct LossOption {
  std::string_view name;
  V F::*member;
  OptionRange range = OptionRange::not_negative;  // of a double
};

// clang 14 deduces no aggregate by itself.
template <class F, class V>
LossOption(std::string_view, V F::*, OptionRange = OptionRange::not_negative) -> LossOption<F, V>;

}  // namespace weir
