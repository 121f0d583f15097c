// Layers and losses on a device against the CPU: forward and backward of one layer at a time.

#include <weir/activations/activation.hpp>
#include <weir/layers/add.hpp>
#include <weir/layers/binary_cross_entropy.hpp>
#include <weir/layers/binary_cross_entropy_with_logits.hpp>
#include <weir/layers/concat.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/flatten.hpp>
#include <weir/layers/hinge.hpp>
#include <weir/layers/huber.hpp>
#include <weir/layers/kl_divergence.hpp>
#include <weir/layers/mean_absolute_error.hpp>
#include <weir/layers/mean_squared_error.hpp>
#include <weir/layers/poisson.hpp>
#include <weir/layers/smooth_l1.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>

#include "tests/gpu/layer_parity.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("cuda: dense with and without a bias") {
  if (!device_here()) return;
  compare_all(Dense(10), {{17}});
  compare_all(Dense(10, {.bias = false}), {{17}});
  compare_all(Dense(1), {{1}});
  compare_all(Dense(33), {{3, 5}});
}

TEST_CASE("cuda: dense with every activation absorbed") {
  if (!device_here()) return;
  for (const ActivationFunction& f : all_activations()) {
    for (const bool bias : {true, false}) {
      const std::shared_ptr<const Layer> fused = Dense(19, {.bias = bias}).absorb(Activation(f));
      REQUIRE(fused);
      for (const DType dtype : compute_types) {
        for (const std::int64_t batch : {1, 33, 100}) compare(fused, {{21}}, batch, dtype, sum_bound(dtype), [](LayerRunner&) {});
      }
    }
  }
}

TEST_CASE("cuda: a NaN in a sample stays in that sample of a dense relu") {
  if (!device_here()) return;
  const std::shared_ptr<const Layer> fused = Dense(5).absorb(Activation(ReLU()));
  LayerRunner device(fused, {{4}}, {.batch = 3, .device = gpu});
  device.randomize();
  std::vector<double> x(12, 0.5);
  x[5] = nan_value;
  device.set_x(x);
  device.forward();
  const std::vector<double> y = numbers(device.y());
  for (std::size_t i = 0; i < y.size(); ++i) CHECK(std::isnan(y[i]) == (i / 5 == 1));
}

TEST_CASE("cuda: dense without wanted gradients leaves them alone") {
  if (!device_here()) return;
  LayerRunner device(Dense(5), {{4}}, {.batch = 3, .device = gpu});
  device.randomize();
  device.forward();
  device.skip_dx();
  CHECK_NOTHROW(device.backward());
  CHECK(difference(device.dparameter(0), device.dparameter(0)) == 0);
  device.skip_dparameters();
  CHECK_NOTHROW(device.backward());
}

TEST_CASE("cuda: every activation as a layer") {
  if (!device_here()) return;
  for (const ActivationFunction& f : all_activations()) compare_all(Activation(f), {{13}}, 0.1);
}

TEST_CASE("cuda: add of two and three and many inputs") {
  if (!device_here()) return;
  for (const std::size_t inputs : {2U, 3U, 5U, 9U}) compare_all(Add(), std::vector<Shape>(inputs, Shape{11}), 0);
}

TEST_CASE("cuda: concat of unequal widths") {
  if (!device_here()) return;
  compare_all(Concat(), {{3}, {1}, {10}}, 0);
  compare_all(Concat(), {{2, 3}, {2, 4}}, 0);
}

TEST_CASE("cuda: flatten") {
  if (!device_here()) return;
  compare_all(Flatten(), {{4, 7}}, 0);
}

TEST_CASE("cuda: mean squared error") {
  if (!device_here()) return;
  compare_all(MeanSquaredError(), {{1}, {1}});
  compare_all(MeanSquaredError(), {{300}, {300}});
  compare_all(MeanSquaredError(), {{}, {}});
}

