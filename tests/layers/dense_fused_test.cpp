#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>
#include <weir/activations/activation.hpp>
#include <weir/activations/functions.hpp>
#include <weir/core/error.hpp>
#include <weir/core/model.hpp>
#include <weir/core/threads.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/flatten.hpp>
#include <weir/layers/mean_squared_error.hpp>

#include "core/model/layer_links.hpp"
#include "tests/layers/reference_case.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr DType compute_types[] = {DType::f32, DType::f64};

using Bits = std::vector<std::vector<unsigned char>>;

// y, dx, dW, db of a Dense followed by an Activation layer, unfused.
Bits run_literal(const Dense& dense, const ActivationFunction& f, const Shape& input, const LayerRunOptions& options) {
  LayerRunner first(dense, {input}, options);
  const Activation activation(f);
  LayerRunner second(activation, {first.plan().output}, options);
  first.randomize();
  first.forward();
  second.randomize();
  copy(first.dy(), second.dy());
  copy(first.y(), second.x());
  second.forward();
  second.backward();
  copy(second.dx(), first.dy());
  first.backward();
  return {bits(second.y()), bits(first.dx()), bits(first.dparameter(0)), bits(first.dparameter(1))};
}

Bits run_fused(const Layer& fused, const Shape& input, const LayerRunOptions& options) {
  LayerRunner run(fused, {input}, options);
  run.randomize();
  run.forward();
  run.backward();
  return {bits(run.y()), bits(run.dx()), bits(run.dparameter(0)), bits(run.dparameter(1))};
}

}  // namespace

TEST_CASE("dense: with any activation absorbed gives the bits of the two layers") {
  std::vector<ActivationFunction> functions;
  for (const ActivationFunction& f : all_activations()) functions.push_back(f);
  functions.push_back(LeakyReLU{0.3});
  for (const ActivationFunction& f : functions) {
    CAPTURE(describe(f));
    for (const DType dtype : compute_types) {
      for (const Shape& input : {Shape{37}, Shape{3, 1}, Shape{2, 130}}) {
        for (const std::int64_t out : {1, 10, 129}) {
          for (const std::int64_t batch : {1, 19, 101}) {
            const LayerRunOptions options{.batch = batch, .dtype = dtype, .threads = 2};
            const Dense dense(out);
            const auto fused = dense.absorb(Activation(f));
            REQUIRE(fused != nullptr);
            CHECK(run_fused(*fused, input, options) == run_literal(dense, f, input, options));
          }
        }
      }
    }
  }
}

// The product's tiles are whole rows of y if out is small, else parts of rows; each must be activated exactly once.
TEST_CASE("dense: with an activation absorbed gives the bits of the two layers in a batch of many tiles") {
  for (const ActivationFunction& f : {ActivationFunction(ReLU()), ActivationFunction(GELU())}) {  // one saves y, the other z
    CAPTURE(describe(f));
    for (const DType dtype : compute_types) {
      for (const std::int64_t out : {10, 100, 128, 300}) {
        const LayerRunOptions options{.batch = 701, .dtype = dtype, .threads = 2};
        const Shape input{300};
        const Dense dense(out);
        CHECK(run_fused(*dense.absorb(Activation(f)), input, options) == run_literal(dense, f, input, options));
      }
    }
  }
}

TEST_CASE("dense: with an activation absorbed agrees with PyTorch") {
  for (const DType dtype : compute_types) {
    for (const char* name : {"relu", "leaky_relu", "tanh", "sigmoid"}) {
      const auto fused = Dense(3).absorb(Activation(activation_by_name(name)));
      check_reference_case(*fused, std::string("dense.") + name + ".2", dtype);
    }
  }
}

TEST_CASE("dense: absorbs without a bias too and skips what is not wanted") {
  const auto fused = Dense(9, {.bias = false}).absorb(Activation(Tanh()));
  LayerRunner all(*fused, {Shape{6}}, {.batch = 5}), only_dx(*fused, {Shape{6}}, {.batch = 5}), only_dw(*fused, {Shape{6}}, {.batch = 5});
  only_dx.skip_dparameters();
  only_dw.skip_dx();
  for (LayerRunner* run : {&all, &only_dx, &only_dw}) {
    run->randomize();
    run->forward();
    run->backward();
  }
  CHECK(bits(only_dx.dx()) == bits(all.dx()));
  CHECK(bits(only_dw.dparameter(0)) == bits(all.dparameter(0)));

  LayerRunner dense(Dense(9, {.bias = false}), {Shape{6}}, {.batch = 5});
  dense.randomize();
  dense.forward();
  const auto z = numbers(dense.y()), y = numbers(all.y());
  for (std::size_t i = 0; i < z.size(); ++i) CHECK(y[i] == doctest::Approx(std::tanh(z[i])).epsilon(1e-6));
}

