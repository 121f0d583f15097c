// The program of every consumer: learns exclusive or.
#include <iostream>

#include <weir/weir.hpp>

int main() {
  weir::Dataset data(weir::Tensor::from<float>({0, 0, 0, 1, 1, 0, 1, 1}, {4, 2}), weir::Tensor::from<float>({0, 1, 1, 0}, {4, 1}));
  weir::Model model(weir::sequential({2}, weir::Dense(8), weir::Tanh(), weir::Dense(1)), {.max_batch = 4, .seed = 1});
  weir::fit(model, data, {.loss = weir::MeanSquaredError(), .optimizer = weir::Adam({.lr = 0.02}), .epochs = 500, .batch = 4});
  const bool learned = weir::evaluate(model, data, weir::MeanSquaredError()).loss < 0.01;
  std::cout << (learned ? "OK\n" : "did not learn\n");
  return learned ? 0 : 1;
}
