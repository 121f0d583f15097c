#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <weir/activations/function.hpp>

#include "tests/activations/formulas.hpp"

namespace {

using namespace weir;
using weir::test::infinity;
using weir::test::not_a_number;

// Expected values of each activation at the infinities, at both zeros and for NaN, and of its derivative (dy = 1) as a function of what
// backward receives.
struct Limits {
  const char* name;
  double minus_infinity, plus_infinity, minus_zero, plus_zero;  // forward
  double derivative_minus_infinity, derivative_plus_infinity, derivative_zero, derivative_nan;
};

constexpr double s = 0.01;
constexpr double ln2 = 0.69314718055994530942;
constexpr double selu_end = -test::selu_scale * test::selu_alpha;
constexpr Limits limits[] = {
    {"identity", -infinity, infinity, -0.0, 0.0, 1, 1, 1, 1},
    {"relu", 0.0, infinity, 0.0, 0.0, 0, 1, 0, 0},
    {"leaky_relu", -infinity, infinity, -0.0, 0.0, s, 1, s, s},
    {"sigmoid", 0.0, 1.0, 0.5, 0.5, -infinity, -infinity, 0, not_a_number},  // y - y^2, for any y
    {"tanh", -1.0, 1.0, -0.0, 0.0, -infinity, -infinity, 1, not_a_number},   // 1 - y^2
    {"relu6", 0.0, 6.0, 0.0, 0.0, 0, 0, 0, 0},
    {"elu", -1.0, infinity, -0.0, 0.0, 0, 1, 1, not_a_number},
    {"selu", selu_end, infinity, -0.0, 0.0, 0, test::selu_scale, -selu_end, not_a_number},
    {"celu", -1.0, infinity, -0.0, 0.0, 0, 1, 1, not_a_number},
    {"gelu", -0.0, infinity, -0.0, 0.0, 0, 1, 0.5, not_a_number},
    {"gelu_tanh", -0.0, infinity, -0.0, 0.0, 0, 1, 0.5, not_a_number},
    {"silu", -0.0, infinity, -0.0, 0.0, 0, 1, 0.5, not_a_number},
    {"mish", -0.0, infinity, -0.0, 0.0, 0, 1, 0.6, not_a_number},
    {"hard_sigmoid", 0.0, 1.0, 0.5, 0.5, 0, 0, 1.0 / 6, 0},
    {"log_sigmoid", -infinity, -0.0, -ln2, -ln2, 1, 0, 0.5, not_a_number},
    {"tanh_offset", 0.0, 1.0, 0.5, 0.5, -infinity, -infinity, 0, not_a_number},  // 2 (y - y^2)
    {"hard_tanh", -1.0, 1.0, -0.0, 0.0, 0, 0, 1, 0},
    {"softplus", 0.0, infinity, ln2, ln2, 0, 1, 0.5, not_a_number},
    {"softsign", -1.0, 1.0, -0.0, 0.0, infinity, infinity, 1, not_a_number},  // (1 - |y|)^2
    {"threshold", 0.0, infinity, 0.0, 0.0, 0, 1, 0, 0},
    {"hard_swish", -0.0, infinity, -0.0, 0.0, 0, 1, 0.5, not_a_number},
};

const Limits& limits_of(const ActivationFunction& f) {
  for (const Limits& row : limits) {
    if (name(f) == row.name) return row;
  }
  FAIL(std::string(name(f)), " has no row in this table");
  return limits[0];
}

template <class T>
T forward(const ActivationFunction& f, double x) {
  return std::visit([x](const auto& functor) { return functor.forward(static_cast<T>(x)); }, f);
}

template <class T>
T backward(const ActivationFunction& f, double x_or_y, double dy) {
  return std::visit([=](const auto& functor) { return functor.backward(static_cast<T>(x_or_y), static_cast<T>(dy)); }, f);
}

template <class T>
void same(T got, double expected) {
  if (std::isnan(expected)) {
    CHECK(std::isnan(got));
    return;
  }
  CHECK(got == static_cast<T>(expected));
  CHECK(std::signbit(got) == std::signbit(expected));
}

}  // namespace

