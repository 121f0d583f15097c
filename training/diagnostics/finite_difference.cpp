#include "training/diagnostics/finite_difference.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace weir {
namespace {

// Max abs of the finite differences of this order over all positions in the samples.
double max_difference(std::span<const double> samples, std::size_t order) {
  std::array<double, 9> work{};
  std::copy(samples.begin(), samples.end(), work.begin());
  std::size_t count = samples.size();
  for (std::size_t pass = 0; pass < order; ++pass) {
    --count;
    for (std::size_t i = 0; i < count; ++i) work[i] = work[i + 1] - work[i];
  }
  double max = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!(std::abs(work[i]) <= max)) max = std::abs(work[i]);  // keeps a NaN
  }
  return max;
}

template <std::size_t N>
std::array<double, N> sample(const Line& f, double centre, double h, int first) {
  std::array<double, N> samples{};
  for (std::size_t i = 0; i < N; ++i) {
    const int k = first + static_cast<int>(i);
    samples[i] = k == 0 ? centre : f(k * h);
  }
  return samples;
}

}  // namespace

// The second member, roughness, bounds the error of the slope if there is a corner among the samples. Its factor (0.5, 0.1, 1) is the
// largest ratio of that error to max_difference over all positions of the corner.
Difference two_point_difference(const Line& f, double centre, double h) {
  const auto s = sample<5>(f, centre, h, -2);
  return {(s[3] - s[1]) / (2 * h), max_difference(s, 3) * 0.5 / h};
}

Difference eight_point_difference(const Line& f, double centre, double h) {
  const auto s = sample<9>(f, centre, h, -4);
  const double slope = 4.0 / 5.0 * (s[5] - s[3]) - 1.0 / 5.0 * (s[6] - s[2]) + 4.0 / 105.0 * (s[7] - s[1]) - 1.0 / 280.0 * (s[8] - s[0]);
  return {slope / h, max_difference(s, 7) * 0.1 / h};
}

// Also detects a corner less than h to the left of the point: it shows in the difference that ends at the point, in proportion to its
// distance.
Difference left_difference(const Line& f, double centre, double h) {
  const auto s = sample<5>(f, centre, h, -4);
  const double slope = (3 * s[0] - 16 * s[1] + 36 * s[2] - 48 * s[3] + 25 * s[4]) / 12;
  return {slope / h, max_difference(s, 3) / h};
}

}  // namespace weir
