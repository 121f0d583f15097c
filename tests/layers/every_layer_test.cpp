// Properties that every layer must have.

#include "tests/layers/every_layer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <weir/core/error.hpp>

#include "tests/support/compare.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// A runner filled with the same numbers each time; indices where the layer expects indices.
LayerRunner filled(const Sample& sample, LayerRunOptions options) {
  LayerRunner run(sample.layer, sample.inputs, options);
  run.randomize();
  for (std::size_t i = 0; i < sample.inputs.size(); ++i) {
    if (run.x(i).dtype() != DType::i32) continue;
    for (std::size_t k = 0; k < run.x(i).values<std::int32_t>().size(); ++k) {
      run.x(i).values<std::int32_t>()[k] = static_cast<std::int32_t>(k * k % 9);
    }
  }
  return run;
}

// Everything that a forward and a backward wrote.
std::vector<unsigned char> written(LayerRunner& run) {
  std::vector<unsigned char> all = bits(run.y());
  const auto append = [&](const TensorView& view) {
    if (view.empty()) return;
    const auto more = bits(view);
    all.insert(all.end(), more.begin(), more.end());
  };
  for (std::size_t i = 0; i < run.bind().x.size(); ++i) append(run.dx(i));
  for (std::size_t i = 0; i < run.plan().parameters.size(); ++i) append(run.dparameter(i));
  for (std::size_t i = 0; i < run.plan().state.size(); ++i) append(run.state_next(i));
  return all;
}

}  // namespace

TEST_CASE("every layer: the same bits for 1 to 4 threads") {
  for (const Sample& sample : every_layer()) {
    const std::string what = sample.layer->describe();
    CAPTURE(what);
    for (const DType dtype : {DType::f32, DType::f64}) {
      std::vector<unsigned char> first;
      for (const int threads : {1, 2, 3, 4}) {
        LayerRunner run = filled(sample, {.batch = 150, .dtype = dtype, .threads = threads});
        run.forward();
        run.backward();
        if (threads == 1) first = written(run);
        CHECK(written(run) == first);
      }
    }
  }
}

TEST_CASE("every layer: y may take the place of x where the plan says so") {
  int in_place = 0;
  for (const Sample& sample : every_layer()) {
    const std::string what = sample.layer->describe();
    CAPTURE(what);
    LayerRunner apart = filled(sample, {.batch = 3}), shared = filled(sample, {.batch = 3});
    if (!apart.plan().in_place) continue;
    ++in_place;
    apart.forward();
    apart.backward();
    LayerArgs& args = shared.bind();
    args.y = shared.x().reshaped(apart.y().shape());
    sample.layer->forward(shared.context(), args);
    CHECK(bits(shared.x()) == bits(apart.y()));
    sample.layer->backward(shared.context(), args);
    CHECK(bits(shared.dx()) == bits(apart.dx()));
  }
  CHECK(in_place == 4);
}

TEST_CASE("every layer: a batch of 0 and gradients that nobody wants") {
  for (const Sample& sample : every_layer()) {
    const std::string what = sample.layer->describe();
    CAPTURE(what);
    LayerRunner none = filled(sample, {.batch = 0});
    none.forward();
    none.backward();
    for (std::size_t i = 0; i < none.plan().parameters.size(); ++i) {
      for (const double value : numbers(none.dparameter(i))) CHECK(value == 0);
    }
    LayerRunner skipped = filled(sample, {.batch = 3}), whole = filled(sample, {.batch = 3});
    skipped.skip_dx();
    skipped.forward();
    skipped.backward();
    whole.forward();
    whole.backward();
    CHECK(skipped.dx().empty());
    for (std::size_t i = 0; i < whole.plan().parameters.size(); ++i) CHECK(bits(skipped.dparameter(i)) == bits(whole.dparameter(i)));
    LayerRunner frozen = filled(sample, {.batch = 3});
    frozen.skip_dparameters();
    frozen.forward();
    frozen.backward();
    if (!whole.dx().empty()) CHECK(bits(frozen.dx()) == bits(whole.dx()));
  }
}

