#include <limits>
#include <sstream>
#include <vector>

#include <doctest/doctest.h>

#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/core/model.hpp>
#include <weir/layers/dense.hpp>

#include "tests/support/scale_layer.hpp"

using weir::ConfigError;
using weir::ConstTensorView;
using weir::DType;
using weir::Graph;
using weir::Model;
using weir::ModelOptions;
using weir::Shape;
using weir::ShapeError;
using weir::Tensor;
using weir::test::Scale;
using weir::test::Sum;
using weir::test::Weighted;

namespace {

ModelOptions f64(std::int64_t max_batch = 4) { return {.dtype = DType::f64, .max_batch = max_batch}; }

// x -> 2 w0 x, summed with 3 w1 x and x itself: y = (2 w0 + 3 w1 + 1) x.
Graph diamond() {
  Graph graph;
  const auto x = graph.input({2});
  const auto a = graph.add(Scale(2), {x});
  const auto b = graph.add(Scale(3), {x});
  graph.output(graph.add(Sum(), {a, b, x}));
  return graph;
}

void backward(Model& model, const Tensor& x, const Tensor& target, const Tensor* weights = nullptr) {
  const ConstTensorView xs[] = {x}, ts[] = {target}, ws[] = {weights ? ConstTensorView(*weights) : ConstTensorView()};
  weir::Batch batch{xs, ts, {}};
  if (weights) batch.sample_weights = ws;
  model.backward(batch);
}

}  // namespace

TEST_CASE("model: forward through a graph with a shared input") {
  Model model(diamond(), f64());
  const Tensor x = Tensor::from<double>({1, 2, 3, 4}, Shape{2, 2});
  const ConstTensorView y = model.forward(x);
  CHECK(y.shape() == Shape{2, 2});
  CHECK(y.values<double>()[3] == 24);
  const Tensor one = Tensor::from<double>({1, -1}, Shape{1, 2});  // another batch size
  CHECK(model.forward(one).values<double>()[1] == -6);
  CHECK(model.forward(Tensor(Shape{0, 2}, DType::f64)).elements() == 0);
}

TEST_CASE("model: gradients are summed over the readers of a value") {
  for (const bool reuse : {true, false}) {
    ModelOptions options = f64();
    options.reuse_memory = reuse;
    Model model(diamond(), options);
    model.plan_training(Weighted(), {Shape{2}}, {.input_gradients = true});
    const Tensor x = Tensor::from<double>({1, 2, 3, 4}, Shape{2, 2}), t = Tensor::from<double>({1, 10, 100, 1000}, Shape{2, 2});
    backward(model, x, t);
    CHECK(model.loss() == (6 * (1 + 20) + 6 * (300 + 4000)) / 2.0);
    CHECK(model.gradient("0.w").values<double>()[0] == 2 * (21 + 4300) / 2.0);
    CHECK(model.gradient("1.w").values<double>()[0] == 3 * (21 + 4300) / 2.0);
    for (std::size_t i = 0; i < 4; ++i) CHECK(model.input_gradient(0).values<double>()[i] == 6 * t.values<double>()[i] / 2.0);
  }
}

TEST_CASE("model: one node may be read twice by one layer") {
  Graph graph;
  const auto a = graph.add(Scale(2), {graph.input({1})});
  graph.output(graph.add(Sum(), {a, a}));
  Model model(graph, f64());
  model.plan_training(Weighted(), {Shape{1}});
  backward(model, Tensor::from<double>({3}, Shape{1, 1}), Tensor::from<double>({1}, Shape{1, 1}));
  CHECK(model.loss() == 12);
  CHECK(model.gradient("0.w").values<double>()[0] == 12);
}

