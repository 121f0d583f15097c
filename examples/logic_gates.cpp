// Logic gates: a single neuron learns AND, OR and NAND; XOR, which is not linearly separable, needs a hidden layer.
// Run: build/release/examples/logic_gates (takes less than a second)
// Last line to expect: xor 0 1 1 0

#include <cstdio>
#include <iostream>

#include <weir/weir.hpp>

namespace {

const float inputs[] = {0, 0, 0, 1, 1, 0, 1, 1};

// Trains a network on the four rows of a gate's truth table and prints its outputs. False if one is wrong.
bool learn(const char* gate, std::initializer_list<float> wanted, const weir::Graph& net) {
  weir::Tensor x = weir::Tensor::from<float>(inputs, {4, 2}), y = weir::Tensor::from<float>(wanted, {4, 1});
  const weir::Dataset rows(x.clone(), y.clone());
  weir::Model model(net, {.max_batch = 4, .seed = 1});
  weir::fit(model, rows, {.loss = weir::BinaryCrossEntropyWithLogits(), .optimizer = weir::Adam({.lr = 0.05}), .epochs = 500, .batch = 4});

  const weir::Tensor answers = weir::predict(model, x);
  bool right = true;
  std::printf("%s", gate);
  for (std::size_t row = 0; row < 4; ++row) {
    const float answer = answers.values<float>()[row] > 0 ? 1.0F : 0.0F;
    right = right && answer == y.values<float>()[row];
    std::printf(" %.0f", static_cast<double>(answer));
  }
  std::printf("\n");
  return right;
}

}  // namespace

int main() try {
  const weir::Graph neuron = weir::sequential({2}, weir::Dense(1));
  const weir::Graph hidden = weir::sequential({2}, weir::Dense(8), weir::Tanh(), weir::Dense(1));
  bool right = learn("and ", {0, 0, 0, 1}, neuron);
  right = learn("or  ", {0, 1, 1, 1}, neuron) && right;
  right = learn("nand", {1, 1, 1, 0}, neuron) && right;
  right = learn("xor", {0, 1, 1, 0}, hidden) && right;
  return right ? 0 : 1;
} catch (const weir::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
