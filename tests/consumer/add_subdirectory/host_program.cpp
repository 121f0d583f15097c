// Compiled with -ffast-math, as weir's sources would be but for weir's own flags: what is not finite is still seen.
// Last line to expect: NaN is refused, infinity is refused, divergence is seen
#include <bit>
#include <cstdint>
#include <iostream>

#include <weir/weir.hpp>

namespace {

// The bits, since -ffast-math lets the compiler take for granted that there is no NaN.
float from_bits(std::uint32_t bits) { return std::bit_cast<float>(bits); }

void train(float x, double lr) {
  weir::Dataset data(weir::Tensor::from<float>({0, 0, 0, 1, 1, 0, 1, x}, {4, 2}), weir::Tensor::from<float>({0, 1, 1, 0}, {4, 1}));
  weir::Model model(weir::sequential({2}, weir::Dense(8), weir::ReLU(), weir::Dense(1)), {.max_batch = 4, .seed = 1});
  weir::fit(model, data, {.loss = weir::MeanSquaredError(), .optimizer = weir::SGD({.lr = lr}), .epochs = 300, .batch = 4});
}

const char* outcome(float x, double lr) {
  try {
    train(x, lr);
  } catch (const weir::NumericError&) {
    return "seen";
  } catch (const weir::Error&) {
    return "refused";
  }
  return "trained on";
}

}  // namespace

int main() {
  std::cout << "NaN is " << outcome(from_bits(0x7fc00000), 0.01) << ", infinity is " << outcome(from_bits(0x7f800000), 0.01)
            << ", divergence is " << outcome(1, 1e6) << '\n';
}
