// A Model that trains and predicts in main, and does both again in a static destructor, when the objects of the thread are gone.

#include <cstdio>
#include <optional>
#include <vector>

#include <weir/core/array.hpp>
#include <weir/core/threads.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/mean_squared_error.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/predict.hpp>
#include <weir/training/sgd.hpp>

namespace {

struct Training {
  weir::Model model{weir::sequential({64}, weir::Dense(256), weir::Dense(64)), {.max_batch = 256, .seed = 1}};
  weir::Tensor x{weir::Shape{256, 64}};
  std::vector<float> run() {
    weir::fill(x, 0.5);
    const weir::Dataset data(weir::clone(x), weir::clone(x));
    weir::fit(model, data, {.loss = weir::MeanSquaredError(), .optimizer = weir::SGD({.lr = 0.01}), .batch = 256});
    const weir::Tensor y = weir::predict(model, x);
    return {y.values<float>().begin(), y.values<float>().end()};
  }
};

std::vector<float> expected;

struct AfterMain {
  std::optional<Training> training;
  ~AfterMain() {
    training->run();
    const bool same = Training().run() == expected;
    std::puts(same ? "after main: the same numbers" : "after main: other numbers");
    std::fflush(stdout);
  }
} after_main;

}  // namespace

int main() {
  weir::set_num_threads(2);
  after_main.training.emplace();
  expected = Training().run();
  for (int i = 0; i < 20; ++i) after_main.training->run();
}
