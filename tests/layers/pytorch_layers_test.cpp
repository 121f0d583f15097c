#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/layers/every_layer.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/reference.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// What tests/reference/make_modules.py wrote.
const Reference& reference() {
  static const Reference file(WEIR_TEST_REFERENCE "/modules.txt");
  return file;
}

// Runs a layer on a case's numbers and compares y, every gradient and the running statistics.
void check_case(const std::string& name, const Layer& layer, std::size_t count = 1, bool training = true) {
  for (const DType dtype : {DType::f64, DType::f32}) {
    CAPTURE(name);
    CAPTURE(to_string(dtype));
    const auto given = [&](const std::string& key) { return reference().array(name + "." + key); };
    const auto close = [&](const TensorView& actual, const std::string& key) {
      CAPTURE(key);
      CHECK(worst_error(numbers(actual), given(key).values) <= (dtype == DType::f64 ? 1e-12 : 1e-5));
    };
    std::vector<Shape> inputs;
    for (std::size_t i = 0; i < count; ++i) {
      inputs.push_back(Shape(std::span<const std::int64_t>(given("x" + std::to_string(i)).extents).subspan(1)));
    }
    LayerRunner run(layer, inputs, {.batch = given("x0").extents[0], .dtype = dtype, .training = training});
    for (std::size_t i = 0; i < count; ++i) run.set_x(given("x" + std::to_string(i)).values, i);
    const auto& parameters = run.plan().parameters;
    for (std::size_t i = 0; i < parameters.size(); ++i) run.set_parameter(i, given(parameters[i].name).values);
    run.set_dy(given("dy").values);
    run.forward();
    run.backward();
    close(run.y(), "y");
    for (std::size_t i = 0; i < count; ++i) {
      if (!run.dx(i).empty()) close(run.dx(i), "dx" + std::to_string(i));
    }
    for (std::size_t i = 0; i < parameters.size(); ++i) close(run.dparameter(i), "d" + parameters[i].name);
    for (std::size_t i = 0; training && i < run.plan().state.size(); ++i) close(run.state_next(i), run.plan().state[i].name);
  }
}

}  // namespace

TEST_CASE("layers: forward and backward and state agree with PyTorch") {
  check_case("prelu", PReLU());
  check_case("prelu.channels", PReLU(3));
  check_case("prelu.features", PReLU(6));
  check_case("softmax.7", Softmax());
  check_case("softmax.2x3", Softmax());
  check_case("log_softmax.7", LogSoftmax());
  check_case("log_softmax.2x3", LogSoftmax());
  check_case("layer_norm.7", LayerNorm());
  check_case("layer_norm.2x3", LayerNorm());
  check_case("layer_norm.plain", LayerNorm({.eps = 0.1, .elementwise_affine = false}));
  check_case("batch_norm", BatchNorm());
  check_case("batch_norm.plain", BatchNorm({.eps = 0.1, .momentum = 0.25, .affine = false}));
  check_case("batch_norm.inference", BatchNorm(), 1, false);
  check_case("embedding", Embedding(4, 3));
  check_case("embedding.words", Embedding(4, 3));
  check_case("multiply", Multiply(), 2);
  check_case("multiply.three", Multiply(), 3);
  check_case("rms_norm", RMSNorm());
}

TEST_CASE("layers: initial values are those of PyTorch") {
  CHECK(PReLU().infer(std::vector{Shape{4}}).parameters[0].initializer == Initializer::constant(0.25));
  CHECK(Embedding(4, 3).infer(std::vector{Shape{}}).parameters[0].initializer == Initializer::normal(0, 1));
  for (const auto& layer : {make_layer(BatchNorm()), make_layer(LayerNorm())}) {
    const LayerPlan plan = layer->infer(std::vector{Shape{4}});
    CHECK(plan.parameters[0].initializer == Initializer::constant(1));
    CHECK(plan.parameters[1].initializer == Initializer::zeros());
  }
  const auto state = BatchNorm().infer(std::vector{Shape{4}}).state;
  CHECK(state[0].name == "running_mean");
  CHECK(state[0].initial == 0);
  CHECK(state[1].name == "running_var");
  CHECK(state[1].initial == 1);
}