TEST_CASE("dense: asks for what the absorbed activation needs") {
  const std::vector input{Shape{2, 5}};
  for (const ActivationFunction& f : all_activations()) {
    CAPTURE(describe(f));
    const LayerPlan plan = Dense(3).absorb(Activation(f))->infer(input);
    CHECK(plan.output == Shape{2, 3});
    CHECK(plan.parameters.size() == 2);
    CHECK(plan.backward_needs == (needs(f) == Needs::y ? Needs::both : Needs::x));
    REQUIRE(plan.saved.size() == (needs(f) == Needs::x ? 1 : 0));
    if (!plan.saved.empty()) CHECK(plan.saved[0].shape == Shape{2, 3});
  }
}

TEST_CASE("dense: absorbs one activation and nothing else") {
  const Dense dense(4);
  const auto fused = dense.absorb(Activation(LeakyReLU{0.2}));
  REQUIRE(fused != nullptr);
  CHECK(fused->describe() == "dense(4) + leaky_relu(0.2)");
  CHECK(fused->absorb(Activation(ReLU())) == nullptr);
  CHECK(dense.absorb(Flatten()) == nullptr);
  CHECK(dense.absorb(Dense(4)) == nullptr);
  CHECK(dense.describe() == "dense(4)");
  CHECK_FALSE(dense.activation());
}

TEST_CASE("dense: only a fused one writes its activation down and is built again with it") {
  const Dense dense(4);
  const Config config = dense.config();
  CHECK(config.entries().size() == 2);
  const auto fused = dense.absorb(Activation(LeakyReLU{0.2}));
  CHECK(fused->config() == Config()
                               .set("out", std::int64_t{4})
                               .set("bias", true)
                               .set("activation_function", std::string("leaky_relu"))
                               .set("activation_negative_slope", 0.2));
  const Dense again = Dense::from_config(fused->config());
  CHECK(again.config() == fused->config());
  CHECK(again.describe() == "dense(4) + leaky_relu(0.2)");
}

