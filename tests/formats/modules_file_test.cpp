// Saves and loads a model with every kind of layer that has parameters, state or options.

#include <doctest/doctest.h>

#include <weir/activations/activation.hpp>
#include <weir/core/error.hpp>
#include <weir/formats/load.hpp>
#include <weir/formats/save.hpp>
#include <weir/layers/add.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/residual.hpp>

#include "tests/layers/every_layer.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir;
using namespace weir::test;

namespace {

Graph network() {
  Graph graph;
  const Node words = graph.input({2}, Storage::i32, "words"), x = graph.input({6}, Storage::compute, "x");
  Node node = graph.add(Multiply(), {graph.add(Reshape({6}), {graph.add(Embedding(4, 3), {words})}), x});
  const std::shared_ptr<const Layer> layers[] = {make_layer(BatchNorm()), make_layer(PReLU(6, 0.5)), make_layer(Dropout(0.25)),
                                                 make_layer(LayerNorm()), make_layer(RMSNorm({.eps = 0.5}))};
  for (const auto& layer : layers) node = graph.add(layer, {node});
  node =
      Residual(Dense(6, {.weight = Initializer::orthogonal(2), .bias_initializer = Initializer::truncated_normal(0, 1)}), HardTanh{-2, 0.5})
          .append_to(graph, node);
  graph.output(graph.add(Softmax(), {node}));
  graph.output(graph.add(LogSoftmax(), {node}));
  return graph;
}

}  // namespace

TEST_CASE("files: a model of every layer comes back with its parameters and running statistics and options") {
  Model model(network(), {.seed = 4});
  for (float& value : model.state("3.running_mean").values<float>()) value = 0.25F;
  const TemporaryFolder folder;
  save(model, folder / "model");
  Model again = load_model(folder / "model");
  CHECK(bits(again.parameter_arena()) == bits(model.parameter_arena()));
  CHECK(bits(again.state_arena()) == bits(model.state_arena()));
  const Tensor words = Tensor::from<std::int32_t>({0, 3, 2, 2, 1, 0}, Shape{3, 2});
  Tensor x(Shape{3, 6});
  Initializer::normal(0, 1).fill(x, RandomKey{9});
  const ConstTensorView inputs[] = {words, x};
  const auto y = model.forward(inputs), again_y = again.forward(inputs);
  for (std::size_t i = 0; i < 2; ++i) CHECK(bits(y[i]) == bits(again_y[i]));
  for (std::size_t i = 0; i < model.graph().entries().size(); ++i) {
    const auto &layer = model.graph().entries()[i].layer, &same = again.graph().entries()[i].layer;
    if (layer) CHECK(layer->config() == same->config());
  }
  save(again, folder / "again");
  CHECK(read_bytes(folder / "again") == read_bytes(folder / "model"));
}

TEST_CASE("files: a lambda is refused when it is saved and no file is made") {
  const Model model(sequential({3}, square()));
  const TemporaryFolder folder;
  const std::string message =
      (folder / "model").string() +
      ": cannot be saved: lambda: holds functions, which no file can. Write a subclass of weir::Layer and register it "
      "with weir::register_layer().";
  CHECK_THROWS_WITH_AS(save(model, folder / "model"), message.c_str(), ConfigError);
  CHECK(!std::filesystem::exists(folder / "model"));
}
