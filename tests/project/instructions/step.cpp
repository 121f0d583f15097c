// W1 (784-128-10, batch 64, SGD) on one thread for so many epochs of ten steps, with a ProgressBar and a CsvLog if a file is named for it:
// step EPOCHS [LOG].
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <utility>
#include <vector>
#include <weir/activations/activation.hpp>
#include <weir/core/threads.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>
#include <weir/training/csv_log.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/progress_bar.hpp>
#include <weir/training/sgd.hpp>

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) return 2;
  constexpr std::int64_t batch = 64, steps = 10;
  weir::set_num_threads(1);
  weir::Tensor images({steps * batch, 784}, weir::DType::u8), labels({steps * batch}, weir::DType::i32);
  for (std::size_t i = 0; i < images.values<std::uint8_t>().size(); i += 5) images.values<std::uint8_t>()[i] = static_cast<std::uint8_t>(i);
  for (std::size_t i = 0; i < labels.values<std::int32_t>().size(); ++i) labels.values<std::int32_t>()[i] = static_cast<int>(i % 10);
  const weir::Dataset data(weir::Field(std::move(images), {.divisor = 255}), std::move(labels));

  weir::Model model(weir::sequential({784}, weir::Dense(128), weir::ReLU(), weir::Dense(10)), {.max_batch = batch});
  std::ofstream terminal("/dev/null");
  std::vector<weir::AnyCallback> callbacks;
  if (argc == 3) callbacks = {weir::ProgressBar(terminal, {.bar = true}), weir::CsvLog(argv[2])};
  weir::fit(model, data,
            {.loss = weir::SoftmaxCrossEntropy(),
             .optimizer = weir::SGD({.lr = 0.01}),
             .epochs = std::atoi(argv[1]),
             .batch = batch,
             .callbacks = callbacks});
  return 0;
}
