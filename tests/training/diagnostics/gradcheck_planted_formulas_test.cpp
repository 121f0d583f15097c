// Wrong gradients planted in the formulas of activations, norms and softmax: gradcheck must find each of them, and pass the correct one.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>
#include <weir/training/gradcheck.hpp>

#include "tests/training/diagnostics/coupled_layer.hpp"
#include "tests/training/diagnostics/planted_activation.hpp"
#include "tests/training/diagnostics/planted_checks.hpp"

using namespace weir;
using namespace weir::test;

// Typical mistakes in each formula: a missing term or factor, or the formula of a similar function.
TEST_CASE("gradcheck: planted in the formulas of other activations and caught") {
  const auto sigmoid = sigmoid_of;
  const auto gelu = [](double x) { return x * std::erfc(-x * std::sqrt(0.5)) / 2; };
  const auto silu = [](double x) { return x * sigmoid_of(x); };
  const auto mish = [](double x) { return x * std::tanh(std::log1p(std::exp(x))); };
  const auto elu = [](double x) { return x > 0 ? x : 0.5 * std::expm1(x); };
  const auto celu = [](double x) { return x > 0 ? x : 0.5 * std::expm1(x / 0.5); };
  const auto softplus = [](double x) { return std::log1p(std::exp(2 * x)) / 2; };
  const auto softsign = [](double x) { return x / (1 + std::abs(x)); };
  const auto hard = [](double x) { return std::min(std::max(x, -1.0), 1.0); };
  const auto threshold = [](double x) { return x > 0.5 ? x : 0.25; };
  const auto swish = [](double x) { return x * std::min(std::max(x + 3, 0.0), 6.0) / 6; };
  const auto log_sigmoid = [](double x) { return -std::log1p(std::exp(-x)); };
  const auto tanh_offset = [](double x) { return (1 + std::tanh(x)) / 2; };
  check_right(
      gradcheck(PlantedActivation(silu, [=](double x, double, double dy) { return dy * sigmoid(x) * (1 + x * (1 - sigmoid(x))); }), {{5}}));
  check_right(gradcheck(PlantedActivation(softplus, [=](double x, double, double dy) { return dy * sigmoid(2 * x); }), {{5}}));
  check_right(gradcheck(PlantedActivation(celu, [](double x, double, double dy) { return x > 0 ? dy : dy * std::exp(x / 0.5); }), {{5}}));
  const std::vector<PlantedActivation> plants = {
      {gelu, [](double x, double, double dy) { return dy * std::erfc(-x * std::sqrt(0.5)) / 2; }},  // the density forgotten
      {gelu,
       [=](double x, double, double dy) { return dy * sigmoid(1.702 * x) * (1 + 1.702 * x * (1 - sigmoid(1.702 * x))); }},  // another gelu
      {silu, [=](double x, double, double dy) { return dy * sigmoid(x) * (1 - sigmoid(x)); }},      // the derivative of the sigmoid
      {silu, [=](double x, double y, double dy) { return dy * (sigmoid(x) + y); }},                 // (1 - s) forgotten
      {mish, [](double x, double, double dy) { return dy * std::tanh(std::log1p(std::exp(x))); }},  // the second term forgotten
      {mish, [=](double x, double, double dy) { return dy * sigmoid(x); }},
      {elu, [](double x, double, double dy) { return x > 0 ? dy : dy * std::exp(x); }},               // alpha forgotten
      {elu, [](double x, double y, double dy) { return x > 0 ? dy : dy * y; }},                       // y instead of y + alpha
      {celu, [](double x, double, double dy) { return x > 0 ? dy : dy * std::exp(x); }},              // exp(x) instead of exp(x / alpha)
      {celu, [](double x, double, double dy) { return x > 0 ? dy : dy * 0.5 * std::exp(x / 0.5); }},  // factor alpha too many
      {softplus, [=](double x, double, double dy) { return dy * sigmoid(x); }},                       // beta forgotten
      {softplus, [=](double x, double, double dy) { return dy * 2 * sigmoid(2 * x); }},               // factor beta too many
      {softsign, [](double, double y, double dy) { return dy * (1 - y) * (1 - y); }},                 // y instead of |y|
      {softsign, [](double, double y, double dy) { return dy * (1 - y * y); }},                       // tanh's
      {hard, [](double x, double, double dy) { return x < 1 ? dy : 0; }},                             // one end missing
      {threshold, [](double x, double, double dy) { return x > 0.25 ? dy : 0; }},                     // value instead of threshold
      {swish, [](double x, double, double dy) { return x <= -3  ? 0
                                                       : x >= 3 ? dy
                                                                : dy * (x / 6 + 0.5); }},  // x / 6 instead of x / 3
      {log_sigmoid, [=](double x, double, double dy) { return dy * sigmoid(x); }},  // sigmoid(x) instead of sigmoid(-x)
      {log_sigmoid, [](double, double y, double dy) { return dy * std::exp(y); }},  // exp(y) instead of 1 - exp(y)
      {tanh_offset, [](double, double y, double dy) { return dy * y * (1 - y); }},  // factor 2 missing
      {tanh_offset, [](double, double y, double dy) { return dy * (1 - y * y); }},
  };
  for (std::size_t i = 0; i < plants.size(); ++i) {
    CAPTURE(i);
    check_caught(gradcheck(plants[i], {{9}}, {.low = -4, .high = 4, .zeros = false}), "input");
  }
}