TEST_CASE_TEMPLATE("activations: limits and zeros of every activation", T, float, double) {
  for (const ActivationFunction& f : all_activations()) {
    CAPTURE(name(f));
    const Limits& row = limits_of(f);
    same(forward<T>(f, -infinity), row.minus_infinity);
    same(forward<T>(f, infinity), row.plus_infinity);
    same(forward<T>(f, -0.0), row.minus_zero);
    same(forward<T>(f, 0.0), row.plus_zero);
  }
}

TEST_CASE_TEMPLATE("activations: limits and zeros of every derivative", T, float, double) {
  for (const ActivationFunction& f : all_activations()) {
    CAPTURE(name(f));
    const Limits& row = limits_of(f);
    const auto is = [&](double x_or_y, double expected) {
      const T got = backward<T>(f, x_or_y, 1);
      CHECK((std::isnan(expected) ? std::isnan(got) : got == static_cast<T>(expected)));
    };
    is(-infinity, row.derivative_minus_infinity);
    is(infinity, row.derivative_plus_infinity);
    is(0.0, row.derivative_zero);
    is(-0.0, row.derivative_zero);
    is(not_a_number, row.derivative_nan);
  }
}

TEST_CASE_TEMPLATE("activations: NaN in gives NaN out", T, float, double) {
  for (const ActivationFunction& f : all_activations()) {
    CAPTURE(name(f));
    CHECK(std::isnan(forward<T>(f, not_a_number)));
    CHECK(std::isnan(forward<T>(f, -not_a_number)));
    CHECK(std::isnan(backward<T>(f, 0.5, not_a_number)));
  }
}

// Inputs for which exp(x) or exp(-x) overflows or underflows.
TEST_CASE_TEMPLATE("activations: no overflow on the way to a finite result", T, float, double) {
  for (const double x : {-1e30, -1000.0, -750.0, -104.0, -100.0, -89.0, 89.0, 100.0, 104.0, 750.0, 1000.0, 1e30}) {
    CAPTURE(x);
    for (const ActivationFunction& f : all_activations()) {
      CAPTURE(name(f));
      const T y = forward<T>(f, x);
      CHECK(std::isfinite(y));
      CHECK(std::isfinite(backward<T>(f, needs(f) == Needs::x ? x : static_cast<double>(y), 1)));
    }
    CHECK(forward<T>(Tanh(), x) == T(x < 0 ? -1 : 1));
    CHECK(backward<T>(Tanh(), static_cast<double>(forward<T>(Tanh(), x)), 1) == T(0));
    if (x > 0) CHECK(forward<T>(Sigmoid(), x) == T(1));
  }
}

TEST_CASE("sigmoid: subnormal results are not flushed to zero") {
  CHECK(Sigmoid().forward(-88.0F) == static_cast<float>(std::exp(-88.0)));    // 6e-39
  CHECK(Sigmoid().forward(-100.0F) == static_cast<float>(std::exp(-100.0)));  // 3.8e-44: 27 times the smallest float
  CHECK(Sigmoid().forward(-103.5F) == std::numeric_limits<float>::denorm_min());
  CHECK(Sigmoid().forward(-104.0F) == 0.0F);
}

TEST_CASE("tanh: is odd to the bit and keeps the smallest numbers") {
  for (const float x : {1e-45F, 1e-39F, 1e-20F, 1e-4F, 0.1F, 0.64999F, 0.65F, 0.7F, 2.0F, 9.0F, 9.1F, 50.0F}) {
    CAPTURE(x);
    CHECK(Tanh().forward(-x) == -Tanh().forward(x));
    if (x < 1e-10F) CHECK(Tanh().forward(x) == x);
  }
}

