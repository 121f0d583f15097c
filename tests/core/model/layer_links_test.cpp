// Which layers are linked, and what their links contain; recorded by layers made for this test.

#include "core/model/layer_links.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <map>
#include <string>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/core/model.hpp>
#include <weir/layers/add.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/mean_squared_error.hpp>

#include "tests/support/layer_runner.hpp"

using namespace weir;

namespace {

struct Noted {
  bool given = false;     // LayerArgs::links was not nullptr
  LayerLinks links = {};  // the result of links_of
  const void* dparameter = nullptr;
  bool was_clean = true;  // in forward links.dy was empty, nothing left from an earlier step
  bool applied = false;   // the reader applied the epilogue
};
std::map<std::string, Noted> noted;  // by layer name, from the last call

// y = x w. Its GradientEpilogue multiplies dy by w; when the reader has applied it, backward skips that.
class Scales : public Layer {
 public:
  explicit Scales(std::string name, float w = 3, bool takes_part = false) : name_(std::move(name)), w_(w), takes_part_(takes_part) {}
  std::string type() const override { return "scales"; }
  Config config() const override { return {}; }
  std::string describe() const override { return name_; }
  LayerPlan infer(std::span<const Shape> inputs) const override {
    LayerPlan plan;
    plan.output = inputs[0];
    plan.parameters = {{"w", Shape{}, Initializer::constant(w_)}};
    plan.backward_needs = Needs::x;
    return plan;
  }
  void forward(const Context&, const LayerArgs& args) const override {
    Noted& note = noted[name_] = {args.links != nullptr, links_of(*this, args), args.dparameters[0].raw()};
    const float w = *args.parameters[0].values<float>().data();
    for (std::size_t i = 0; i < args.y.values<float>().size(); ++i) args.y.values<float>()[i] = w * args.x[0].values<float>()[i];
    GradientEpilogue* dy = note.links.dy;
    if (dy) note.was_clean = !dy->run && !dy->user && !dy->saved && !dy->applied && !dy->summed && !dy->bias_gradient;
    if (!takes_part_ || !dy) return;
    dy->user = args.parameters[0].raw();
    dy->run = [](const GradientEpilogue& self, const cpu::Tile& tile, std::int64_t columns, void* dx) {
      for (std::int64_t row = tile.row; row < tile.row + tile.rows; ++row) {
        for (std::int64_t i = tile.column; i < tile.column + tile.columns; ++i) {
          static_cast<float*>(dx)[row * columns + i] *= *static_cast<const float*>(self.user);
        }
      }
    };
  }
  void backward(const Context&, const LayerArgs& args) const override {
    const LayerLinks links = links_of(*this, args);
    Noted& note = noted[name_];
    CHECK(links.dy == note.links.dy);
    CHECK(links.dx == note.links.dx);
    CHECK(args.dparameters[0].raw() == note.dparameter);
    REQUIRE(links.bounds.size() == 1);
    CHECK(links.bounds[0] == std::numeric_limits<double>::infinity());
    links.bounds[0] = 1;  // must be reset before the next step
    note.applied = links.dy && links.dy->applied;
    const float w = *args.parameters[0].values<float>().data();
    float dw = 0;
    for (std::size_t i = 0; i < args.dy.values<float>().size(); ++i) {
      dw += args.dy.values<float>()[i] * args.x[0].values<float>()[i];
      if (!args.dx[0].empty()) args.dx[0].values<float>()[i] = args.dy.values<float>()[i] * (note.applied ? 1 : w);
    }
    args.dparameters[0].values<float>()[0] = note.applied ? dw / w : dw;
    if (!takes_part_ || !links.dx || !links.dx->run) return;
    const std::int64_t columns = args.dx[0].shape().last();
    for (std::int64_t row = 0; row < args.batch; ++row) {
      for (std::int64_t i = 0; i < columns; ++i) links.dx->run(*links.dx, {row, 1, i, 1}, columns, args.dx[0].raw());
    }
    links.dx->applied = true;
  }

 private:
  std::string name_;
  float w_;
  bool takes_part_;
};

// A layer that calls another one for its work.
class Outer : public Scales {
 public:
  using Scales::Scales;
  void forward(const Context& context, const LayerArgs& args) const override { inner_.forward(context, args); }
  void backward(const Context&, const LayerArgs& args) const override { CHECK(links_of(inner_, args).dx == nullptr); }

