#include "core/convert.hpp"

#include <cmath>
#include <concepts>
#include <limits>
#include <span>
#include <utility>

#include <weir/core/error.hpp>

#include "core/cpu/standard_floats.hpp"
#include "core/text.hpp"
#include "core/typed.hpp"

namespace weir {

namespace {

// Whether converting x to To keeps its value; rounding to a floating point type counts as keeping it.
template <class To, class From>
bool holds(From value) {
  if constexpr (std::floating_point<To>) {
    return true;
  } else if constexpr (std::integral<From>) {
    return std::in_range<To>(value);
  } else {
    using Limits = std::numeric_limits<To>;  // max may be inexact as From; max + 1, a power of two, is exact
    return value == std::trunc(value) && value >= static_cast<From>(Limits::min()) && value < static_cast<From>(Limits::max()) + 1;
  }
}

template <class From, class To>
std::int64_t convert(std::span<const From> x, std::span<To> y) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!holds<To>(x[i])) return static_cast<std::int64_t>(i);
    y[i] = static_cast<To>(x[i]);
  }
  return -1;
}

}  // namespace

std::int64_t convert(const ConstTensorView& x, const TensorView& y) {
  const cpu::StandardFloats standard;
  std::int64_t misfit = -1;
  typed_any(x.dtype(), [&](auto from) {
    typed_any(y.dtype(), [&](auto to) { misfit = convert(x.values<decltype(from)>(), y.values<decltype(to)>()); });
  });
  return misfit;
}

void require_aligned(const std::string& who, const ConstTensorView& x) {
  if (reinterpret_cast<std::uintptr_t>(x.raw()) % size_of(x.dtype()) == 0) return;
  throw ConfigError(who + ": its memory is not aligned for " + to_string(x.dtype()) + ". Copy it with weir::clone.");
}

std::string element_text(const ConstTensorView& x, std::int64_t index) {
  std::string text;
  typed_any(x.dtype(), [&](auto type) {
    const auto value = x.values<decltype(type)>()[static_cast<std::size_t>(index)];
    if constexpr (std::integral<decltype(type)>) {
      text = with_commas(value);
    } else {
      text = number_text(value);
    }
  });
  return text;
}

std::string range_text(DType dtype) {
  std::string text;
  typed_any(dtype, [&](auto type) {
    using Limits = std::numeric_limits<decltype(type)>;
    if constexpr (Limits::is_integer) text = "a whole number from " + with_commas(Limits::min()) + " to " + with_commas(Limits::max());
  });
  return text;
}

}  // namespace weir
