// Trains a network for XOR inside an application that found weir with find_package.
// Last line to expect: 0 1 1 0
#include <cmath>
#include <iostream>

#include <weir/weir.hpp>

int main() {
  weir::Dataset data(weir::Tensor::from<float>({0, 0, 0, 1, 1, 0, 1, 1}, {4, 2}), weir::Tensor::from<float>({0, 1, 1, 0}, {4, 1}));
  weir::Model model(weir::sequential({2}, weir::Dense(8), weir::Tanh(), weir::Dense(1)), {.max_batch = 4, .seed = 1});
  weir::fit(model, data, {.loss = weir::MeanSquaredError(), .optimizer = weir::Adam({.lr = 0.05}), .epochs = 300, .batch = 4});
  const weir::Tensor y = weir::predict(model, data.inputs()[0].values);
  for (const float value : y.values<float>()) std::cout << std::lround(value) << ' ';
  std::cout << '\n';
}
