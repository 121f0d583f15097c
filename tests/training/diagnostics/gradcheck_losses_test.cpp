// Losses against finite differences: with networks before them, gradients of targets, and wrong gradients planted in each.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>
#include <weir/activations/activation.hpp>
#include <weir/layers/dense.hpp>

#include "tests/training/all_losses.hpp"
#include "tests/training/diagnostics/planted_rows.hpp"

using namespace weir;
using namespace weir::test;

namespace {

void check(const GradcheckReport& report) {
  CAPTURE(report);
  CHECK(report.passed);
  CHECK(report.checked > 0);
  CHECK(report.skipped == 0);
}

using Element = double (*)(double x, double t);

// A loss that is the sum of f over elements, with the given derivative.
RowLoss elements(Element f, Element slope) {
  return RowLoss(
      [f](RowLoss::Row x, RowLoss::Row t) {
        double sum = 0;
        for (std::size_t i = 0; i < x.size(); ++i) sum += f(x[i], t[i]);
        return sum;
      },
      [slope](RowLoss::Row x, RowLoss::Row t, std::span<double> dx) {
        for (std::size_t i = 0; i < x.size(); ++i) dx[i] = slope(x[i], t[i]);
      });
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double softplus(double x) { return std::log1p(std::exp(x)); }

std::size_t label_of(RowLoss::Row t) { return static_cast<std::size_t>(std::max_element(t.begin(), t.end()) - t.begin()); }

// Plain implementations of the multi-class hinge loss and the cross entropy; arguments leave out parts of the gradients.
RowLoss margin(bool label_forgotten) {
  return RowLoss(
      [](RowLoss::Row x, RowLoss::Row t) {
        double sum = 0;
        for (std::size_t j = 0; j < x.size(); ++j) sum += j == label_of(t) ? 0 : std::max(0.0, 1 - x[label_of(t)] + x[j]);
        return sum;
      },
      [label_forgotten](RowLoss::Row x, RowLoss::Row t, std::span<double> dx) {
        const std::size_t label = label_of(t);
        double sum = 0;
        for (std::size_t j = 0; j < x.size(); ++j) sum += dx[j] = j != label && 1 - x[label] + x[j] > 0 ? 1 : 0;
        dx[label] = label_forgotten ? 0 : -sum;
      });
}

RowLoss smoothed_entropy(double smoothing_in_slope) {
  constexpr double smoothing = 0.2;
  const auto share = [](RowLoss::Row t, std::size_t j, double s) {
    return (j == label_of(t) ? 1 - s : 0) + s / static_cast<double>(t.size());
  };
  return RowLoss(
      [share](RowLoss::Row x, RowLoss::Row t) {
        double all = 0, y = 0;
        for (const double value : x) all += std::exp(value);
        for (std::size_t j = 0; j < x.size(); ++j) y += share(t, j, smoothing) * (std::log(all) - x[j]);
        return y;
      },
      [share, smoothing_in_slope](RowLoss::Row x, RowLoss::Row t, std::span<double> dx) {
        double all = 0;
        for (const double value : x) all += std::exp(value);
        for (std::size_t j = 0; j < x.size(); ++j) dx[j] = std::exp(x[j]) / all - share(t, j, smoothing_in_slope);
      });
}

void check_plant(const RowLoss& right, const RowLoss& wrong, const GradcheckOptions& options = {}) {
  const std::vector<Shape> shapes = {{4}, {4}};
  check(gradcheck(right, shapes, options));
  const GradcheckReport report = gradcheck(wrong, shapes, options);
  CAPTURE(report);
  CHECK(!report.passed);
  CHECK(report.problem.starts_with("gradcheck: input["));
  CHECK(report.problem.find("Correct the backward") != std::string::npos);
}

}  // namespace

TEST_CASE("gradcheck: every loss behind a network") {
  for (const LossCase& c : all_losses()) {
    CAPTURE(c.loss->describe());
    Graph graph;
    Node node = graph.input({3});
    for (int layer = 0; layer < 2; ++layer) node = graph.add(Tanh(), {graph.add(Dense(5), {node})});
    // The sigmoid gives outputs in the range of probabilities and rates.
    node = graph.add(Sigmoid(), {graph.add(Dense(c.shapes[0].last()), {node})});
    graph.output(node);
    if (c.shapes[0].rank() != 1) continue;
    GradcheckOptions options;
    LossTerm term{MeanSquaredError()};
    term.loss = c.loss;
    options.loss = {term};
    options.targets = {c.shapes[1]};
    check(gradcheck(graph, options));
  }
}

TEST_CASE("gradcheck: elementwise losses have the gradient of their targets") {
  for (const LossCase& c : all_losses()) {
    if (c.shapes[0] != c.shapes[1] || c.loss->type() == "softmax_cross_entropy") continue;
    CAPTURE(c.loss->describe());
    Graph graph;
    const Node output = graph.input(c.shapes[0], Storage::compute, "output");
    graph.output(graph.add_layer(c.loss, {output, graph.input(c.shapes[1], Storage::compute, "target")}));
    check(gradcheck(graph, {.low = 0.1, .high = 0.9}));
  }
  Graph graph;  // covers Stirling's term, for targets above 1
  const Node output = graph.input({4}, Storage::compute, "output");
  graph.output(graph.add(PoissonNegativeLogLikelihood({.full = true}), {output, graph.input({4}, Storage::compute, "target")}));
  check(gradcheck(graph, {.low = 1.2, .high = 3}));
}

TEST_CASE("gradcheck: planted in elementwise losses and caught") {
  const auto square = [](double x, double t) { return (x - t) * (x - t); };
  check_plant(elements(square, [](double x, double t) { return 2 * (x - t); }), elements(square, [](double x, double t) { return x - t; }));
  const auto size = [](double x, double t) { return std::abs(x - t); };
  check_plant(elements(size, [](double x, double t) { return x > t ? 1.0 : -1.0; }),
              elements(size, [](double x, double t) { return x > t ? -1.0 : 1.0; }));
  check_plant(elements(size, [](double x, double t) { return x > t ? 1.0 : -1.0; }), elements(size, [](double, double) { return 1.0; }));
  const auto huber = [](double x, double t) { return std::abs(x - t) < 0.5 ? (x - t) * (x - t) / 2 : 0.5 * (std::abs(x - t) - 0.25); };
  const auto clamp = [](double x, double t) { return std::clamp(x - t, -0.5, 0.5); };
  check_plant(elements(huber, clamp), elements(huber, [](double x, double t) { return x - t; }));
  check_plant(elements(huber, clamp), elements(huber, [](double x, double t) { return std::clamp(x - t, -1.0, 1.0); }));
  const auto hinge = [](double x, double t) { return std::max(0.0, 1 - t * x); };
  const auto masked = [](double x, double t) { return t * x < 1 ? -t : 0; };
  check_plant(elements(hinge, masked), elements(hinge, [](double, double t) { return -t; }), {.high = 20});
  check_plant(elements(hinge, masked), elements(hinge, [](double x, double t) { return t * x < 1 ? -x : 0; }));
  const auto entropy = [](double x, double t) { return -t * std::log(x) - (1 - t) * std::log(1 - x); };
  check_plant(elements(entropy, [](double x, double t) { return (x - t) / (x * (1 - x)); }),
              elements(entropy, [](double x, double t) { return x - t; }), {.low = 0.05, .high = 0.95, .zeros = false});
  const auto logits = [](double x, double t) { return 2 * t * softplus(-x) + (1 - t) * softplus(x); };
  check_plant(elements(logits, [](double x, double t) { return (1 - t) * sigmoid(x) - 2 * t * sigmoid(-x); }),
              elements(logits, [](double x, double t) { return sigmoid(x) - t; }));
  const auto divergence = [](double x, double t) { return t * (std::log(t) - x); };
  check_plant(elements(divergence, [](double, double t) { return -t; }), elements(divergence, [](double x, double t) { return -t * x; }));
  const auto poisson = [](double x, double t) { return std::exp(x) - t * x; };
  check_plant(elements(poisson, [](double x, double t) { return std::exp(x) - t; }),
              elements(poisson, [](double x, double) { return std::exp(x); }));
}

TEST_CASE("gradcheck: planted in class losses and caught") {
  check_plant(margin(false), margin(true));
  check_plant(smoothed_entropy(0.2), smoothed_entropy(0));
  check_plant(smoothed_entropy(0.2), smoothed_entropy(0.1));
}
