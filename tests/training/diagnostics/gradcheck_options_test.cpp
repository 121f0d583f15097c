// Effects of gradcheck's options, invalid options, and the printed report.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>
#include <weir/activations/activation.hpp>
#include <weir/core/error.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/mean_squared_error.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>
#include <weir/training/gradcheck.hpp>

#include "tests/training/diagnostics/planted_activation.hpp"

using namespace weir;
using namespace weir::test;

namespace {

GradcheckReport check_dense(const GradcheckOptions& options) { return gradcheck(Dense(3), {{4}}, options); }

PlantedActivation identity_with_slope(double slope) {
  return {[](double x) { return x; }, [slope](double, double, double dy) { return slope * dy; }};
}

}  // namespace

TEST_CASE("gradcheck: counts every entry of the literal and of the fused graph") {
  CHECK(check_dense({}).checked == 2 * (3 * 4 + 3 + 3 * 4));  // weight, bias, input of 3 samples
  CHECK(check_dense({.batch = 5}).checked == 2 * (3 * 4 + 3 + 5 * 4));
  CHECK(check_dense({.max_entries = 5}).checked == 2 * (5 + 3 + 5));
}

TEST_CASE("gradcheck: the same seed gives the same report and another seed another") {
  const auto numeric = [](std::uint64_t seed) { return check_dense({.seed = seed}).worst_two_points.numeric; };
  CHECK(numeric(1) == numeric(1));
  CHECK(numeric(1) != numeric(2));
}

TEST_CASE("gradcheck: max_entries chooses entries at random") {
  bool found = false;  // a random choice of 10 entries finds or misses the one wrong entry of 40
  bool missed = false;
  const PlantedActivation layer([](double x) { return x; }, [](double x, double, double dy) { return x > 1.9 ? 0 : dy; });
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const bool passed = gradcheck(layer, {{10}}, {.batch = 4, .seed = seed, .max_entries = 10}).passed;
    (passed ? missed : found) = true;
  }
  CHECK(found);
  CHECK(missed);
}

TEST_CASE("gradcheck: tolerance is where an error begins to matter") {
  CHECK(gradcheck(identity_with_slope(1 + 1e-6), {{4}}, {.tolerance = 1e-5, .two_point_tolerance = 1e-5}).passed);
  CHECK(!gradcheck(identity_with_slope(1 + 1e-6), {{4}}, {.tolerance = 1e-7, .two_point_tolerance = 1e-5}).passed);
  CHECK(!gradcheck(identity_with_slope(1 + 1e-6), {{4}}, {.tolerance = 1e-5, .two_point_tolerance = 1e-7}).passed);
}

TEST_CASE("gradcheck: low and high are the range of the inputs") {
  double lowest = 10, highest = -10;
  const PlantedActivation layer(
      [&](double x) {
        lowest = std::min(lowest, x);
        highest = std::max(highest, x);
        return std::log(x);
      },
      [](double x, double, double dy) { return dy / x; });
  CHECK(gradcheck(layer, {{20}}, {.low = 3, .high = 4, .zeros = false}).passed);
  CHECK(lowest > 2.9);
  CHECK(lowest < 3.1);
  CHECK(highest < 4.1);
  CHECK(highest > 3.9);
}

TEST_CASE("gradcheck: corners nearby are moved away from and not averaged") {
  const PlantedActivation right(relu_of, [](double x, double, double dy) { return x > 0 ? dy : 0; });
  const PlantedActivation wrong(relu_of, [](double x, double, double dy) { return x > 0 ? dy : 0.5 * dy; });
  const GradcheckOptions near{.low = -0.02, .high = 0.02};  // the widest difference reaches 0.04 to each side
  const GradcheckReport report = gradcheck(right, {{20}}, near);
  CAPTURE(report);
  CHECK(report.passed);
  CHECK(report.eight_points > report.checked / 2);
  CHECK(!gradcheck(wrong, {{20}}, near).passed);
}

