#include "training/diagnostics/finite_difference.hpp"

#include <doctest/doctest.h>

#include <cmath>

using weir::Difference;
using weir::Line;

namespace {

// |x - corner| / 2 + x / 2: slope 0 left of the corner, 1 right of it.
Line corner_at(double corner) {
  return [corner](double x) { return x > corner ? x - corner : 0.0; };
}

}  // namespace

TEST_CASE("finite differences: polynomials up to the order of each are exact but for rounding") {
  const Line square = [](double x) { return 3 + 2 * x - 5 * x * x; };
  const Line eighth = [](double x) { return 1 + 2 * x + std::pow(x, 7) * 3 - std::pow(x, 8) * 7; };
  const Line fourth = [](double x) { return 1 + 2 * x - x * x + std::pow(x, 4); };
  CHECK(weir::two_point_difference(square, 3, 0.25).slope == doctest::Approx(2).epsilon(1e-15));
  CHECK(weir::eight_point_difference(eighth, 1, 0.25).slope == doctest::Approx(2).epsilon(1e-14));
  CHECK(weir::left_difference(fourth, 1, 0.25).slope == doctest::Approx(2).epsilon(1e-14));
}

TEST_CASE("finite differences: the errors on exp are those of their orders") {
  const Line exp = [](double x) { return std::exp(x); };
  const double h = 0.1;
  CHECK(weir::two_point_difference(exp, 1, h).slope - 1 == doctest::Approx(h * h / 6).epsilon(1e-3));
  CHECK(1 - weir::eight_point_difference(exp, 1, h).slope == doctest::Approx(std::pow(h, 8) / 630).epsilon(1e-2));
  CHECK(1 - weir::left_difference(exp, 1, h).slope == doctest::Approx(std::pow(h, 4) / 5).epsilon(0.3));
}

// For a corner at any position: wherever the derivative is wrong, roughness must be at least the error.
TEST_CASE("finite differences: roughness is at least the error of a corner anywhere in the stencil") {
  const double h = 0.01;
  for (int i = -4500; i <= 4500; ++i) {
    if (i == 0) continue;
    const double corner = i * 1e-5, truth = corner < 0 ? 1 : 0;
    const Line line = corner_at(corner);
    CAPTURE(corner);
    for (const Difference& d : {weir::two_point_difference(line, line(0), h), weir::eight_point_difference(line, line(0), h)}) {
      CHECK(std::abs(d.slope - truth) <= d.roughness * (1 + 1e-9) + 1e-12);
    }
  }
}

TEST_CASE("finite differences: a corner inside the stencil never looks smooth") {
  const double h = 0.01;
  for (int i = -3990; i <= 3990; ++i) {
    const double corner = i * 1e-5;
    const Line line = corner_at(corner);
    CAPTURE(corner);
    CHECK(weir::eight_point_difference(line, line(0), h).roughness > 2e-4);
    if (std::abs(corner) < 1.99 * h) CHECK(weir::two_point_difference(line, line(0), h).roughness > 2e-3);
  }
}

TEST_CASE("finite differences: from the left a corner at the point or right of it does not matter") {
  const double h = 0.01;
  for (const double corner : {0.0, 1e-9, 0.003, 0.01}) {
    const Difference d = weir::left_difference(corner_at(corner), 0, h);
    CHECK(d.slope == 0);
    CHECK(d.roughness == 0);
  }
  for (const double corner : {-1e-4, -0.003, -0.01, -0.025, -0.0399}) {
    const Line line = corner_at(corner);
    CHECK(weir::left_difference(line, line(0), h).roughness > 1e-3);
  }
}

TEST_CASE("finite differences: a NaN among the samples is no smooth function") {
  const Line line = [](double x) { return x > 0 ? std::nan("") : x; };
  CHECK(!(weir::two_point_difference(line, 0, 0.1).roughness <= 1e300));
  CHECK(!(weir::eight_point_difference(line, 0, 0.1).roughness <= 1e300));
}
