#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <weir/activations/activation.hpp>
#include <weir/core/error.hpp>
#include <weir/core/graph.hpp>
#include <weir/layers/dense.hpp>

#include "tests/layers/reference_case.hpp"

using namespace weir;
using namespace weir::test;

namespace {
constexpr DType compute_types[] = {DType::f32, DType::f64};

// Small whole numbers, so that sums of them are exact in any order.
std::vector<double> small_integers(std::int64_t count, int seed) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(static_cast<double>((i * 7 + seed + i / 5) % 9 - 4));
  return values;
}
}  // namespace

TEST_CASE("dense: output and gradients by hand") {
  for (const DType dtype : compute_types) {
    LayerRunner run(Dense(3), {Shape{2}}, {.batch = 1, .dtype = dtype});
    run.set_x({1, 2});
    run.set_parameter(0, {1, 2, 3, 4, 5, 6});
    run.set_parameter(1, {0.5, -0.5, 1});
    run.set_dy({1, 2, 3});
    run.forward();
    run.backward();
    CHECK(numbers(run.y()) == std::vector<double>{5.5, 10.5, 18});
    CHECK(numbers(run.dparameter(0)) == std::vector<double>{1, 2, 2, 4, 3, 6});
    CHECK(numbers(run.dparameter(1)) == std::vector<double>{1, 2, 3});
    CHECK(numbers(run.dx()) == std::vector<double>{22, 28});
  }
}

TEST_CASE("dense: agrees with PyTorch for any leading dimensions with and without a bias") {
  for (const DType dtype : compute_types) {
    for (const std::string leading : {"0", "2", "3x2"}) {
      check_reference_case(Dense(3), "dense.none." + leading, dtype);
      check_reference_case(Dense(3, {.bias = false}), "dense.none." + leading + ".no_bias", dtype);
    }
  }
}

TEST_CASE("dense: sums over any number of samples and any width exactly") {
  for (const DType dtype : compute_types) {
    for (const std::int64_t rows : {0, 1, 3, 4, 5, 33, 821, 20001}) {
      for (const std::int64_t out : {1, 3, 10, 1500}) {
        if (rows * out > 1'000'000) continue;
        CAPTURE(rows);
        CAPTURE(out);
        constexpr std::int64_t in = 2;
        LayerRunner run(Dense(out), {Shape{in}}, {.batch = rows, .dtype = dtype, .threads = 2});
        const auto x = small_integers(rows * in, 1), dy = small_integers(rows * out, 2), w = small_integers(out * in, 3);
        run.set_x(x);
        run.set_dy(dy);
        run.set_parameter(0, w);
        run.backward();
        std::vector<double> dw(static_cast<std::size_t>(out * in)), db(static_cast<std::size_t>(out)), dx(x.size());
        for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r) {
          for (std::size_t o = 0; o < db.size(); ++o) {
            const double g = dy[r * db.size() + o];
            db[o] += g;
            for (std::size_t i = 0; i < in; ++i) {
              dw[o * in + i] += g * x[r * in + i];
              dx[r * in + i] += g * w[o * in + i];
            }
          }
        }
        CHECK(numbers(run.dparameter(0)) == dw);
        CHECK(numbers(run.dparameter(1)) == db);
        CHECK(numbers(run.dx()) == dx);
      }
    }
  }
}

TEST_CASE("dense: a batch of 0 runs and its parameter gradients are 0") {
  LayerRunner run(Dense(3), {Shape{2}}, {.batch = 0});
  run.forward();
  run.backward();
  CHECK(numbers(run.dparameter(0)) == std::vector<double>(6));
  CHECK(numbers(run.dparameter(1)) == std::vector<double>(3));
}

TEST_CASE("dense: gradients that are not wanted are skipped and change nothing else") {
  LayerRunner all(Dense(7), {Shape{5}}, {.batch = 6}), only_parameters(Dense(7), {Shape{5}}, {.batch = 6}),
      only_dx(Dense(7), {Shape{5}}, {.batch = 6});
  only_parameters.skip_dx();
  only_dx.skip_dparameters();
  for (LayerRunner* run : {&all, &only_parameters, &only_dx}) {
    run->randomize();
    run->forward();
    run->backward();
  }
  CHECK(bits(only_parameters.dparameter(0)) == bits(all.dparameter(0)));
  CHECK(bits(only_parameters.dparameter(1)) == bits(all.dparameter(1)));
  CHECK(bits(only_dx.dx()) == bits(all.dx()));
  CHECK(only_dx.dparameter(0).empty());
  CHECK(only_parameters.dx().empty());
}

