#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>  // for the options' name
#include <tuple>        // and list

namespace weir {

// What a number among options may be. A double is finite whatever its range.
enum class OptionRange : std::uint8_t {
  not_negative,
  positive,   // a whole number: at least 1
  below_one,  // and not negative
  up_to_one   // and not negative
};

// An option by its name in files. A struct O of options lists its members, of which Config, checks and what is made from a Config follow:
//   static constexpr std::tuple options{Option{"lr", &AdamOptions::lr}, Option{"amsgrad", &AdamOptions::amsgrad}};
// V is a bool, an int64_t, a double, an optional double or a list of int64_t.
template <class O, class V>
struct Option {
  std::string_view name;
  V O::*member;
  OptionRange range = OptionRange::not_negative;  // of a number
};

// An option that is one of an enumeration's values, which begin at 0, with the word for each.
template <class O, class E, std::size_t N>
struct Choice {
  std::string_view name;
  E O::*member;
  std::array<std::string_view, N> words;
};

// clang 14 deduces no aggregate by itself.
template <class O, class V>
Option(std::string_view, V O::*, OptionRange = OptionRange::not_negative) -> Option<O, V>;
template <class O, class E, std::size_t N>
Choice(std::string_view, E O::*, std::array<std::string_view, N>) -> Choice<O, E, N>;

}  // namespace weir
