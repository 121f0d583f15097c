#pragma once

#include <memory>
#include <vector>
#include <weir/activations/activation.hpp>
#include <weir/layers/add.hpp>
#include <weir/layers/batch_norm.hpp>
#include <weir/layers/concat.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/dropout.hpp>
#include <weir/layers/embedding.hpp>
#include <weir/layers/flatten.hpp>
#include <weir/layers/layer_norm.hpp>
#include <weir/layers/log_softmax.hpp>
#include <weir/layers/mean_squared_error.hpp>
#include <weir/layers/multiply.hpp>
#include <weir/layers/prelu.hpp>
#include <weir/layers/reshape.hpp>
#include <weir/layers/rms_norm.hpp>
#include <weir/layers/softmax.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>
#include <weir/training/gradcheck.hpp>

#include "tests/training/all_losses.hpp"

namespace weir::test {

// A layer, the shapes of its inputs, and options for gradcheck.
struct LayerCase {
  std::shared_ptr<const Layer> layer;
  std::vector<Shape> inputs;
  GradcheckOptions options = {};
};

// Every layer, activation and loss, with options.
inline std::vector<LayerCase> all_layers() {
  std::vector<LayerCase> cases = {
      {make_layer(Dense(3)), {{4}}},
      {make_layer(Dense(1)), {{1}}},
      {make_layer(Dense(3, {.bias = false})), {{4}}},
      {make_layer(Dense(2)), {{2, 3}}},
      {make_layer(Dense(2)), {{2, 1, 3}}, {.batch = 1}},
      {make_layer(Dense(2)), {{3}}, {.batch = 40, .max_entries = 30}},
      {make_layer(Flatten()), {{2, 3}}},
      {make_layer(Flatten()), {Shape{}}},
      {make_layer(Add()), {{4}, {4}}},
      {make_layer(Add()), {{2, 2}, {2, 2}, {2, 2}}},
      {make_layer(Concat()), {{2}, {3}}},
      {make_layer(Concat()), {{2, 1}, {2, 3}, {2, 2}}},
      {make_layer(Multiply()), {{4}, {4}}},
      {make_layer(Multiply()), {{2, 2}, {2, 2}, {2, 2}}},
      {make_layer(Reshape({3, 2})), {{6}}},
      {make_layer(Reshape(Shape{})), {{1}}},
      {make_layer(PReLU()), {{5}}},
      {make_layer(PReLU(3, -0.5)), {{3, 2}}},
      {make_layer(Softmax()), {{5}}},
      {make_layer(Softmax()), {{2, 3}}},
      {make_layer(LogSoftmax()), {{5}}},
      {make_layer(LogSoftmax()), {{2, 3}}},
      {make_layer(Dropout()), {{6}}},
      {make_layer(Dropout(0.1)), {{2, 3}}, {.batch = 5}},
      {make_layer(BatchNorm()), {{4}}, {.batch = 6}},
      {make_layer(BatchNorm({.eps = 0.1, .affine = false})), {{3}}},
      {make_layer(LayerNorm()), {{6}}, {.low = -3, .high = 9}},
      {make_layer(LayerNorm({.eps = 0.1, .elementwise_affine = false})), {{2, 4}}},
      {make_layer(RMSNorm()), {{6}}},
      {make_layer(RMSNorm({.eps = 0.1, .elementwise_affine = false})), {{2, 4}}},
      {make_layer(Embedding(3, 4)), {Shape{}}, {.batch = 7, .indices = 3}},
      {make_layer(Embedding(3, 2)), {{4}}, {.indices = 3}},
      {make_layer(LeakyReLU{0.3}), {{5}}},
      {make_layer(LeakyReLU{-0.5}), {{5}}},
      {make_layer(SoftmaxCrossEntropy()), {{4}, {}}},
      {make_layer(SoftmaxCrossEntropy()), {{4}, {4}}},
      {make_layer(SoftmaxCrossEntropy()), {{2, 4}, {2}}},
      {make_layer(SoftmaxCrossEntropy()), {{2, 4}, {2, 4}}},
      {make_layer(SoftmaxCrossEntropy()), {{4}, {}}, {.sample_weights = true}},
      {make_layer(MeanSquaredError()), {{4}, {4}}},
      {make_layer(MeanSquaredError()), {{2, 3}, {2, 3}}},
      {make_layer(MeanSquaredError()), {{4}, {4}}, {.sample_weights = true}},
  };
  for (const LossCase& loss : all_losses()) cases.push_back({loss.loss, loss.shapes, loss.options});
  for (const ActivationFunction& function : all_activations()) {
    cases.push_back({make_layer(function), {{5}}});
    cases.push_back({make_layer(function), {{2, 3}}, {.low = -20, .high = 20}});
  }
  return cases;
}

}  // namespace weir::test
