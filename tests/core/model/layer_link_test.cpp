// Who is given a link to whom, and what it holds, seen by layers that note what they are given.

#include "core/model/layer_link.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <weir/core/array.hpp>
#include <weir/core/model.hpp>
#include <weir/layers/add.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/mean_squared_error.hpp>

#include "tests/support/layer_runner.hpp"

using namespace weir;

namespace {

struct Noted {
  const LayerLink *to_reader = nullptr, *to_source = nullptr;
  bool was_clean = true;  // no flag of an earlier step was there in forward
};
std::map<std::string, Noted> noted;  // by name: the last call

// y = x w, one number; saves one block. When its only reader takes over, that computes dw and passes dz on.
class Scales : public Layer {
 public:
  explicit Scales(std::string name, bool agrees = false) : name_(std::move(name)), agrees_(agrees) {}
  std::string type() const override { return "scales"; }
  Config config() const override { return {}; }
  std::string describe() const override { return name_; }
  LayerPlan infer(std::span<const Shape> inputs) const override {
    LayerPlan plan;
    plan.output = inputs[0];
    plan.parameters = {{"w", Shape{}, Initializer::constant(3)}};
    plan.saved = {{Shape{1}}};
    plan.backward_needs = Needs::x;
    return plan;
  }
  void forward(const Context&, const LayerArgs& args) const override {
    Noted& note = noted[name_] = {args.to_reader, args.to_source};
    if (args.to_reader) note.was_clean = !args.to_reader->offered && !args.to_reader->taken;
    const float w = *args.parameters[0].values<float>().data();
    for (std::size_t i = 0; i < args.y.values<float>().size(); ++i) args.y.values<float>()[i] = w * args.x[0].values<float>()[i];
    if (agrees_ && args.to_reader) args.to_reader->offered = true;
  }
  void backward(const Context&, const LayerArgs& args) const override {
    CHECK(args.to_reader == noted[name_].to_reader);
    CHECK(args.to_source == noted[name_].to_source);
    const bool begun = args.to_reader && args.to_reader->taken;
    const float w = *args.parameters[0].values<float>().data();
    float dw = 0;
    for (std::size_t i = 0; i < args.dy.values<float>().size(); ++i) {
      dw += args.dy.values<float>()[i] * args.x[0].values<float>()[i];
      // What a reader has multiplied by w already is not multiplied again.
      if (!args.dx[0].empty()) args.dx[0].values<float>()[i] = args.dy.values<float>()[i] * (begun ? 1 : w);
    }
    if (begun) dw /= w;
    args.dparameters[0].values<float>()[0] = dw;
    LayerLink* source = args.to_source;
    if (!source || !source->offered) return;
    CHECK(dynamic_cast<const Scales*>(source->layer) != nullptr);
    CHECK(source->saved.size() == 1);
    CHECK(source->saved[0].shape()[0] == args.batch);
    CHECK(source->dparameters.size() == 1);
    for (float& dx : args.dx[0].values<float>()) dx *= 3;
    source->taken = true;
  }

 private:
  std::string name_;
  bool agrees_;
};

std::vector<double> gradients(const Graph& graph, int steps = 1) {
  noted.clear();
  Model model(graph, {});
  model.plan_training(MeanSquaredError(), {Shape{2}});
  const Tensor x = Tensor::from<float>({1, 2, 3, 4, 5, 6}, {3, 2}), t(Shape{3, 2});
  const ConstTensorView inputs[] = {x}, targets[] = {t};
  for (int i = 0; i < steps; ++i) model.backward({.inputs = inputs, .targets = targets, .sample_weights = {}});
  return test::numbers(model.gradient_arena());
}

}  // namespace

TEST_CASE("layer link: a layer is linked to its only reader and what feeds the loss to nobody") {
  gradients(sequential({2}, Scales("a"), Scales("b"), Scales("c")));
  CHECK(noted["a"].to_source == nullptr);
  CHECK(noted["a"].to_reader != nullptr);
  CHECK(noted["b"].to_source == noted["a"].to_reader);
  CHECK(noted["c"].to_source == noted["b"].to_reader);
  CHECK(noted["a"].to_reader != noted["b"].to_reader);
  CHECK(noted["c"].to_reader == nullptr);
}

TEST_CASE("layer link: there is none where two read or the value is an output") {
  Graph twice;
  const Node x = twice.input({2}), a = twice.add(Scales("a"), {x});
  twice.output(twice.add(Add(), {twice.add(Scales("b"), {a}), twice.add(Scales("c"), {a})}));
  gradients(twice);
  CHECK(noted["a"].to_reader == nullptr);
  CHECK(noted["b"].to_source == nullptr);
  CHECK(noted["b"].to_reader != nullptr);  // Add reads it
  CHECK(noted["c"].to_reader == nullptr);  // Add's first input alone is linked
}

TEST_CASE("layer link: inference has none") {
  noted.clear();
  Model model(sequential({2}, Scales("a"), Scales("b")), {});
  model.forward(Tensor(Shape{3, 2}));
  CHECK(noted["a"].to_reader == nullptr);
  CHECK(noted["b"].to_source == nullptr);
}

TEST_CASE("layer link: what a reader has taken over comes out the same and is agreed on anew in each step") {
  const Graph plain = sequential({2}, Scales("a"), Scales("b"), Scales("c"));
  const Graph agreed = sequential({2}, Scales("a", true), Scales("b", true), Scales("c", true));
  for (const int steps : {1, 3}) {
    const std::vector<double> expected = gradients(plain, steps), got = gradients(agreed, steps);
    CHECK(noted["a"].was_clean);
    CHECK(noted["b"].was_clean);
    CHECK(expected[0] != 0);
    REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == doctest::Approx(expected[i]).epsilon(1e-6));
  }
}
