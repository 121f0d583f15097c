#pragma once

#include <cmath>
#include <limits>
#include <string_view>

namespace weir::test {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// The textbook formula of an activation in double, written independently of the functor that is compared with it.
struct Formula {
  std::string_view name;
  double (*forward)(double x);
  double (*derivative)(double x_or_y);  // as a function of what backward receives
  double (*largest_term)(double x_or_y) =
      nullptr;                                    // of the derivative's formula, if its terms cancel: the largest term, or one of that size
  double (*derivative_at_x)(double x) = nullptr;  // if backward receives y
  double low = -infinity, high = infinity;        // the range of forward
  bool exact = false;                             // at most one rounding, so the float result must be equal to the bit
};

inline constexpr double slope = 0.01F;  // default of leaky_relu, rounded to float

// "Self-normalizing neural networks", 2017.
inline constexpr double selu_alpha = 1.6732632423543772848170429916717;
inline constexpr double selu_scale = 1.0507009873554804934193349852946;

// ReLU by the sign bit, so that the functor's float comparison is not tested against itself.
inline double relu_of(double x) { return std::isnan(x) ? x : std::signbit(x) ? 0.0 : x; }
inline double relu_mask(double x) { return !std::isnan(x) && !std::signbit(x) && std::fpclassify(x) != FP_ZERO ? 1.0 : 0.0; }

// e / (1 + e)^2: the derivative of sigmoid at x for e = exp(-|x|), and 1/4 of the derivative of tanh at x for e = exp(-2 |x|).
inline double bell(double e) { return e / ((1 + e) * (1 + e)); }

inline double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }

// The cumulative standard normal distribution and its density.
inline double normal_of(double x) { return 0.5 * std::erfc(-x * std::sqrt(0.5)); }
inline double normal_density_of(double x) { return std::exp(-0.5 * x * x) / std::sqrt(8 * std::atan(1.0)); }

// The limit of x exp(x) and its derivatives at -inf: -0, as they approach 0 from below.
inline constexpr double gone = -0.0;

// 2 u in the formula of gelu_tanh, and its derivative.
inline double gelu_tanh_2u(double x) { return 2 * std::sqrt(0.5 / std::atan(1.0)) * (x + 0.044715 * x * x * x); }
inline double gelu_tanh_2du(double x) { return 2 * std::sqrt(0.5 / std::atan(1.0)) * (1 + 3 * 0.044715 * x * x); }

// s (1 + x (1 - s) dz), the derivative of x sigmoid(z), where z = x or gelu_tanh_2u(x); 1 where s is 1.
inline double gate_derivative(double x, double z, double dz) {
  return z < -745 ? gone : z > 745 ? 1 : sigmoid_of(z) * (1 + x * sigmoid_of(-z) * dz);
}
// tanh(log(1 + exp(x))), the factor of x in mish.
inline double mish_gate(double x) { return std::tanh(std::log1p(std::exp(x))); }
inline double mish_derivative(double x) {
  const double gate = mish_gate(x);
  return x < -745 ? gone : x > 745 ? 1 : gate + x * (1 - gate * gate) * sigmoid_of(x);
}

