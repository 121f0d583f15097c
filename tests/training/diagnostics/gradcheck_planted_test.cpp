// Wrong gradients planted in user-written layers: gradcheck must find each of them, and pass the correct one.

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/training/gradcheck.hpp>

#include "tests/training/diagnostics/planted_activation.hpp"
#include "tests/training/diagnostics/planted_checks.hpp"
#include "tests/training/diagnostics/planted_dense.hpp"
#include "tests/training/diagnostics/planted_layers.hpp"
#include "tests/training/diagnostics/planted_loss.hpp"

using namespace weir;
using namespace weir::test;

namespace {

GradcheckReport check_dense(DensePlant plant, bool skip = false) { return gradcheck(PlantedDense(3, plant, skip), {{3}}); }

}  // namespace

TEST_CASE("gradcheck: a right dense layer of a user passes") {
  check_right(check_dense(DensePlant::none));
  check_right(check_dense(DensePlant::none, true));
}

TEST_CASE("gradcheck: planted in dense and caught in the weight") {
  for (const DensePlant plant : {DensePlant::weight_sign, DensePlant::weight_transposed, DensePlant::weight_off_by_one_row,
                                 DensePlant::weight_first_sample, DensePlant::weight_per_batch, DensePlant::weight_accumulates,
                                 DensePlant::weight_in_float, DensePlant::weight_nearly, DensePlant::weight_stale_scratch}) {
    CAPTURE(static_cast<int>(plant));
    check_caught(check_dense(plant), "0.weight");
  }
}

TEST_CASE("gradcheck: planted in dense and caught in the bias") {
  for (const DensePlant plant : {DensePlant::bias_missing, DensePlant::bias_unwritten, DensePlant::bias_wrong_axis}) {
    CAPTURE(static_cast<int>(plant));
    check_caught(check_dense(plant), "0.bias");
  }
}

TEST_CASE("gradcheck: planted in dense and caught in the input") {
  for (const DensePlant plant : {DensePlant::input_twice, DensePlant::input_unwritten, DensePlant::input_detached,
                                 DensePlant::input_untransposed, DensePlant::input_accumulates, DensePlant::input_without_skip}) {
    CAPTURE(static_cast<int>(plant));
    check_caught(check_dense(plant), "input");
  }
}

TEST_CASE("gradcheck: a dropped last sample is caught") {
  const GradcheckReport report = check_dense(DensePlant::weight_dropped_last);
  CAPTURE(report);
  CHECK(!report.passed);
  CHECK((report.worst_eight_points.tensor == "0.weight" || report.worst_eight_points.tensor == "0.bias"));
}

TEST_CASE("gradcheck: a wrong input gradient is also caught in the parameters before it") {
  Graph graph;
  const Node x = graph.input({3}, Storage::compute, "x");
  const Node hidden = graph.add(PlantedDense(3), {x}, "right");
  graph.output(graph.add(PlantedDense(3, DensePlant::input_detached), {hidden}, "wrong"));
  const GradcheckReport report = gradcheck(graph);
  CAPTURE(report);
  CHECK(!report.passed);
  CHECK(report.worst_eight_points.tensor != "wrong.weight");
  CHECK(report.worst_eight_points.analytic == 0);
}

TEST_CASE("gradcheck: activations of a user pass with their right derivatives") {
  check_right(gradcheck(PlantedActivation(relu_of, [](double x, double, double dy) { return x > 0 ? dy : 0; }), {{5}}));
  check_right(gradcheck(PlantedActivation(relu_of, [](double, double y, double dy) { return y > 0 ? dy : 0; }), {{5}}));
  check_right(gradcheck(PlantedActivation(leaky_relu_of, [](double x, double, double dy) { return x > 0 ? dy : 0.3 * dy; }), {{5}}));
  check_right(gradcheck(PlantedActivation(tanh_of, [](double, double y, double dy) { return dy * (1 - y * y); }), {{5}}));
  check_right(gradcheck(PlantedActivation(sigmoid_of, [](double, double y, double dy) { return dy * y * (1 - y); }), {{5}}));
}