TEST_CASE("model: sample weights multiply and the mean divides by the count") {
  Model model(weir::sequential({1}, Scale(1)), f64());
  model.plan_training(Weighted(), {Shape{1}});
  const Tensor x = Tensor::from<double>({5, 7}, Shape{2, 1}), t = Tensor::from<double>({1, 1}, Shape{2, 1}),
               s = Tensor::from<double>({0.5, 2}, Shape{2});
  backward(model, x, t, &s);
  CHECK(model.loss() == (0.5 * 5 + 2 * 7) / 2);
  CHECK(model.gradient("0.w").values<double>()[0] == (0.5 * 5 + 2 * 7) / 2);
}

TEST_CASE("model: two outputs have two losses with weights of their own") {
  Graph graph;
  const auto h = graph.add(Scale(1), {graph.input({1})});
  graph.output(h);
  graph.output(graph.add(Scale(5), {h}));
  Model model(graph, f64());
  model.plan_training({{Weighted(), 1.0}, {Weighted(), 0.1}}, {Shape{1}, Shape{1}});
  const Tensor x = Tensor::from<double>({2}, Shape{1, 1}), t = Tensor::from<double>({1}, Shape{1, 1});
  const ConstTensorView xs[] = {x}, ts[] = {t, t};
  model.backward({xs, ts, {}});
  CHECK(model.loss() == doctest::Approx(2 + 0.1 * 10).epsilon(1e-15));
  CHECK(model.gradient("0.w").values<double>()[0] == doctest::Approx(2 + 0.1 * 10).epsilon(1e-15));
  CHECK(model.outputs().size() == 2);
}

TEST_CASE("model: working in place changes no number and saves memory") {
  const auto chain = [](bool in_place) { return weir::sequential({8}, Scale(2), Scale(3, in_place), Scale(1, in_place), Scale(5)); };
  Model plain(chain(false), f64()), thrifty(chain(true), f64());
  const Tensor x = Tensor::from<double>({1, 2, 3, 4, 5, 6, 7, 8}, Shape{1, 8});
  CHECK(thrifty.forward(x).values<double>()[7] == 240);
  for (Model* model : {&plain, &thrifty}) model->plan_training(Weighted(), {Shape{8}});
  CHECK(thrifty.memory().activations < plain.memory().activations);
  const Tensor t = Tensor::from<double>({1, 1, 1, 1, 1, 1, 1, 1}, Shape{1, 8});
  backward(plain, x, t);
  backward(thrifty, x, t);
  for (const char* name : {"0.w", "1.w", "2.w", "3.w"}) {
    CHECK(plain.gradient(name).values<double>()[0] == 30 * 36);
    CHECK(thrifty.gradient(name).values<double>()[0] == 30 * 36);
  }
}

TEST_CASE("model: activations can be read when they are kept") {
  ModelOptions options = f64();
  options.fuse = options.reuse_memory = false;
  Model model(diamond(), options);
  CHECK_THROWS_AS(model.activation("0"), ConfigError);
  const Tensor x = Tensor::from<double>({1, 2}, Shape{1, 2});
  model.forward(x);
  CHECK(model.activation("1").values<double>()[1] == 6);
  CHECK_THROWS_WITH_AS(model.activation("9"), "model: has no layer named '9'. Print the graph to see the names.", ConfigError);
  Model other(diamond(), f64());
  CHECK_THROWS_WITH_AS(other.activation("1"), "model: activations are not kept. Make the Model with fuse and reuse_memory false.",
                       ConfigError);
}

TEST_CASE("model: share sees the same parameters through a workspace of its own") {
  Model model(weir::sequential({1}, Scale(1)), f64());
  Model twin = model.share();
  model.parameter("0.w").values<double>()[0] = 4;
  const Tensor x = Tensor::from<double>({2}, Shape{1, 1}), z = Tensor::from<double>({3}, Shape{1, 1});
  const ConstTensorView first = model.forward(x), second = twin.forward(z);
  CHECK(first.values<double>()[0] == 8);
  CHECK(second.values<double>()[0] == 12);
}