namespace {

Tensor waves(const Shape& shape, DType dtype, double step) {
  std::vector<double> values(static_cast<std::size_t>(shape.elements()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 2 * std::sin(step * static_cast<double>(i));
  return tensor(values, shape, dtype);
}

// The gradients of all parameters and of the input.
Bits gradients(const Graph& net, const ModelOptions& options, int threads) {
  Model model(net, options);
  set_num_threads(threads);
  model.plan_training(MeanSquaredError(), {Shape{3}}, {.input_gradients = true});
  const Tensor x = waves(Shape{options.max_batch, 40}, options.dtype, 0.37), t = waves(Shape{options.max_batch, 3}, options.dtype, 0.11);
  for (const std::int64_t batch : {options.max_batch, (options.max_batch + 1) / 2, options.max_batch}) {
    const ConstTensorView inputs[] = {x.view().rows(0, batch)}, targets[] = {t.view().rows(0, batch)};
    model.backward({.inputs = inputs, .targets = targets, .sample_weights = {}});
  }
  return {bits(ConstTensorView(model.gradient_arena())), bits(model.input_gradient(0))};
}

}  // namespace

// The layer that reads the activation's output applies the activation's gradient to its dx, tile by tile.
TEST_CASE("dense: behind each other with any activation between give the gradients of layers that stand alone") {
  const int before = num_threads();
  for (const ActivationFunction& f : all_activations()) {
    CAPTURE(describe(f));
    for (const DType dtype : compute_types) {
      for (const std::int64_t batch : {1, 7, 150}) {
        CAPTURE(batch);
        for (const bool bias : {true, false}) {
          const DenseOptions options{.bias = bias};
          const Graph net = sequential({40}, Dense(33, options), Activation(f), Dense(130, options), Activation(f), Dense(3, options));
          const Bits alone = gradients(net, {.dtype = dtype, .max_batch = batch, .seed = 5, .fuse = false}, 1);
          for (const int threads : {1, 2}) {
            CHECK(gradients(net, {.dtype = dtype, .max_batch = batch, .seed = 5}, threads) == alone);
          }
        }
      }
    }
  }
  set_num_threads(before);
}

TEST_CASE("dense: a reader takes over the backward of an activation and says so") {
  const Dense plain(9), reader(4);
  const auto source = plain.absorb(Activation(Tanh()));
  LayerRunner first(*source, {Shape{6}}, {.batch = 5}), second(reader, {Shape{9}}, {.batch = 5});
  GradientEpilogue epilogue;
  LayerLinks source_links{.layer = source.get(), .dy = &epilogue}, reader_links{.layer = &reader, .dx = &epilogue};
  first.randomize();
  LayerArgs args = first.bind();
  args.links = &source_links;
  source->forward(first.context(), args);
  CHECK(static_cast<bool>(epilogue.run));

  second.randomize();
  copy(first.y(), second.x());
  second.backward();
  CHECK_FALSE(epilogue.applied);
  Tensor expected(second.dx().shape());
  activate_backward(Tanh(), first.y(), second.dx(), expected);
  args = second.bind();
  args.links = &reader_links;
  reader.backward(second.context(), args);
  CHECK(epilogue.applied);
  CHECK_FALSE(epilogue.summed);
  CHECK(bits(second.dx()) == bits(expected));

  LayerRunner alone(plain, {Shape{6}}, {.batch = 5});
  epilogue = {};
  LayerLinks plain_links{.layer = &plain, .dy = &epilogue};
  args = alone.bind();
  args.links = &plain_links;
  plain.forward(alone.context(), args);
  CHECK_FALSE(static_cast<bool>(epilogue.run));
}

namespace {

// y = (x w^T)^3 [batch, 9], with plain loops; uses the links or not, which must not change any bit.
class Cubes final : public Layer {
 public:
  static constexpr std::int64_t out = 9;
  static inline int applied, ran;  // backward calls whose dy included the cube's gradient; tiles of epilogues that ran

  explicit Cubes(bool takes_part) : takes_part_(takes_part) {}
  std::string type() const override { return "cubes"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "cubes"; }
  LayerPlan infer(std::span<const Shape> inputs) const override {
    LayerPlan plan;
    plan.output = Shape{out};
    plan.parameters = {{"w", Shape{out, inputs[0].last()}, Initializer::uniform(-1, 1)}};
    plan.saved = {{plan.output}};
    plan.scratch = {{plan.output}};
    plan.backward_needs = Needs::x;
    return plan;
  }
  void forward(const Context&, const LayerArgs& args) const override {
    const auto x = args.x[0].values<float>(), w = args.parameters[0].values<float>();
    const auto z = args.saved[0].values<float>(), y = args.y.values<float>();
    const std::size_t in = w.size() / out;
    for (std::size_t i = 0; i < z.size(); ++i) {
      z[i] = 0;
      for (std::size_t k = 0; k < in; ++k) z[i] += x[i / out * in + k] * w[i % out * in + k];
      y[i] = z[i] * z[i] * z[i];
    }
    GradientEpilogue* dy = takes_part_ ? links_of(*this, args).dy : nullptr;
    if (!dy) return;
    dy->saved = z.data();
    dy->run = [](const GradientEpilogue& self, const cpu::Tile& tile, std::int64_t columns, void* dx) {
      for (std::int64_t row = tile.row; row < tile.row + tile.rows; ++row) {
        for (std::int64_t at = row * columns + tile.column; at < row * columns + tile.column + tile.columns; ++at) {
          gradient(static_cast<const float*>(self.saved)[at], static_cast<float*>(dx)[at]);
        }
      }
    };
  }
  void backward(const Context&, const LayerArgs& args) const override {
    const LayerLinks links = takes_part_ ? links_of(*this, args) : LayerLinks();
    const auto x = args.x[0].values<float>(), w = args.parameters[0].values<float>();
    const auto dz = args.scratch[0].values<float>(), dw = args.dparameters[0].values<float>(), dx = args.dx[0].values<float>();
    const std::size_t in = w.size() / out, rows = dz.size() / out;
    copy(args.dy, args.scratch[0]);
    if (links.dy && links.dy->applied) {
      ++applied;
    } else {
      for (std::size_t i = 0; i < dz.size(); ++i) gradient(args.saved[0].values<float>()[i], dz[i]);
    }
    for (std::size_t i = 0; i < dw.size(); ++i) {
      dw[i] = 0;
      for (std::size_t row = 0; row < rows; ++row) dw[i] += dz[row * out + i / in] * x[row * in + i % in];
    }
    // dx in pieces of at most four columns.
    GradientEpilogue* const epilogue = links.dx && links.dx->run ? links.dx : nullptr;
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t begin = 0; begin < in; begin += 4) {
        const std::size_t end = std::min(in, begin + 4);
        for (std::size_t i = begin; i < end; ++i) {
          dx[row * in + i] = 0;
          for (std::size_t k = 0; k < out; ++k) dx[row * in + i] += dz[row * out + k] * w[k * in + i];
        }
        if (!epilogue) continue;
        epilogue->run(*epilogue,
                      {static_cast<std::int64_t>(row), 1, static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end - begin)},
                      static_cast<std::int64_t>(in), dx.data());
        ++ran;
      }
    }
    if (epilogue) epilogue->applied = true;
  }