TEST_CASE("gradcheck: too many entries with a corner near are a failure") {
  // A corner every 1.6e-7: every finite difference crosses one.
  const PlantedActivation sawtooth([](double x) { return std::abs(std::remainder(x, 3.1416e-7)); },
                                   [](double, double, double dy) { return dy; });
  const GradcheckReport report = gradcheck(sawtooth, {{5}}, {.zeros = false});
  CHECK(!report.passed);
  CHECK(report.skipped > 0);
}

TEST_CASE("gradcheck: a report can be read") {
  std::ostringstream text;
  text << gradcheck(identity_with_slope(2), {{2}}, {.batch = 1, .zeros = false});
  const std::string read = text.str();
  CHECK(read.find("gradcheck failed: 4 entries checked, 4 of them by eight points; 0 comparisons on a corner, 0 entries skipped\n") == 0);
  CHECK(read.find("\n  eight points: worst error 1 (bound 1e-10) at input[") != std::string::npos);
  CHECK(read.find("\n  two points: worst error 1 (bound 1e-07) at input[") != std::string::npos);
  CHECK(read.find("\n  worst relative to an entry's own gradient: 0.5\n") != std::string::npos);
  CHECK(read.find(": they differ by 1 of the tensor's largest gradient, expected at most 1e-10. Correct the backward of a layer between it "
                  "and the loss.\n") != std::string::npos);
  CHECK(read.find(", literal graph: analytic ") != std::string::npos);
}

TEST_CASE("gradcheck: options that make no sense are refused") {
  const auto message = [](const GradcheckOptions& options) -> std::string {
    try {
      check_dense(options);
      return "nothing thrown";
    } catch (const ConfigError& error) {
      return error.what();
    }
  };
  const double nan = std::nan("");
  CHECK(message({.batch = 0}) == "gradcheck: batch is 0, expected at least 1. Give it a sample.");
  CHECK(message({.low = 1, .high = 1}) == "gradcheck: high is 1, expected a finite number above low. Give a range that suits the layer.");
  CHECK(message({.low = nan}) == "gradcheck: low is nan, expected a finite number below high. Give a range that suits the layer.");
  CHECK(message({.indices = 0}) == "gradcheck: indices is 0, expected at least 1. Give the number of values of an index input.");
  CHECK(message({.h = 0}) == "gradcheck: h is 0, expected a positive number. Use 1e-3 to 1e-2.");
  CHECK(message({.h = nan}) == "gradcheck: h is nan, expected a positive number. Use 1e-3 to 1e-2.");
  CHECK(message({.tolerance = 0}) == "gradcheck: tolerance is 0, expected a positive number. Use 1e-10.");
  CHECK(message({.two_point_tolerance = nan}) == "gradcheck: two_point_tolerance is nan, expected a positive number. Use 1e-7.");
  CHECK(message({.max_entries = -1}) == "gradcheck: max_entries is -1, expected 0 (all) or more. Use 0.");
  CHECK(message({.draws = 0}) == "gradcheck: draws is 0, expected at least 1. Use 4.");
  CHECK(message({.max_skipped = 1}) == "gradcheck: max_skipped is 1, expected a share from 0 to below 1. Use 0.1.");
}

TEST_CASE("gradcheck: shapes and losses that do not fit are refused by name") {
  CHECK_THROWS_AS(gradcheck(SoftmaxCrossEntropy(), {{4}, {3}}), ShapeError);
  CHECK_THROWS_WITH_AS(gradcheck(MeanSquaredError(), {{4}}),
                       "gradcheck: got 1 shapes for mean_squared_error, expected 2: an output's and its target's.", ConfigError);
  CHECK_THROWS_WITH_AS(gradcheck(MeanSquaredError(), {{4}, {4}}, {.loss = MeanSquaredError()}),
                       "gradcheck: got mean_squared_error and a loss in the options, expected one loss. Leave the option out.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(gradcheck(std::shared_ptr<const Layer>(), {{4}}), "gradcheck: got no layer. Pass one.", ConfigError);
}