TEST_CASE("dense: a NaN or an infinity reaches every output that depends on it and no other sample") {
  LayerRunner run(Dense(2), {Shape{2}}, {.batch = 3});
  run.set_parameter(0, {1, 1, 1, 1});
  run.set_parameter(1, {0, 0});
  run.set_x({std::nan(""), 1, 1, 1, std::numeric_limits<double>::infinity(), 1});
  run.forward();
  const auto y = numbers(run.y());
  CHECK(std::isnan(y[0]));
  CHECK(std::isnan(y[1]));
  CHECK(y[2] == 2);
  CHECK(y[3] == 2);
  CHECK(std::isinf(y[4]));
  CHECK(std::isinf(y[5]));
}

TEST_CASE("dense: the bits do not depend on the number of threads") {
  for (const DType dtype : compute_types) {
    for (const std::int64_t out : {10, 200}) {
      std::vector<std::vector<unsigned char>> first;
      for (int threads = 1; threads <= 4; ++threads) {
        CAPTURE(threads);
        LayerRunner run(Dense(out), {Shape{77}}, {.batch = 301, .dtype = dtype, .threads = threads});
        run.randomize();
        run.forward();
        run.backward();
        const std::vector<std::vector<unsigned char>> result{bits(run.y()), bits(run.dx()), bits(run.dparameter(0)),
                                                             bits(run.dparameter(1))};
        if (threads == 1) first = result;
        CHECK(result == first);
      }
    }
  }
}

TEST_CASE("dense: the default initial values are those of torch.nn.Linear") {
  const LayerPlan plan = Dense(8).infer(std::vector{Shape{3, 16}});
  CHECK(plan.output == Shape{3, 8});
  REQUIRE(plan.parameters.size() == 2);
  CHECK(plan.parameters[0].name == "weight");
  CHECK(plan.parameters[0].shape == Shape{8, 16});
  CHECK(plan.parameters[0].initializer == Initializer::he_uniform(std::sqrt(5.0)));
  CHECK(plan.parameters[1].name == "bias");
  CHECK(plan.parameters[1].shape == Shape{8});
  CHECK(plan.parameters[1].initializer == Initializer::uniform(-0.25, 0.25));
  CHECK(plan.backward_needs == Needs::x);
  CHECK(plan.saved.empty());
  CHECK_FALSE(plan.in_place);
}

TEST_CASE("dense: initialisers and bias are options") {
  const Dense dense(8, {.weight = Initializer::glorot_normal(), .bias_initializer = Initializer::zeros()});
  const LayerPlan plan = dense.infer(std::vector{Shape{16}});
  CHECK(plan.parameters[0].initializer == Initializer::glorot_normal());
  CHECK(plan.parameters[1].initializer == Initializer::zeros());
  CHECK(Dense(8, {.bias = false}).infer(std::vector{Shape{16}}).parameters.size() == 1);
  CHECK(Dense(8).describe() == "dense(8)");
  CHECK(Dense(8, {.bias = false}).describe() == "dense(8, no bias)");
  CHECK(Dense(8).runs_on(Device::cpu()));
  CHECK(Dense(8).runs_on(Device::cuda()));
}

TEST_CASE("dense: its config builds it again") {
  for (const Dense& dense : {Dense(3), Dense(4, {.bias = false}),
                             Dense(5, {.weight = Initializer::uniform(-0.1, 0.3), .bias_initializer = Initializer::constant(2)}),
                             Dense(6, {.weight = Initializer::normal(0.5, 2)}), Dense(6, {.weight = Initializer::he_uniform(0.25)}),
                             Dense(6, {.weight = Initializer::he_normal(0.25)}), Dense(6, {.weight = Initializer::glorot_uniform(3)}),
                             Dense(6, {.weight = Initializer::glorot_normal(3)}), Dense(7, {.relu_drops_nan = true})}) {
    const Dense again = Dense::from_config(dense.config());
    CHECK(again.config() == dense.config());
    CHECK(again.out() == dense.out());
    CHECK(again.options().bias == dense.options().bias);
    CHECK(again.options().weight == dense.options().weight);
    CHECK(again.options().bias_initializer == dense.options().bias_initializer);
    CHECK(again.options().relu_drops_nan == dense.options().relu_drops_nan);
  }
  CHECK(Dense(3).config() == Config().set("out", std::int64_t{3}).set("bias", true));
}

