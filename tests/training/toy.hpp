#pragma once

#include <cstdint>
#include <utility>
#include <vector>
#include <weir/activations/activation.hpp>
#include <weir/core/error.hpp>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>
#include <weir/layers/add.hpp>
#include <weir/layers/concat.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/mean_squared_error.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>

#include "tests/support/compare.hpp"
#include "tests/training/optimizers/optimizer_run.hpp"

namespace weir::test {

// Samples scattered around one point for each class: labels 0, 1, 2, 0, 1, 2, ... Linearly separable.
inline Dataset blobs(std::int64_t samples, std::int64_t features = 6, std::int64_t classes = 3, std::uint64_t seed = 1) {
  std::vector<double> x = many(samples * features, seed);
  std::vector<double> labels;
  for (std::int64_t i = 0; i < samples; ++i) {
    labels.push_back(static_cast<double>(i % classes));
    x[static_cast<std::size_t>(i * features + i % classes)] += 2;
  }
  return Dataset(tensor(x, Shape{samples, features}, DType::f32), tensor(labels, Shape{samples}, DType::i32));
}

// A graph with branches: a layer's output plus its tanh, concatenated with the input.
inline Graph branches() {
  Graph g;
  const Node x = g.input({6});
  const Node h = g.add(Dense(8), {x}), r = g.add(Tanh(), {h});
  const Node both = g.add(Concat(), {g.add(Add(), {h, r}), x});
  g.output(g.add(Dense(3), {both}));
  return g;
}

// y = 1 + x_0 + 2 x_1 + 3 x_2 + ..., to be learned with mean squared error.
inline Dataset curve(std::int64_t samples, std::int64_t features = 3, DType dtype = DType::f64) {
  const std::vector<double> x = many(samples * features, 5);
  std::vector<double> y;
  for (std::int64_t i = 0; i < samples; ++i) {
    double sum = 1;
    for (std::int64_t j = 0; j < features; ++j) sum += x[static_cast<std::size_t>(i * features + j)] * static_cast<double>(j + 1);
    y.push_back(sum);
  }
  return Dataset(tensor(x, Shape{samples, features}, dtype), tensor(y, Shape{samples, 1}, dtype));
}

inline Model classifier(ModelOptions options = {}) { return Model(sequential({6}, Dense(16), ReLU(), Dense(3)), options); }
inline Model regression(ModelOptions options = {.dtype = DType::f64}) {
  return Model(sequential({3}, Dense(4), ReLU(), Dense(1)), options);
}

// All that training changes, compared bit by bit.
struct Snapshot {
  explicit Snapshot(const Model& model)
      : parameters(bits(model.parameter_arena())),
        state(model.state_arena().elements() > 0 ? bits(model.state_arena()) : std::vector<unsigned char>()),
        step(model.training_state().step),
        epochs(model.training_state().epochs),
        optimizer(model.training_state().optimizer.type),
        first_step(model.training_state().optimizer.first_step) {
    const EpochProgress& epoch = model.training_state().running;
    running = {static_cast<double>(epoch.steps), static_cast<double>(epoch.samples), epoch.loss_sum,
               static_cast<double>(epoch.accuracy.correct), static_cast<double>(epoch.accuracy.counted)};
    for (const Moment& moment : model.training_state().optimizer.moments) moments.push_back(bits(moment.values));
  }
  friend bool operator==(const Snapshot&, const Snapshot&) = default;

  std::vector<unsigned char> parameters, state;
  std::uint64_t step, epochs;
  std::vector<double> running;  // EpochProgress of the unfinished epoch, without seconds
  std::string optimizer;
  std::uint64_t first_step;
  std::vector<std::vector<unsigned char>> moments;
};

}  // namespace weir::test