TEST_CASE("gradcheck: a ReLU mask that lets exactly zero through is caught") {
  const PlantedActivation relu(relu_of, [](double x, double, double dy) { return x >= 0 ? dy : 0; });
  const PlantedActivation leaky(leaky_relu_of, [](double x, double, double dy) { return x >= 0 ? dy : 0.3 * dy; });
  const PlantedActivation from_output(relu_of, [](double, double y, double dy) { return y >= 0 ? dy : 0; });
  check_caught(gradcheck(relu, {{5}}), "input", "It lies on a corner");
  check_caught(gradcheck(leaky, {{5}}), "input", "It lies on a corner");
  check_caught(gradcheck(from_output, {{5}}), "input");
}

TEST_CASE("gradcheck: the gradient on a corner is left open when zeros is false") {
  const PlantedActivation layer(relu_of, [](double x, double, double dy) { return x >= 0 ? dy : 0; });
  check_right(gradcheck(layer, {{5}}, {.zeros = false}));
}

TEST_CASE("gradcheck: planted in activations and caught") {
  const std::vector<PlantedActivation> plants = {
      {relu_of, [](double x, double, double dy) { return x < 0 ? dy : 0; }},                      // wrong side of 0
      {relu_of, [](double, double y, double dy) { return y * dy; }},                              // y instead of its sign
      {leaky_relu_of, [](double x, double, double dy) { return x > 0 ? dy : 0; }},                // no slope below 0
      {leaky_relu_of, [](double x, double, double dy) { return x > 0 ? dy : dy; }},               // slope 1 below 0
      {tanh_of, [](double x, double, double dy) { return dy * (1 - x * x); }},                    // from x instead of y
      {tanh_of, [](double, double y, double) { return 1 - y * y; }},                              // dy forgotten
      {sigmoid_of, [](double, double y, double dy) { return dy * y; }},                           // 1 - y forgotten
      {sigmoid_of, [](double, double y, double dy) { return dy * double(float(y * (1 - y))); }},  // in single precision
  };
  for (std::size_t i = 0; i < plants.size(); ++i) {
    CAPTURE(i);
    check_caught(gradcheck(plants[i], {{5}}), "input");
  }
}

TEST_CASE("gradcheck: a backward that reads what its plan did not ask for is caught") {
  const auto from_x = [](double x, double, double dy) { return dy / (std::cosh(x) * std::cosh(x)); };
  const auto from_y = [](double, double y, double dy) { return dy * (1 - y * y); };
  const auto liar = [](PlantedActivation::Backward backward, Needs needs, bool in_place = false) {
    return gradcheck(PlantedActivation(tanh_of, std::move(backward), needs, in_place), {{5}});
  };
  check_right(liar(from_x, Needs::x));
  check_right(liar(from_y, Needs::y));
  check_right(liar(from_y, Needs::y, true));
  check_right(liar(from_x, Needs::x, true));
  check_caught(liar(from_x, Needs::y, true), "input");
  check_caught(liar(from_x, Needs::y), "input");
  check_caught(liar(from_x, Needs::neither), "input");
  check_caught(liar(from_y, Needs::x), "input");
  check_caught(liar(from_y, Needs::neither), "input");
}

TEST_CASE("gradcheck: a wrong derivative only near the corner is not taken for the corner") {
  const PlantedActivation wrong(relu_of, [](double x, double, double dy) { return x > 0.5 ? dy : 0; });
  check_caught(gradcheck(wrong, {{9}}, {.batch = 8}), "input");
}