TEST_CASE("model: what does not fit is refused in words and changes nothing") {
  Model model(diamond(), f64());
  CHECK_THROWS_WITH_AS(model.forward(Tensor(Shape{2, 3}, DType::f64)), "input: got [2, 3], expected [batch, 2].", ShapeError);
  CHECK_THROWS_WITH_AS(model.forward(Tensor(Shape{5, 2}, DType::f64)),
                       "input: got a batch of 5, expected at most 4. Make the Model with a larger max_batch or pass less at a time.",
                       ShapeError);
  CHECK_THROWS_WITH_AS(model.forward(Tensor(Shape{2, 2})), "input: holds f32, expected f64. Convert it with Tensor::to(DType).",
                       ConfigError);
  CHECK_THROWS_WITH_AS(model.parameter("2.w"), "model: has no parameter '2.w', expected one of: 0.w, 1.w.", ConfigError);
  CHECK_THROWS_WITH_AS(model.gradient_arena(), "model: has no gradients. Call plan_training first.", ConfigError);
  CHECK_THROWS_WITH_AS(model.plan_training(Weighted(), {Shape{3}}), "weighted after 2 [2]: got [3], expected [2].", ShapeError);
  model.plan_training(Weighted(), {Shape{2}});
  const Tensor x(Shape{2, 2}, DType::f64), t(Shape{1, 2}, DType::f64);
  CHECK_THROWS_WITH_AS(backward(model, x, t), "target 0: got a batch of 1, the one before it has 2. Pass equally many samples.",
                       ShapeError);
  CHECK_THROWS_AS(Model(diamond(), f64(0)), ConfigError);
  CHECK_THROWS_AS(Model(diamond(), {.dtype = DType::i32}), ConfigError);
  CHECK_THROWS_AS(Model{Graph{}}, ConfigError);
  if (weir::best_device().is_cpu()) CHECK_THROWS_AS(Model(diamond(), {.device = weir::Device::cuda()}), weir::DeviceError);
}

TEST_CASE("model: inference allocates no gradients and the summary counts the bytes") {
  Model model(diamond(), f64());
  CHECK(model.memory().gradients == 0);
  std::ostringstream text;
  text << model;
  CHECK(text.str() ==
        "node   layer     shape                       parameters\n"
        "input  input     [2]\n"
        "0      scale(2)  [2] -> [2]                  1\n"
        "1      scale(3)  [2] -> [2]                  1\n"
        "2      sum       [2] and [2] and [2] -> [2]\n"
        "2 parameters, f64 on cpu, batches of up to 4\n"
        "bytes: 128 parameters, 192 workspace\n");
}

TEST_CASE("model: a batch whose bytes cannot be counted is refused") {
  const Graph net = weir::sequential({4}, Scale(2), Scale(3));
  for (const std::int64_t batch : {std::numeric_limits<std::int64_t>::max(), std::int64_t{1} << 62, std::int64_t{1} << 45}) {
    CHECK_THROWS_AS(Model(net, {.max_batch = batch}), ConfigError);
  }
  // 2^64 bytes, which 64 bits count as 0.
  CHECK_THROWS_WITH_AS(Model(weir::sequential({std::int64_t{1} << 62}, Scale(2)), {.max_batch = 1}),
                       "model: max_batch is 1, for which [4611686018427387904] a sample takes over 2^48 bytes. Use a smaller max_batch.",
                       ConfigError);
}

TEST_CASE("model: parameters whose bytes cannot be counted are refused") {
  const auto wide = [](Graph& graph) { return graph.add(weir::Dense(3), {graph.input({std::int64_t{1} << 61})}); };
  Graph graph;
  const auto a = wide(graph), b = wide(graph);  // 6 * 2^61 elements are more than 63 bits count
  graph.output(graph.add(Sum(), {a, b}));
  CHECK_THROWS_WITH_AS(Model(graph, {}),
                       "model: '0.weight' is [3, 2305843009213693952], which takes over 2^48 bytes. Make the layer smaller.", ConfigError);
}