 private:
  static void gradient(float z, float& dy) { dy *= 3 * z * z; }

  bool takes_part_;
};

}  // namespace

TEST_CASE("dense: a layer of another kind hands its epilogue to a dense and runs that of a dense") {
  for (const ActivationFunction& f : {ActivationFunction(Tanh()), ActivationFunction(SiLU()), ActivationFunction(ReLU())}) {  // y, x, y
    CAPTURE(describe(f));
    const auto net = [&](bool takes_part) {
      return sequential({40}, Cubes(takes_part), Dense(70), Activation(f), Cubes(takes_part), Cubes(takes_part), Dense(3));
    };
    for (const std::int64_t batch : {1, 150}) {
      const Bits alone = gradients(net(false), {.max_batch = batch, .seed = 5, .fuse = false}, 1);
      for (const int threads : {1, 2}) {
        Cubes::applied = Cubes::ran = 0;
        CHECK(gradients(net(true), {.max_batch = batch, .seed = 5}, threads) == alone);
        CHECK(Cubes::applied == 3 * 3);  // three layers in three steps
        // The epilogues of the second and third layer, in two full batches and one of half the size: 18 pieces in a row of 70 numbers, 3 in
        // a row of 9.
        CHECK(Cubes::ran == (2 * batch + (batch + 1) / 2) * (18 + 3));
        CHECK(gradients(net(true), {.max_batch = batch, .seed = 5, .fuse = false}, threads) == alone);
        CHECK(gradients(net(false), {.max_batch = batch, .seed = 5}, threads) == alone);
      }
    }
  }
}

namespace {

// y = 2 dense(x), dx = the inner layer's dx + 1: the inner layer must not use the links, since the outer one changes its results.
class Around final : public Layer {
 public:
  explicit Around(std::shared_ptr<const Layer> inner) : inner_(std::move(inner)) {}
  std::string type() const override { return "around"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "around"; }
  LayerPlan infer(std::span<const Shape> inputs) const override { return inner_->infer(inputs); }
  void forward(const Context& context, const LayerArgs& args) const override {
    inner_->forward(context, args);
    for (float& y : args.y.values<float>()) y *= 2;
  }
  void backward(const Context& context, const LayerArgs& args) const override {
    std::vector<float> dy(args.dy.values<float>().begin(), args.dy.values<float>().end());
    for (float& number : dy) number *= 2;
    LayerArgs inner = args;
    inner.dy = ConstTensorView(dy.data(), args.dy.shape());
    inner_->backward(context, inner);
    for (float& dx : args.dx[0].values<float>()) dx += 1;
  }

 private:
  std::shared_ptr<const Layer> inner_;
};

}  // namespace

TEST_CASE("dense: inside another layer it leaves the links of that layer alone") {
  const std::shared_ptr<const Layer> inner = Dense(33).absorb(Activation(SiLU()));  // needs z, which the outer layer does not change
  const Graph net = sequential({40}, Dense(20), Activation(Tanh()), Around(inner), Dense(3));
  CHECK(gradients(net, {.max_batch = 7, .seed = 5}, 1) == gradients(net, {.max_batch = 7, .seed = 5, .fuse = false}, 1));
}

// Gradients whose tiles are whole rows, parts of rows, and parts of rows in several rows of tiles.
TEST_CASE("dense: behind each other in a batch of many tiles give the gradients of layers that stand alone") {
  const int before = num_threads();
  for (const ActivationFunction& f : {ActivationFunction(ReLU()), ActivationFunction(GELU())}) {
    for (const DType dtype : compute_types) {
      for (const std::int64_t width : {10, 128, 300, 1100}) {
        CAPTURE(width);
        const Graph net = sequential({40}, Dense(width), Activation(f), Dense(70), Activation(f), Dense(3));
        const Bits alone = gradients(net, {.dtype = dtype, .max_batch = 701, .seed = 5, .fuse = false}, 1);
        CHECK(gradients(net, {.dtype = dtype, .max_batch = 701, .seed = 5}, 2) == alone);
      }
    }
  }
  set_num_threads(before);
}