TEST_CASE("gradcheck: losses of a user pass when they are right and are caught when not") {
  for (const bool cross_entropy : {false, true}) {
    CAPTURE(cross_entropy);
    check_right(gradcheck(PlantedLoss(cross_entropy, LossPlant::none), {{4}, {4}}));
    check_right(gradcheck(PlantedLoss(cross_entropy, LossPlant::none), {{4}, {4}}, {.sample_weights = true}));
    for (const LossPlant plant : {LossPlant::sign, LossPlant::without_dy, LossPlant::first_sample}) {
      CAPTURE(static_cast<int>(plant));
      check_caught(gradcheck(PlantedLoss(cross_entropy, plant), {{4}, {4}}), "input");
    }
  }
  check_caught(gradcheck(PlantedLoss(true, LossPlant::without_target), {{4}, {4}}), "input");
  check_caught(gradcheck(PlantedLoss(false, LossPlant::without_count), {{4}, {4}}), "input");
  check_caught(gradcheck(PlantedLoss(false, LossPlant::half), {{4}, {4}}), "input");
}

TEST_CASE("gradcheck: layers of other kinds pass when they are right and are caught when not") {
  const auto both = [](auto make, const std::vector<Shape>& inputs, const std::string& tensor, GradcheckOptions options = {}) {
    check_right(gradcheck(make(false), inputs, options));
    check_caught(gradcheck(make(true), inputs, options), tensor);
  };
  both([](bool wrong) { return PlantedSoftmax(wrong); }, {{4}}, "input");
  both([](bool wrong) { return PlantedSoftmax(wrong, true); }, {{4}}, "input");
  both([](bool wrong) { return PlantedProduct(wrong); }, {{4}, {4}}, "input_1");
  both([](bool wrong) { return PlantedNeighbours(wrong); }, {{4}}, "input");
  both([](bool wrong) { return PlantedCentre(wrong); }, {{4}}, "input");
  both([](bool wrong) { return PlantedDropout(wrong); }, {{6}}, "input");
  both([](bool wrong) { return PlantedLookup(wrong); }, {{}}, "0.table", {.batch = 5, .indices = PlantedLookup::rows});
  both([](bool wrong) { return PlantedMaximum(wrong); }, {{4}, {4}}, "input_1", {.zeros = false});
}

TEST_CASE("gradcheck: a fused layer with a wrong gradient is caught in the fused graph") {
  check_right(gradcheck(sequential({4}, PlantedFusion(false), PlantedFusion(false))));
  const GradcheckReport report = gradcheck(sequential({4}, PlantedFusion(true), PlantedFusion(true)));
  check_caught(report, "input");
  CHECK(report.worst_eight_points.fused);
  CHECK(report.problem.find("fused graph") != std::string::npos);
}

TEST_CASE("gradcheck: a forward in single precision is refused not passed") {
  const auto rounded = [](double x) { return double(std::tanh(float(x))); };
  const GradcheckReport report = gradcheck(PlantedActivation(rounded, [](double, double y, double dy) { return dy * (1 - y * y); }), {{5}});
  CAPTURE(report);
  CHECK(!report.passed);
  CHECK(report.skipped > 0);
}

TEST_CASE("gradcheck: a forward with noise is refused not passed") {
  std::uint64_t calls = 0;
  const auto noisy = [&calls](double x) { return x * x + 1e-9 * random_normal(RandomKey{5}, calls++); };
  const GradcheckReport report = gradcheck(PlantedActivation(noisy, [](double x, double, double dy) { return 2 * x * dy; }), {{5}});
  CHECK(
      report.problem ==
      "gradcheck: too little was checked: 30 of 30 entries had to be skipped, 0 were compared by eight points: expected at most a share of "
      "0.1 skipped and some compared. Look for a forward that jumps or is not computed in double.");
}

TEST_CASE("gradcheck: a graph in which nothing can be checked fails") {
  const auto zero = [](double, double, double) { return 0.0; };
  CHECK(gradcheck(PlantedActivation([](double) { return 1.5; }, zero), {{5}}).problem ==
        "gradcheck: nothing was shown: every gradient is 0. Choose inputs on which the loss depends.");
  CHECK(gradcheck(PlantedActivation([](double) { return std::nan(""); }, zero), {{5}}).problem ==
        "gradcheck: the loss is nan, expected a finite number. Choose low and high to suit the layer.");
  CHECK_THROWS_WITH_AS(GradcheckReport().throw_if_failed(), "gradcheck: nothing was run. Call gradcheck.", NumericError);
}