TEST_CASE("dense: what cannot be is refused in words") {
  CHECK_THROWS_WITH_AS(Dense(0), "dense(0): got a width of 0, expected at least 1. Give the number of outputs.", ConfigError);
  CHECK_THROWS_WITH_AS(Dense(-3), "dense(-3): got a width of -3, expected at least 1. Give the number of outputs.", ConfigError);
  CHECK_THROWS_WITH_AS(Dense(3, {.bias = false, .bias_initializer = Initializer::zeros()}),
                       "dense(3, no bias): got a bias initializer, expected none without a bias. Leave it out, or set bias to true.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(Dense(3).infer(std::vector{Shape{}}),
                       "its input is a single number, [], expected at least one dimension. Add weir::Flatten() before it.", ShapeError);
  CHECK_THROWS_WITH_AS(Dense(3).infer(std::vector{Shape{4, 0}}), "its last dimension is 0, expected at least 1. Give the input a width.",
                       ShapeError);
  CHECK_THROWS_WITH_AS(Dense(3).infer(std::vector{Shape{4}, Shape{4}}),
                       "got 2 inputs, expected 1. Join them with weir::Add() or weir::Concat() first.", ShapeError);
  CHECK_THROWS_WITH_AS(Dense::from_config(Config().set("bias", true)), "config: 'out' is missing.", ConfigError);
  Config config = Dense(3).config();
  config.set("weight", std::string("magic"));
  CHECK_THROWS_WITH_AS(Dense::from_config(config),
                       "config: 'weight' is 'magic', expected one of: constant, uniform, normal, truncated_normal, he_uniform, he_normal, "
                       "glorot_uniform, glorot_normal, lecun_uniform, lecun_normal, orthogonal.",
                       ConfigError);
}

TEST_CASE("dense: a wrong input fails on the line that adds it and names the layer and its place") {
  Graph graph;
  const Node number = graph.input(Shape{});
  CHECK_THROWS_WITH_AS(graph.add(Dense(3), {number}),
                       "dense(3) after input []: its input is a single number, [], expected at least one dimension. Add weir::Flatten() "
                       "before it.",
                       ShapeError);
}

TEST_CASE("dense: leave to drop nan changes nothing on the CPU but room for a mask") {
  const auto run = [](bool drops) {
    const Dense dense(130, {.relu_drops_nan = drops});
    LayerRunner run(dense.absorb(Activation(ReLU())), {Shape{2, 3}}, {.batch = 5});
    run.randomize();
    std::vector<double> x = numbers(run.x());
    x[7] = std::numeric_limits<double>::quiet_NaN();
    run.set_x(x);
    run.forward();
    run.backward();
    std::vector<std::vector<unsigned char>> all;
    for (const ConstTensorView block : {run.y(), run.dx(), run.dparameter(0), run.dparameter(1)}) all.push_back(bits(block));
    return all;
  };
  CHECK(run(true) == run(false));
  const Shape input[] = {Shape{2, 3}};
  const auto saved = [&](const Layer& layer) { return layer.infer(input).saved; };
  const Dense dense(130, {.relu_drops_nan = true}), without_bias(130, {.bias = false, .relu_drops_nan = true});
  REQUIRE(saved(*dense.absorb(Activation(ReLU()))).size() == 1);
  CHECK(saved(*dense.absorb(Activation(ReLU())))[0].shape == Shape{2 * 32});  // two rows of 256 bits
  CHECK(saved(dense).empty());
  CHECK(saved(*dense.absorb(Activation(Tanh()))).empty());
  CHECK(saved(*without_bias.absorb(Activation(ReLU()))).empty());
  CHECK(dense.describe() == "dense(130, relu drops nan)");
  CHECK(without_bias.describe() == "dense(130, no bias, relu drops nan)");
}