TEST_CASE("gradcheck: planted in layers that couple a row or a batch and caught") {
  using Row = std::vector<double>;
  const auto mean = [](const Row& a, const Row& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum / static_cast<double>(a.size());
  };
  const auto ones = [](const Row& a) { return Row(a.size(), 1.0); };
  const auto norm = [=](const Row& x) {
    Row y = x;
    const double m = mean(x, ones(x));
    for (double& v : y) v -= m;
    const double s = std::sqrt(mean(y, y) + 0.1);
    for (double& v : y) v /= s;
    return y;
  };
  const auto deviation = [=](const Row& x) {
    const double m = mean(x, ones(x));
    return std::sqrt(mean(x, x) - m * m + 0.1);
  };
  const auto rms = [=](const Row& x) {
    Row y = x;
    const double s = std::sqrt(mean(x, x) + 0.1);
    for (double& v : y) v /= s;
    return y;
  };
  const auto log_softmax = [](const Row& x) {
    double sum = 0;
    for (const double v : x) sum += std::exp(v);
    Row y = x;
    for (double& v : y) v -= std::log(sum);
    return y;
  };
  const auto combine = [](const Row& dy, auto&& f) {
    Row dx(dy.size());
    for (std::size_t i = 0; i < dy.size(); ++i) dx[i] = f(i);
    return dx;
  };
  const auto total = [=](const Row& a) { return mean(a, ones(a)) * static_cast<double>(a.size()); };
  using Gradient = Coupled::Gradient;
  const Gradient norm_right = [=](const Row& x, const Row& y, const Row& dy) {
    return combine(dy, [&](std::size_t i) { return (dy[i] - mean(dy, ones(dy)) - y[i] * mean(dy, y)) / deviation(x); });
  };
  const Gradient rms_right = [=](const Row& x, const Row& y, const Row& dy) {
    return combine(dy, [&](std::size_t i) { return (dy[i] - y[i] * mean(dy, y)) / std::sqrt(mean(x, x) + 0.1); });
  };
  const Gradient log_right = [=](const Row&, const Row& y, const Row& dy) {
    return combine(dy, [&](std::size_t i) { return dy[i] - std::exp(y[i]) * total(dy); });
  };
  const Gradient norm_wrong[] = {
      [=](const Row& x, const Row& y, const Row& dy) {  // the mean's gradient missing
        return combine(dy, [&](std::size_t i) { return (dy[i] - y[i] * mean(dy, y)) / deviation(x); });
      },
      [=](const Row& x, const Row&, const Row& dy) {  // the variance's gradient missing
        return combine(dy, [&](std::size_t i) { return (dy[i] - mean(dy, ones(dy))) / deviation(x); });
      },
      [=](const Row& x, const Row&, const Row& dy) {  // statistics treated as constants
        return combine(dy, [&](std::size_t i) { return dy[i] / deviation(x); });
      },
      [=](const Row& x, const Row& y, const Row& dy) {  // x instead of normalised x
        return combine(dy, [&](std::size_t i) { return (dy[i] - mean(dy, ones(dy)) - x[i] * mean(dy, y)) / deviation(x); });
      },
      [=](const Row&, const Row& y, const Row& dy) {  // division by the deviation missing
        return combine(dy, [&](std::size_t i) { return dy[i] - mean(dy, ones(dy)) - y[i] * mean(dy, y); });
      },
      [=](const Row& x, const Row& y, const Row& dy) {  // divided by n - 1
        const double n = static_cast<double>(x.size()) / static_cast<double>(x.size() - 1);
        return combine(dy, [&](std::size_t i) { return (dy[i] - n * mean(dy, ones(dy)) - n * y[i] * mean(dy, y)) / deviation(x); });
      },
  };
  for (const bool over_batch : {false, true}) {
    CAPTURE(over_batch);
    check_right(gradcheck(Coupled(norm, norm_right, over_batch), {{4}}));
    for (const Gradient& wrong : norm_wrong) check_caught(gradcheck(Coupled(norm, wrong, over_batch), {{4}}), "input");
  }
  check_right(gradcheck(Coupled(rms, rms_right), {{4}}));
  check_caught(gradcheck(Coupled(rms, norm_right), {{4}}), "input");
  check_caught(gradcheck(Coupled(rms,
                                 [=](const Row& x, const Row& y, const Row& dy) {  // sum instead of mean
                                   return combine(
                                       dy, [&](std::size_t i) { return (dy[i] - y[i] * total(dy) / 4) / std::sqrt(mean(x, x) + 0.1); });
                                 }),
                         {{4}}),
               "input");
  check_right(gradcheck(Coupled(log_softmax, log_right), {{4}}));
  check_caught(gradcheck(Coupled(log_softmax,
                                 [=](const Row&, const Row& y, const Row& dy) {  // y instead of exp(y)
                                   return combine(dy, [&](std::size_t i) { return dy[i] - y[i] * total(dy); });
                                 }),
                         {{4}}),
               "input");
  check_caught(gradcheck(Coupled(log_softmax,
                                 [=](const Row&, const Row& y, const Row& dy) {  // mean instead of sum
                                   return combine(dy, [&](std::size_t i) { return dy[i] - std::exp(y[i]) * mean(dy, ones(dy)); });
                                 }),
                         {{4}}),
               "input");
}