TEST_CASE("cuda: every loss that compares element by element") {
  if (!device_here()) return;
  // Outputs in [0.1, 0.9] and targets in [0, 1] are valid for all of these losses.
  const auto numbers_between = [](std::int64_t count, double low, double high) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < count; ++i) values.push_back(low + (high - low) * static_cast<double>(i * 37 % 101) / 100);
    return values;
  };
  for (const Reduction reduction : {Reduction::mean, Reduction::sum}) {
    const std::shared_ptr<const Layer> losses[] = {make_layer(MeanAbsoluteError({.reduction = reduction})),
                                                   make_layer(MeanSquaredError({.reduction = reduction})),
                                                   make_layer(Huber({.reduction = reduction})),
                                                   make_layer(SmoothL1({.reduction = reduction})),
                                                   make_layer(Hinge({.reduction = reduction})),
                                                   make_layer(BinaryCrossEntropy({.reduction = reduction})),
                                                   make_layer(KLDivergence({.reduction = reduction})),
                                                   make_layer(BinaryCrossEntropyWithLogits({.reduction = reduction})),
                                                   make_layer(PoissonNegativeLogLikelihood({.reduction = reduction}))};
    for (const auto& loss : losses) {
      for (const DType dtype : compute_types) {
        compare(loss, {{33}, {33}}, 5, dtype, sum_bound(dtype), [&](LayerRunner& run) {
          run.set_x(numbers_between(5 * 33, 0.1, 0.9));
          run.set_x(numbers_between(5 * 33, 0, 1), 1);
        });
      }
    }
  }
}

TEST_CASE("cuda: mean squared error of NaN and infinity") {
  if (!device_here()) return;
  const auto prepare = [](LayerRunner& run) { run.set_x({nan_value, 1, infinity, 2, 0, 0}); };
  compare(make_layer(MeanSquaredError()), {{2}, {2}}, 3, DType::f32, 1e-6, prepare);
}

TEST_CASE("cuda: softmax cross entropy with labels") {
  if (!device_here()) return;
  for (const DType dtype : compute_types) {
    for (const std::int64_t classes : {1, 2, 10, 32, 33, 1000}) {
      for (const std::int64_t batch : {1, 5, 64, 300}) {
        compare(make_layer(SoftmaxCrossEntropy()), {{classes}, {}}, batch, dtype, sum_bound(dtype),
                [&](LayerRunner& run) { run.set_x(labels(batch, classes), 1); });
      }
    }
  }
}

TEST_CASE("cuda: softmax cross entropy with probabilities") {
  if (!device_here()) return;
  for (const DType dtype : compute_types) {
    for (const std::int64_t classes : {2, 10, 100}) {
      compare(make_layer(SoftmaxCrossEntropy()), {{classes}, {classes}}, 7, dtype, sum_bound(dtype),
              [&](LayerRunner& run) { run.set_x(probabilities(7, classes), 1); });
    }
  }
}

TEST_CASE("cuda: softmax cross entropy over several positions") {
  if (!device_here()) return;
  for (const DType dtype : compute_types) {
    compare(make_layer(SoftmaxCrossEntropy()), {{4, 10}, {4}}, 6, dtype, sum_bound(dtype),
            [](LayerRunner& run) { run.set_x(labels(24, 10), 1); });
  }
}

TEST_CASE("cuda: softmax cross entropy of logits that are huge or not finite") {
  if (!device_here()) return;
  const std::vector<double> logits = {1e4, -1e4, 0, 3.4e38, -3.4e38, 0, nan_value, 1, 2, -infinity, 1, 2, infinity, 1, 2, 88, -88, 1};
  compare(make_layer(SoftmaxCrossEntropy()), {{3}, {}}, 6, DType::f32, 1e-6, [&](LayerRunner& run) {
    run.set_x(logits);
    run.set_x(labels(6, 3), 1);
  });
}

TEST_CASE("cuda: a label outside the classes reads nothing and makes the loss NaN") {
  if (!device_here() || device_is_stand_in()) return;
  LayerRunner run(SoftmaxCrossEntropy(), {{3}, {}}, {.batch = 3, .device = gpu});
  run.randomize();
  run.set_x({0, 3, -1}, 1);
  run.forward();
  run.backward();
  const std::vector<double> y = numbers(run.y()), dx = numbers(run.dx());
  CHECK(std::isfinite(y[0]));
  CHECK(std::isnan(y[1]));
  CHECK(std::isnan(y[2]));
  CHECK(std::isfinite(dx[0]));
  CHECK(std::isnan(dx[3]));
}
