// An autoencoder: compresses the 64 pixels of the bundled digits to 12 numbers and reconstructs them. Prints three test images next to
// their reconstructions. Run: build/release/examples/autoencoder [folder of the digits] (takes about three seconds) Last line to expect: 12
// numbers a digit miss a pixel by less than 0.15 of its range

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <string>
#include <utility>

#include <weir/weir.hpp>

#ifndef DIGITS_FOLDER
#define DIGITS_FOLDER "data/digits"
#endif

namespace {

// A Dataset whose targets are the images themselves.
weir::Dataset onto_themselves(const weir::Dataset& digits) { return weir::Dataset(digits.inputs()[0], digits.inputs()[0]); }

// One row of an 8 x 8 image with pixels from 0 to 1, as text.
std::string row(const float* pixels) {
  constexpr const char* shades = " .:-=+*#%@";
  std::string text;
  for (int i = 0; i < 8; ++i) {
    const int shade = std::min(9, std::max(0, static_cast<int>(pixels[i] * 10)));
    text += std::string(2, shades[shade]);
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) try {
  const auto [train, test] = weir::load_digits(argc > 1 ? argv[1] : DIGITS_FOLDER);
  const weir::Dataset images = onto_themselves(train), unseen = onto_themselves(test);

  weir::Graph net = weir::sequential({64}, weir::Dense(48), weir::ReLU(), weir::Dense(12), weir::Dense(48), weir::ReLU(), weir::Dense(64),
                                     weir::Sigmoid());
  weir::Model model(net, {.max_batch = 128, .seed = 1});
  weir::fit(model, images,
            {.loss = weir::MeanSquaredError(),
             .optimizer = weir::NAdam({.lr = 3e-3}),
             .schedule = weir::LinearWarmup({.total_iters = 3}, weir::ExponentialLR({.gamma = 0.97})),
             .clip = {.global_norm = 1},
             .epochs = 60,
             .batch = 32});

  const weir::Tensor drawn = std::move(weir::predict(model, unseen)[0]);
  for (std::size_t image = 0; image < 3; ++image) {
    for (std::size_t y = 0; y < 8; ++y) {
      const std::size_t at = image * 64 + y * 8;
      float pixels[8];
      for (std::size_t i = 0; i < 8; ++i) pixels[i] = static_cast<float>(unseen.inputs()[0].values.values<std::uint8_t>()[at + i]) / 16;
      std::cout << row(pixels) << "    " << row(drawn.values<float>().data() + at) << '\n';
    }
    std::cout << '\n';
  }
  const double error = std::sqrt(weir::evaluate(model, unseen, weir::MeanSquaredError()).loss);
  std::cout << "the root of the mean squared error is " << error << '\n';
  if (!(error < 0.15)) return 1;
  std::cout << "12 numbers a digit miss a pixel by less than 0.15 of its range\n";
} catch (const weir::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