 private:
  Scales inner_{"inner"};
};

// The gradient of each parameter, which has one element.
std::vector<double> gradients(const Graph& graph, int steps = 1) {
  noted.clear();
  Model model(graph, {});
  model.plan_training(MeanSquaredError(), {Shape{2}});
  const Tensor x = Tensor::from<float>({1, 2, 3, 4, 5, 6}, {3, 2}), t(Shape{3, 2});
  const ConstTensorView inputs[] = {x}, targets[] = {t};
  for (int i = 0; i < steps; ++i) model.backward({.inputs = inputs, .targets = targets, .sample_weights = {}});
  const std::vector<double> arena = test::numbers(model.gradient_arena());
  std::vector<double> all;
  for (const ArenaEntry& entry : model.parameters()) all.push_back(arena[static_cast<std::size_t>(entry.offset)]);
  return all;
}

}  // namespace

TEST_CASE("layer links: a layer is linked to its only reader and what feeds the loss to nobody") {
  gradients(sequential({2}, Scales("a"), Scales("b"), Scales("c")));
  CHECK(noted["a"].links.dx == nullptr);
  CHECK(noted["a"].links.dy != nullptr);
  CHECK(noted["b"].links.dx == noted["a"].links.dy);
  CHECK(noted["c"].links.dx == noted["b"].links.dy);
  CHECK(noted["a"].links.dy != noted["b"].links.dy);
  CHECK(noted["c"].links.dy == nullptr);
}

TEST_CASE("layer links: none lead to a value that two read or that is an output") {
  Graph twice;
  const Node x = twice.input({2}), a = twice.add(Scales("a"), {x});
  twice.output(twice.add(Add(), {twice.add(Scales("b"), {a}), twice.add(Scales("c"), {a})}));
  gradients(twice);
  CHECK(noted["a"].links.dy == nullptr);
  CHECK(noted["b"].links.dx == nullptr);
  CHECK(noted["b"].links.dy != nullptr);  // Add reads it
  CHECK(noted["c"].links.dy == nullptr);  // only a layer's first input is linked
}

TEST_CASE("layer links: inference has none") {
  noted.clear();
  Model model(sequential({2}, Scales("a"), Scales("b")), {});
  model.forward(Tensor(Shape{3, 2}));
  CHECK(noted.size() == 2);
  for (const auto& [name, note] : noted) CHECK_FALSE(note.given);
}

TEST_CASE("layer links: a layer inside another finds none") {
  gradients(sequential({2}, Scales("a"), Outer("outer"), Scales("c")));
  CHECK(noted["inner"].given);
  CHECK(noted["inner"].links.layer == nullptr);
  CHECK(noted["inner"].links.dy == nullptr);
  CHECK(noted["inner"].links.bounds.empty());
  CHECK(noted["c"].links.dx != nullptr);  // what the outer layer may use
}

TEST_CASE("layer links: what a reader has done comes out the same and is asked for anew in each step") {
  const auto net = [](bool a, bool b, bool c) { return sequential({2}, Scales("a", 3, a), Scales("b", -2, b), Scales("c", 5, c)); };
  const std::vector<double> expected = gradients(net(false, false, false));
  CHECK_FALSE(noted["a"].applied);
  REQUIRE(expected.size() == 3);
  // y = 3 x (-2) 5, the loss is the mean of y^2 over 6 numbers; dw is 2 y^2 / w / 6 summed.
  const double y2 = 900.0 * (1 + 4 + 9 + 16 + 25 + 36);
  const double weights[] = {3, -2, 5};
  for (std::size_t i = 0; i < 3; ++i) CHECK(expected[i] == doctest::Approx(2 * y2 / weights[i] / 6).epsilon(1e-6));
  for (const int steps : {1, 3}) {
    const std::vector<double> got = gradients(net(true, true, true), steps);
    CHECK(noted["a"].applied);
    CHECK(noted["b"].applied);
    CHECK_FALSE(noted["c"].applied);
    CHECK(noted["a"].was_clean);
    CHECK(noted["b"].was_clean);
    REQUIRE(got.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) CHECK(got[i] == doctest::Approx(expected[i]).epsilon(1e-6));
    gradients(net(true, false, true), steps);  // a reader that ignores the links
    CHECK_FALSE(noted["a"].applied);
  }
}