// Values from published tables of functions, to the precision of a double.
TEST_CASE("activations: known values in double") {
  CHECK(Sigmoid().forward(1.0) == doctest::Approx(0.73105857863000487925).epsilon(1e-15));
  CHECK(Sigmoid().forward(-2.0) == doctest::Approx(0.11920292202211755594).epsilon(1e-15));
  CHECK(Tanh().forward(1.0) == doctest::Approx(0.76159415595576488812).epsilon(1e-15));
  CHECK(Tanh().forward(-0.5) == doctest::Approx(-0.46211715726000975850).epsilon(1e-15));
  CHECK(LeakyReLU{.negative_slope = 0.25}.forward(-2.0) == -0.5);
  CHECK(LeakyReLU{.negative_slope = -1}.forward(-2.0) == 2.0);
  CHECK(LeakyReLU{.negative_slope = -1}.backward(-2.0, 3.0) == -3.0);
  CHECK(Identity().forward(-2.5) == -2.5);
  CHECK(GELU().forward(1.0) == doctest::Approx(0.84134474606854294858).epsilon(1e-15));  // the normal distribution at 1
  CHECK(GELU().forward(-2.0) == doctest::Approx(-2 * 0.022750131948179207200).epsilon(1e-15));
  CHECK(Softplus().forward(1.0) == doctest::Approx(1.3132616875182228340).epsilon(1e-15));
  CHECK(LogSigmoid().forward(1.0) == doctest::Approx(-0.31326168751822283405).epsilon(1e-15));
  CHECK(ELU{.alpha = 2}.forward(-1.0) == doctest::Approx(2 * -0.63212055882855767840).epsilon(1e-15));
  CHECK(CELU{.alpha = 2}.forward(-2.0) == doctest::Approx(2 * -0.63212055882855767840).epsilon(1e-15));
  CHECK(SiLU().forward(-2.0) == doctest::Approx(-2 * 0.11920292202211755594).epsilon(1e-15));
  CHECK(TanhOffset().forward(-1.0) == doctest::Approx(0.11920292202211755594).epsilon(1e-15));
  CHECK(Mish().forward(0.0) == 0);
  CHECK(Mish().forward(std::log(2.0)) == doctest::Approx(0.8 * 0.69314718055994530942).epsilon(1e-15));  // tanh(log(3)) is 4 / 5
  CHECK(HardSigmoid().forward(1.5) == 0.75);
  CHECK(HardTanh{.min_val = -2, .max_val = 0.5}.forward(-3.0) == -2);
  CHECK(Threshold{.threshold = 0.1, .value = 20}.forward(0.1) == 20);
  CHECK(Softsign().forward(-3.0) == -0.75);
}

TEST_CASE_TEMPLATE("activations: what a derivative is on a kink", T, float, double) {
  CHECK(ReLU6().backward(T(6), T(3)) == 0);
  CHECK(HardTanh().backward(T(1), T(3)) == 0);
  CHECK(HardTanh().backward(T(-1), T(3)) == 0);
  CHECK(HardSigmoid().backward(T(3), T(3)) == 0);
  CHECK(HardSigmoid().backward(T(-3), T(3)) == 0);
  CHECK(Threshold{.threshold = 0.5}.backward(T(0.5), T(3)) == 0);
  CHECK(ELU{.alpha = 0.5}.backward(T(0), T(3)) == T(1.5));
  CHECK(Softplus{.beta = 2, .threshold = 8}.backward(T(4), T(3)) < T(3));
  CHECK(Softplus{.beta = 2, .threshold = 8}.backward(T(4.0001), T(3)) == T(3));
}

// Floats are covered by activations_exhaustive. The double versions call the standard library, so a sample of inputs is enough.
TEST_CASE("activations: double forward and derivative agree with long double formulas") {
  std::mt19937_64 engine(1);
  double worst = 0;
  for (int i = 0; i < 200000; ++i) {
    const double x = (static_cast<double>(engine() >> 11) * 0x1p-53 - 0.5) * (i % 2 == 0 ? 80 : 4);
    const long double e = std::exp(-std::fabs(static_cast<long double>(x)));
    const long double sigmoid = (x < 0 ? e : 1) / (1 + e), tanh = std::tanh(static_cast<long double>(x));
    const double y = Sigmoid().forward(x), t = Tanh().forward(x);
    const auto error = [&](double got, long double expected) {
      worst = std::max(worst, static_cast<double>(std::fabs(got - expected) / std::fabs(expected)));
    };
    error(y, sigmoid);
    error(t, tanh);
    error(Sigmoid().backward(y, 1.0), static_cast<long double>(y) * (1 - static_cast<long double>(y)));
    if (std::fabs(t) < 1) error(Tanh().backward(t, 1.0), (1 - static_cast<long double>(t)) * (1 + static_cast<long double>(t)));
  }
  CHECK(worst > 0);
  CHECK(worst < 4 * 0x1p-53);
}
