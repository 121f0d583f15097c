// A graph with two inputs and two outputs: the inputs are the upper and the lower half of a digit's image; the outputs say which digit it
// is and whether it is odd, each with a loss of its own. Run: build/release/examples/two_inputs [folder of the digits] (takes about two
// seconds) Last line to expect: more than 90 of 100 digits and more than 90 of 100 parities are right

#include <cstdint>
#include <iostream>
#include <utility>
#include <vector>

#include <weir/weir.hpp>

#ifndef DIGITS_FOLDER
#define DIGITS_FOLDER "data/digits"
#endif

namespace {

// Turns images [64] with labels into two inputs [32] and two targets: the label, and 1 for an odd digit, else 0.
weir::Dataset halves(const weir::Dataset& digits) {
  const std::int64_t samples = digits.samples();
  const auto pixels = digits.inputs()[0].values.values<std::uint8_t>();
  const auto labels = digits.targets()[0].values.values<std::int32_t>();
  weir::Tensor upper({samples, 32}, weir::DType::u8), lower({samples, 32}, weir::DType::u8), odd({samples, 1});
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    weir::Tensor& half = i % 64 < 32 ? upper : lower;
    half.values<std::uint8_t>()[i / 64 * 32 + i % 32] = pixels[i];
  }
  for (std::size_t i = 0; i < labels.size(); ++i) odd.values<float>()[i] = static_cast<float>(labels[i] % 2);
  const weir::FieldInfo pixels_of_half{.divisor = digits.inputs()[0].info.divisor, .image = {4, 8, 1}};
  return weir::Dataset({weir::Field(std::move(upper), pixels_of_half), weir::Field(std::move(lower), pixels_of_half)},
                       {digits.targets()[0], weir::Field(std::move(odd), {.classes = {"even", "odd"}})});
}

}  // namespace

int main(int argc, char** argv) try {
  const auto [digits, unseen] = weir::load_digits(argc > 1 ? argv[1] : DIGITS_FOLDER);
  const weir::Dataset train = halves(digits), test = halves(unseen);

  weir::Graph graph;
  const weir::Node upper = graph.input({32}, weir::Storage::compute, "upper"), lower = graph.input({32}, weir::Storage::compute, "lower");
  const weir::Node above = graph.add(weir::ReLU(), {graph.add(weir::Dense(32), {upper})});
  const weir::Node below = graph.add(weir::ReLU(), {graph.add(weir::Dense(32), {lower})});
  const weir::Node both = graph.add(weir::Concat(), {above, below});
  const weir::Node trunk = graph.add(weir::ReLU(), {graph.add(weir::Dense(32), {both})});
  graph.output(graph.add(weir::Dense(10), {trunk}, "digit"));
  graph.output(graph.add(weir::Dense(1), {graph.add(weir::Concat(), {trunk, above, below})}, "odd"));
  std::cout << graph << '\n';

  weir::Model model(graph, {.max_batch = 128, .seed = 1});
  const weir::Losses losses = {{weir::SoftmaxCrossEntropy({.label_smoothing = 0.05}), 1.0}, {weir::BinaryCrossEntropyWithLogits(), 0.5}};
  weir::fit(model, train,
            {.loss = losses, .optimizer = weir::AdamW({.lr = 3e-3}), .groups = {weir::vectors_without_decay()}, .epochs = 30, .batch = 32});

  const double digit = *weir::evaluate(model, test, losses).accuracy;
  const weir::Tensor odd = std::move(weir::predict(model, test)[1]);
  double parity = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(test.samples()); ++i) {
    const bool said = odd.values<float>()[i] > 0, is = test.targets()[1].values.values<float>()[i] == 1;
    parity += said == is ? 1.0 / static_cast<double>(test.samples()) : 0;
  }
  std::cout << "right: " << 100 * digit << " % of the digits, " << 100 * parity << " % of the parities\n";
  if (!(digit > 0.9 && parity > 0.9)) return 1;
  std::cout << "more than 90 of 100 digits and more than 90 of 100 parities are right\n";
} catch (const weir::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
