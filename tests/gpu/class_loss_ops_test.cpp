// Losses of class labels on a device against the CPU: options, weights, labels to be ignored.

#include <weir/layers/binary_cross_entropy_with_logits.hpp>
#include <weir/layers/multi_margin.hpp>
#include <weir/layers/negative_log_likelihood.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>

#include "layers/losses/class_targets_ops.hpp"
#include "tests/gpu/layer_parity.hpp"

using namespace weir;
using namespace weir::test;

namespace {

std::vector<double> weights_of(std::int64_t classes) {
  std::vector<double> weights;
  for (std::int64_t i = 0; i < classes; ++i) weights.push_back(static_cast<double>(i * 3 % 5) / 2);
  return weights;
}

constexpr Reduction reductions[] = {Reduction::mean, Reduction::sum, Reduction::batch_mean};

// With labels: one position per sample and several.
void compare_with_labels(const std::shared_ptr<const Layer>& loss, std::int64_t classes) {
  for (const DType dtype : compute_types) {
    for (const std::int64_t batch : {1, 5, 64}) {
      compare(loss, {{classes}, {}}, batch, dtype, sum_bound(dtype), [&](LayerRunner& run) { run.set_x(labels(batch, classes), 1); });
      compare(loss, {{3, classes}, {3}}, batch, dtype, sum_bound(dtype),
              [&](LayerRunner& run) { run.set_x(labels(batch * 3, classes), 1); });
    }
  }
}

}  // namespace

TEST_CASE("cuda: softmax cross entropy with every option") {
  if (!device_here()) return;
  for (const std::int64_t classes : {2, 10, 33, 300}) {
    for (const Reduction reduction : reductions) {
      compare_with_labels(make_layer(SoftmaxCrossEntropy({.label_smoothing = 0.2, .reduction = reduction})), classes);
      compare_with_labels(make_layer(SoftmaxCrossEntropy({.weight = weights_of(classes), .ignore_index = 1, .reduction = reduction})),
                          classes);
    }
  }
}

TEST_CASE("cuda: softmax cross entropy of probabilities with weights and smoothing") {
  if (!device_here()) return;
  for (const DType dtype : compute_types) {
    for (const Reduction reduction : reductions) {
      LayerRunner host(SoftmaxCrossEntropy({.label_smoothing = 0.1, .weight = weights_of(20), .reduction = reduction}), {{20}, {20}},
                       {.batch = 7, .dtype = dtype});
      LayerRunner device(SoftmaxCrossEntropy({.label_smoothing = 0.1, .weight = weights_of(20), .reduction = reduction}), {{20}, {20}},
                         {.batch = 7, .dtype = dtype, .device = gpu});
      for (LayerRunner* run : {&host, &device}) {
        run->randomize();
        run->set_x(probabilities(7, 20), 1);
        run->skip_dx(1);
        run->forward();
        run->backward();
      }
      CHECK(difference(device.y(), host.y()) <= sum_bound(dtype));
      CHECK(difference(device.dx(), host.dx()) <= sum_bound(dtype));
    }
  }
}

TEST_CASE("cuda: negative log likelihood and multi margin with every option") {
  if (!device_here()) return;
  for (const std::int64_t classes : {1, 2, 10, 33, 300}) {
    for (const Reduction reduction : reductions) {
      compare_with_labels(make_layer(NegativeLogLikelihood({.reduction = reduction})), classes);
      compare_with_labels(make_layer(NegativeLogLikelihood({.weight = weights_of(classes), .ignore_index = 0, .reduction = reduction})),
                          classes);
      compare_with_labels(make_layer(MultiMargin({.reduction = reduction})), classes);
      compare_with_labels(make_layer(MultiMargin({.p = 2, .margin = 0.5, .weight = weights_of(classes), .reduction = reduction})), classes);
    }
  }
}

TEST_CASE("cuda: binary cross entropy with a weight for each output") {
  if (!device_here()) return;
  for (const std::int64_t outputs : {2, 33, 300}) {
    std::vector<double> weights = weights_of(outputs);
    for (double& weight : weights) weight += 0.5;
    for (const Reduction reduction : reductions) {
      const auto loss = make_layer(BinaryCrossEntropyWithLogits({.pos_weight = weights, .reduction = reduction}));
      for (const DType dtype : compute_types) {
        for (const std::int64_t batch : {0, 1, 7}) {
          compare(loss, {{outputs}, {outputs}}, batch, dtype, sum_bound(dtype), [](LayerRunner&) {});
          compare(loss, {{2, outputs}, {2, outputs}}, batch, dtype, sum_bound(dtype), [](LayerRunner&) {});
        }
      }
    }
  }
}

TEST_CASE("cuda: a batch of nothing has no loss of its labels") {
  if (!device_here()) return;
  for (const auto& loss :
       {make_layer(SoftmaxCrossEntropy({.label_smoothing = 0.2})), make_layer(NegativeLogLikelihood()), make_layer(MultiMargin())}) {
    for (const DType dtype : compute_types) compare(loss, {{4}, {}}, 0, dtype, 0, [](LayerRunner&) {});
  }
}

TEST_CASE("cuda: a batch of which no label counts has loss and gradient 0") {
  if (!device_here()) return;
  for (const auto& loss : {make_layer(SoftmaxCrossEntropy({.ignore_index = 2})), make_layer(NegativeLogLikelihood({.ignore_index = 2}))}) {
    LayerRunner device(loss, {{4}, {}}, {.batch = 3, .device = gpu});
    device.randomize();
    device.set_x({2, 2, 2}, 1);
    device.forward();
    device.backward();
    for (const double value : numbers(device.y())) CHECK(value == 0);
    for (const double value : numbers(device.dx())) CHECK(value == 0);
  }
}

TEST_CASE("cuda: scores that are not finite make the losses that they make on the CPU") {
  if (!device_here()) return;
  const std::vector<double> scores = {nan_value, 1, 2, infinity, 1, 2, -infinity, 1, 2, 1e30, -1e30, 0};
  for (const auto& loss : {make_layer(MultiMargin()), make_layer(MultiMargin({.p = 2})), make_layer(NegativeLogLikelihood()),
                           make_layer(SoftmaxCrossEntropy({.weight = {1, 2, 3}}))}) {
    for (const DType dtype : compute_types) {
      compare(loss, {{3}, {}}, 4, dtype, sum_bound(dtype), [&](LayerRunner& run) {
        run.set_x(scores);
        run.set_x({1, 0, 0, 2}, 1);
      });
    }
  }
}

TEST_CASE("cuda: a label that is no class reads nothing and makes NaN in every loss of labels") {
  if (!device_here() || device_is_stand_in()) return;
  for (const auto& loss : {make_layer(SoftmaxCrossEntropy({.label_smoothing = 0.1, .reduction = Reduction::sum})),
                           make_layer(NegativeLogLikelihood({.weight = {1, 2, 3}, .reduction = Reduction::sum})),
                           make_layer(MultiMargin({.weight = {1, 2, 3}}))}) {
    LayerRunner run(loss, {{3}, {}}, {.batch = 3, .device = gpu});
    run.randomize();
    run.set_x({0, 3, -1}, 1);
    run.forward();
    run.backward();
    const std::vector<double> y = numbers(run.y()), dx = numbers(run.dx());
    for (std::size_t i = 0; i < 3; ++i) CHECK(std::isnan(y[i]) == (i > 0));
    for (std::size_t i = 0; i < 9; ++i) CHECK(std::isnan(dx[i]) == (i >= 3));
  }
}