inline constexpr Formula formulas[] = {
    {.name = "identity", .forward = [](double x) { return x; }, .derivative = [](double) { return 1.0; }, .exact = true},
    {.name = "relu", .forward = relu_of, .derivative = relu_mask, .low = 0, .exact = true},
    {.name = "leaky_relu",
     .forward = [](double x) { return relu_mask(x) == 1 ? x : slope * x; },
     .derivative = [](double x) { return relu_mask(x) == 1 ? 1.0 : slope; },
     .exact = true},
    {.name = "sigmoid",
     .forward = sigmoid_of,
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
    {.name = "relu6",
     .forward = [](double x) { return x > 6 ? 6 : relu_of(x); },
     .derivative = [](double y) { return y < 6 ? relu_mask(y) : 0; },
     .low = 0,
     .high = 6,
     .exact = true},
    {.name = "elu",
     .forward = [](double x) { return x > 0 ? x : std::expm1(x); },
     .derivative = [](double x) { return x > 0 ? 1 : std::exp(x); },
     .low = -1},
    {.name = "selu",
     .forward = [](double x) { return x > 0 ? selu_scale * x : selu_scale * selu_alpha * std::expm1(x); },
     .derivative = [](double x) { return x > 0 ? selu_scale : selu_scale * selu_alpha * std::exp(x); },
     .low = -1.7580994},
    {.name = "celu",
     .forward = [](double x) { return x > 0 ? x : std::expm1(x); },
     .derivative = [](double x) { return x > 0 ? 1 : std::exp(x); },
     .low = -1},
    {.name = "gelu",
     .forward = [](double x) { return x == -infinity ? gone : x * normal_of(x); },
     .derivative = [](double x) { return x < -38  ? gone
                                         : x > 38 ? 1
                                                  : normal_of(x) + x * normal_density_of(x); },
     .largest_term = normal_of},
    {.name = "gelu_tanh",
     .forward = [](double x) { return x == -infinity ? gone : x * sigmoid_of(gelu_tanh_2u(x)); },
     .derivative = [](double x) { return gate_derivative(x, gelu_tanh_2u(x), gelu_tanh_2du(x)); },
     .largest_term = [](double x) { return sigmoid_of(gelu_tanh_2u(x)); }},
    {.name = "silu",
     .forward = [](double x) { return x == -infinity ? gone : x * sigmoid_of(x); },
     .derivative = [](double x) { return gate_derivative(x, x, 1); },
     .largest_term = sigmoid_of},
    {.name = "mish",
     .forward = [](double x) { return x == -infinity ? gone : x * mish_gate(x); },
     .derivative = mish_derivative,
     .largest_term = mish_gate},
    {.name = "hard_sigmoid",
     .forward = [](double x) { return x <= -3  ? 0
                                      : x >= 3 ? 1
                                               : (x + 3) / 6; },
     .derivative = [](double x) { return std::fabs(x) < 3 ? 1.0 / 6 : 0; },
     .low = 0,
     .high = 1},
    {.name = "log_sigmoid",
     .forward = [](double x) { return x < 0 ? x - std::log1p(std::exp(x)) : -std::log1p(std::exp(-x)); },
     .derivative = [](double x) { return sigmoid_of(-x); },
     .high = 0},
    {.name = "tanh_offset",
     .forward = [](double x) { return sigmoid_of(2 * x); },
     .derivative = [](double y) { return 2 * y * (1 - y); },
     .largest_term = [](double y) { return std::fmax(2 * std::fabs(y), 2 * y * y); },
     .derivative_at_x = [](double x) { return 2 * bell(std::exp(-2 * std::fabs(x))); },
     .low = 0,
     .high = 1},
    {.name = "hard_tanh",
     .forward = [](double x) { return x > 1    ? 1
                                      : x < -1 ? -1
                                               : x; },
     .derivative = [](double y) { return std::fabs(y) < 1 ? 1.0 : 0.0; },
     .low = -1,
     .high = 1,
     .exact = true},
    {.name = "softplus",
     .forward = [](double x) { return x > 20 ? x : std::log1p(std::exp(x)); },
     .derivative = [](double x) { return x > 20 ? 1 : sigmoid_of(x); },
     .low = 0},
    {.name = "softsign",
     .forward = [](double x) { return std::isinf(x) ? std::copysign(1, x) : x / (1 + std::fabs(x)); },
     .derivative = [](double y) { return (1 - std::fabs(y)) * (1 - std::fabs(y)); },
     .derivative_at_x = [](double x) { return 1 / ((1 + std::fabs(x)) * (1 + std::fabs(x))); },
     .low = -1,
     .high = 1},
    {.name = "threshold", .forward = relu_of, .derivative = relu_mask, .low = 0, .exact = true},
    {.name = "hard_swish",
     .forward = [](double x) { return x <= -3  ? -0.0
                                      : x >= 3 ? x
                                               : x * (x + 3) / 6; },
     .derivative = [](double x) { return x < -3  ? 0
                                         : x > 3 ? 1
                                                 : x / 3 + 0.5; },
     .largest_term = [](double x) { return std::fmax(std::fabs(x) / 3, 0.5); }},
};

}  // namespace weir::test
