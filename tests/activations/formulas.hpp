#pragma once

#include <cmath>
#include <limits>
#include <string_view>

namespace weir::test {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// An activation as a textbook has it, in double: what the functors are compared with. Knows nothing of their code.
struct Formula {
  std::string_view name;
  double (*forward)(double x);
  double (*derivative)(double x_or_y);              // of what backward receives
  double (*largest_term)(double x_or_y) = nullptr;  // of the derivative, where its terms cancel
  double (*derivative_at_x)(double x) = nullptr;    // where backward receives a rounded y
  double low = -infinity, high = infinity;          // the range of forward
  bool exact = false;                               // one rounding at most: equal to the bit
};

inline constexpr double slope = 0.01F;  // leaky_relu's default in float

// 0 where the sign bit is set, else x: in bits, so that no comparison of floats is compared with itself.
inline double relu_of(double x) { return std::isnan(x) ? x : std::signbit(x) ? 0.0 : x; }
inline double relu_mask(double x) { return !std::isnan(x) && !std::signbit(x) && std::fpclassify(x) != FP_ZERO ? 1.0 : 0.0; }

// e / (1 + e)^2: the derivative of the sigmoid at x for e = exp(-|x|), and a quarter of that of tanh for e = exp(-2 |x|).
inline double bell(double e) { return e / ((1 + e) * (1 + e)); }

inline constexpr Formula formulas[] = {
    {.name = "identity", .forward = [](double x) { return x; }, .derivative = [](double) { return 1.0; }, .exact = true},
    {.name = "relu", .forward = relu_of, .derivative = relu_mask, .low = 0, .exact = true},
    {.name = "leaky_relu",
     .forward = [](double x) { return relu_mask(x) == 1 ? x : slope * x; },
     .derivative = [](double x) { return relu_mask(x) == 1 ? 1.0 : slope; },
     .exact = true},
    {.name = "sigmoid",
     .forward = [](double x) { return 1 / (1 + std::exp(-x)); },
     .derivative = [](double y) { return y * (1 - y); },
     .largest_term = [](double y) { return std::fmax(std::fabs(y), y * y); },
     .derivative_at_x = [](double x) { return bell(std::exp(-std::fabs(x))); },
     .low = 0,
     .high = 1},
    {.name = "tanh",
     .forward = [](double x) { return std::tanh(x); },
     .derivative = [](double y) { return 1 - y * y; },
     .largest_term = [](double y) { return std::fmax(1, y * y); },
     .derivative_at_x = [](double x) { return 4 * bell(std::exp(-2 * std::fabs(x))); },
     .low = -1,
     .high = 1},
};

}  // namespace weir::test
