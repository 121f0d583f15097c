#include <doctest/doctest.h>

#include <algorithm>
#include <thread>
#include <vector>
#include <weir/activations/activation.hpp>
#include <weir/core/error.hpp>
#include <weir/core/registry.hpp>
#include <weir/layers/add.hpp>
#include <weir/layers/concat.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/flatten.hpp>
#include <weir/layers/mean_squared_error.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>

#include "tests/layers/every_layer.hpp"
#include "tests/training/all_losses.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("builtin layers: each is built again from its type and config") {
  std::vector<std::shared_ptr<const Layer>> layers{
      make_layer(Add()),     make_layer(Concat()),           make_layer(Dense(3, {.bias = false})), make_layer(Dense(4)),
      make_layer(Flatten()), make_layer(MeanSquaredError()), make_layer(SoftmaxCrossEntropy()),     make_layer(Activation(LeakyReLU{0.5}))};
  for (const LossCase& loss : all_losses()) layers.push_back(loss.loss);
  for (const ActivationFunction& f : all_activations()) layers.push_back(make_layer(Activation(f)));
  for (const test::Sample& sample : test::every_layer()) {
    if (sample.layer->type() != "lambda") layers.push_back(sample.layer);
  }
  layers.push_back(make_layer(BatchNorm({.eps = 0.5, .momentum = 0.25, .affine = false})));
  layers.push_back(make_layer(LayerNorm({.eps = 0.5})));
  layers.push_back(make_layer(RMSNorm({.eps = 0.5})));
  layers.push_back(make_layer(PReLU(3, -0.5)));
  for (const auto& layer : layers) {
    CAPTURE(layer->describe());
    const std::unique_ptr<Layer> again = make_registered_layer(layer->type(), layer->config());
    REQUIRE(again != nullptr);
    CHECK(again->type() == layer->type());
    CHECK(again->config() == layer->config());
    CHECK(again->describe() == layer->describe());
    Config misspelt = layer->config();
    misspelt.set("epz", 1.0);
    CHECK_THROWS_WITH_AS(make_registered_layer(layer->type(), misspelt), doctest::Contains("'epz'"), ConfigError);
  }
}

TEST_CASE("builtin layers: an option that there is not or that is missing is named with its layer") {
  const auto refusal = [](const char* type, const Config& config) -> std::string {
    try {
      make_registered_layer(type, config);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "made";
  };
  CHECK(refusal("batch_norm", Config()) == "batch_norm: the option 'eps' is missing.");
  CHECK(refusal("dropout", Config().set("p", std::string("half"))) == "dropout: the option 'p' is of another kind, expected a number.");
  CHECK(refusal("dropout", Config().set("p", 0.5).set("q", 0.5)) == "dropout: has no option 'q', expected one of: p.");
  CHECK(refusal("flatten", Config().set("p", 0.5)) == "flatten: has no option 'p', expected none. Leave it out.");
  CHECK(refusal("softmax_cross_entropy", Config().set("smoothing", 0.1)) ==
        "softmax_cross_entropy: has no option 'smoothing', expected one of: label_smoothing, weight, ignore_index, reduction.");
  CHECK(refusal("mean_squared_error", Config().set("reduction", std::string("average"))) ==
        "mean_squared_error: the option 'reduction' is 'average', expected one of: mean, sum, batch_mean.");
}

TEST_CASE("builtin layers: made and registered from several threads at once") {
  std::vector<std::thread> threads;
  std::vector<int> made(4);
  for (std::size_t i = 0; i < made.size(); ++i) {
    threads.emplace_back([&made, i] {
      const std::string own = "layers_test.thread" + std::to_string(i);
      register_layer(own, [](const Config&) { return std::make_unique<Flatten>(); });
      for (int n = 0; n < 100; ++n) made[i] += make_registered_layer(n % 2 == 0 ? own : "flatten", {})->type() == "flatten" ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(made == std::vector<int>(4, 100));
}

TEST_CASE("builtin layers: their names are taken") {
  CHECK_THROWS_WITH_AS(register_layer("dense", [](const Config&) { return std::make_unique<Flatten>(); }),
                       "register_layer: 'dense' is registered already. Choose another type name.", ConfigError);
}
