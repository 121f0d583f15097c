// Training gives the same bits for any number of threads.

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <weir/core/registry.hpp>
#include <weir/core/threads.hpp>
#include <weir/layers/batch_norm.hpp>
#include <weir/layers/dropout.hpp>
#include <weir/layers/layer_norm.hpp>
#include <weir/layers/reshape.hpp>
#include <weir/training/fit.hpp>

#include "tests/training/all_losses.hpp"
#include "tests/training/optimizers/all_optimizers.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// Runs `train` with 1 thread, then with 2, 3 and 4, and compares; restores the number of threads.
template <class Train>
void check_threads(Train&& train) {
  const int before = num_threads();
  set_num_threads(1);
  const Snapshot one = train();
  for (const int threads : {2, 3, 4}) {
    CAPTURE(threads);
    set_num_threads(threads);
    CHECK(train() == one);
  }
  set_num_threads(before);
}

// Larger than the tiles into which work is cut: 44,000 parameters, batches of 150.
Graph network(const Shape& output, bool inside) {
  Graph graph;
  Node node = graph.input({60});
  node = graph.add(Dropout(0.2), {graph.add(ReLU(), {graph.add(BatchNorm(), {graph.add(Dense(170), {node})})})});
  node = graph.add(GELU(), {graph.add(LayerNorm(), {graph.add(Dense(170), {node})})});
  node = graph.add(Dense(output.elements()), {node});
  if (inside) node = graph.add(Sigmoid(), {node});
  if (output.rank() != 1) node = graph.add(Reshape(output), {node});
  graph.output(node);
  return graph;
}

constexpr std::int64_t samples = 320;  // batches of 150, 150 and 20

// Targets in the domain of a loss: labels; probabilities of sum 1 that are all 0 or 1; or, for a hinge, -1 and 1.
Dataset targets_for(const LossCase& c) {
  const Shape shapes[] = {c.shapes[0], c.shapes[1]};
  const LayerPlan plan = c.loss->infer(shapes);
  const std::int64_t each = c.shapes[1].elements(), classes = c.shapes[0].last();
  const bool labels = plan.inputs.size() > 1 && plan.inputs[1] == Storage::i32;
  std::vector<double> values;
  for (std::int64_t i = 0; i < samples * each; ++i) {
    const double zero = c.loss->type() == "hinge" ? -1 : 0;
    values.push_back(labels ? static_cast<double>(i % classes) : i % classes == i / classes % classes ? 1 : zero);
  }
  return Dataset(tensor(many(samples * 60, 4), Shape{samples, 60}, DType::f32),
                 tensor(values, c.shapes[1].with_front(samples), labels ? DType::i32 : DType::f32));
}

}  // namespace

TEST_CASE("threads: byte-identical weights and moments for every optimizer with dropout and norms") {
  const Dataset data = blobs(samples, 60, 10);
  for (const AnyOptimizer& optimizer : all_optimizers()) {
    CAPTURE(optimizer->describe());
    check_threads([&] {
      Model model(network({10}, false), {.max_batch = 150, .seed = 3});
      fit(model, data, {.loss = SoftmaxCrossEntropy(), .optimizer = optimizer, .batch = 150});
      return Snapshot(model);
    });
  }
}

TEST_CASE("threads: byte-identical weights for every loss") {
  for (const LossCase& c : all_losses()) {
    CAPTURE(c.loss->describe());
    const Dataset data = targets_for(c);
    LossTerm term{MeanSquaredError()};
    term.loss = c.loss;
    check_threads([&] {
      Model model(network(c.shapes[0], c.options.low > 0), {.max_batch = 150, .seed = 4});
      const auto before = bits(model.parameter_arena());
      fit(model, data, {.loss = {term}, .optimizer = SGD({.lr = 1e-3, .momentum = 0.9}), .batch = 150});
      CHECK(bits(model.parameter_arena()) != before);
      return Snapshot(model);
    });
  }
}