TEST_CASE("every layer: a NaN stays in its sample or goes to its whole batch") {
  for (const Sample& sample : every_layer()) {
    const std::string what = sample.layer->describe();
    CAPTURE(what);
    if (what.starts_with("embedding") || what.starts_with("dropout")) continue;
    LayerRunner run = filled(sample, {.batch = 4, .dtype = DType::f64});
    const std::size_t width = static_cast<std::size_t>(run.x().elements()) / 4;
    run.x().values<double>()[width] = std::nan("");
    run.forward();
    const auto y = numbers(run.y());
    const bool first = std::isnan(y[0]), second = std::isnan(y[y.size() / 4]);
    CHECK(second);
    CHECK(first == what.starts_with("batch_norm"));
  }
}

TEST_CASE("every layer: inputs that do not fit are refused in words") {
  const auto refused = [](const Layer& layer, const std::vector<Shape>& inputs, const char* message) {
    CHECK_THROWS_WITH_AS(layer.infer(inputs), message, ShapeError);
  };
  for (const Sample& sample : every_layer()) {
    if (sample.inputs.size() != 1) continue;
    refused(*sample.layer, {{2}, {2}}, "got 2 inputs, expected 1. Join them with weir::Add() or weir::Concat() first.");
  }
  const char* one_number = "its input is a single number, [], expected at least one dimension. Add weir::Flatten() before it.";
  const char* no_width = "its last dimension is 0, expected at least 1. Give the input a width.";
  refused(Softmax(), {Shape{}}, one_number);
  refused(LogSoftmax(), {Shape{}}, one_number);
  refused(LayerNorm(), {Shape{}}, one_number);
  refused(RMSNorm(), {Shape{}}, one_number);
  refused(Softmax(), {{3, 0}}, no_width);
  refused(BatchNorm(), {{3, 4}}, "its input is [3, 4], expected one dimension, the features. Add weir::Flatten() before it.");
  refused(PReLU(3), {{4, 3}},
          "its input is [4, 3], expected a first dimension of 3, one for each parameter. Give num_parameters 1 or that dimension.");
  refused(Multiply(), {{4}}, "got 1 input, expected 2 or more. Leave the layer out, or give it more nodes.");
  refused(Multiply(), {{4}, {5}}, "input 1 is [5], expected [4] as input 0. Bring them to one shape, with weir::Dense() for example.");
  refused(Reshape({2, 3}), {{7}}, "its input is [7] with 7 elements, expected 6 as in [2, 3]. Give a shape of as many.");
}

TEST_CASE("every layer: options that make no sense are refused in words") {
  CHECK_THROWS_WITH_AS(Dropout(1.5), "dropout: p is 1.5, expected 0 to 1. Give the share of zeros.", ConfigError);
  CHECK_THROWS_WITH_AS(Dropout(std::nan("")), "dropout: p is nan, expected 0 to 1. Give the share of zeros.", ConfigError);
  CHECK_THROWS_WITH_AS(BatchNorm({.eps = 0}), "batch_norm: eps is 0, expected a number above 0. Leave it out for the usual one.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(BatchNorm({.momentum = -1}), "batch_norm: momentum is -1, expected 0 to 1. Give the share of the newest batch.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(LayerNorm({.eps = -1}), "layer_norm: eps is -1, expected a number above 0. Leave it out for the usual one.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(RMSNorm({.eps = 0}), "rms_norm: eps is 0, expected a number above 0. Leave it out for the usual one.", ConfigError);
  CHECK_THROWS_WITH_AS(PReLU(0), "prelu: num_parameters is 0, expected at least 1. Give 1, or the first dimension of the input.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(PReLU(1, std::nan("")), "prelu: init is nan, expected a finite number. Give another one.", ConfigError);
  CHECK_THROWS_WITH_AS(Embedding(0, 3), "embedding(0, 3): expected at least 1 row and 1 column. Give both numbers.", ConfigError);
  CHECK_THROWS_WITH_AS(Embedding(3, 0), "embedding(3, 0): expected at least 1 row and 1 column. Give both numbers.", ConfigError);
  CHECK_THROWS_WITH_AS(Embedding(-1, -2), "embedding(-1, -2): expected at least 1 row and 1 column. Give both numbers.", ConfigError);
  CHECK_NOTHROW(Embedding(1, 1));
  CHECK_THROWS_WITH_AS(Lambda({}, {}), "lambda: got an empty function, expected a forward and a backward. Give both.", ConfigError);
  CHECK_THROWS_WITH_AS(
      square().config(),
      "lambda: holds functions, which no file can. Write a subclass of weir::Layer and register it with weir::register_layer().",
      ConfigError);
}
