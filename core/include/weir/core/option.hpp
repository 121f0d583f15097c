#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>  // for O::name
#include <tuple>        // for O::options

namespace weir {

// The valid range of a numeric option. A double must be finite in every range.
enum class OptionRange : std::uint8_t {
  not_negative,
  positive,   // an integer: at least 1
  below_one,  // and not negative
  up_to_one   // and not negative
};

// An option with its name in files. An options struct O lists its members; its Config, checks and parsing are generated from the list:
//   static constexpr std::tuple options{Option{"lr", &AdamOptions::lr}, Option{"amsgrad", &AdamOptions::amsgrad}};
// V is bool, int64_t, double, optional<double> or a list of int64_t.
template <class O, class V>
struct Option {
  std::string_view name;
  V O::*member;
  OptionRange range = OptionRange::not_negative;  // of a numeric option
};

// An option whose values are those of an enum that starts at 0, with the word for each value.
template <class O, class E, std::size_t N>
struct Choice {
  std::string_view name;
  E O::*member;
  std::array<std::string_view, N> words;
};

// clang 14 does not deduce the arguments of aggregates by itself.
template <class O, class V>
Option(std::string_view, V O::*, OptionRange = OptionRange::not_negative) -> Option<O, V>;
template <class O, class E, std::size_t N>
Choice(std::string_view, E O::*, std::array<std::string_view, N>) -> Choice<O, E, N>;

}  // namespace weir
