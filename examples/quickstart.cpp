// Trains a small network on MNIST and saves it: the program of the README.
// Run: build/release/examples/quickstart (MNIST must be there: `./weir train` fetches it). Takes about ten seconds on two cores.
// Last line to expect: 97.6 % of the test images are recognised (the last decimal depends on the machine).
#include <iostream>
#include <weir/weir.hpp>

int main() try {
  auto [train, test] = weir::load_mnist();
  weir::Graph net = weir::sequential({784}, weir::Dense(128), weir::ReLU(), weir::Dense(10));
  weir::Model model(net, {.device = weir::best_device(), .max_batch = 128, .seed = 1});
  weir::fit(model, train, {.loss = weir::SoftmaxCrossEntropy(), .optimizer = weir::Adam({.lr = 1e-3}), .epochs = 5, .batch = 64});
  weir::save(model, "mnist.safetensors");
  std::cout << 100 * *weir::evaluate(model, test, weir::SoftmaxCrossEntropy()).accuracy << " % of the test images are recognised\n";
} catch (const weir::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
