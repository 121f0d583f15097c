#pragma once

#include <span>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/core/tensor.hpp>
#include <weir/training/optimizer.hpp>

#include "tests/support/layer_runner.hpp"

namespace weir::test {

// An optimizer applied to a block of parameters outside any Model.
class OptimizerRun {
 public:
  OptimizerRun(AnyOptimizer optimizer, const std::vector<double>& parameters, DType dtype = DType::f64, int threads = 1)
      : optimizer_(std::move(optimizer)), shape_{static_cast<std::int64_t>(parameters.size())}, w_(tensor(parameters, shape_, dtype)) {
    for (std::size_t i = 0; i < optimizer_->moments().size(); ++i) views_.push_back(moments_.emplace_back(shape_, dtype));
    learning_rate = optimizer_->learning_rate();
    context_.threads = threads;
  }

  std::vector<double> step(const std::vector<double>& gradients) {
    const Tensor g = tensor(gradients, shape_, w_.dtype());
    ++step_;
    max_abs = 0;
    optimizer_->update(context_, {w_, g, views_, &learning_rate, &step_, &max_abs});
    return numbers(w_);
  }
  ConstTensorView parameters() const { return w_; }
  TensorView moment(std::size_t i) { return views_[i]; }

  double learning_rate = 0;
  double max_abs = 0;  // after step

 private:
  AnyOptimizer optimizer_;
  Shape shape_;
  Tensor w_;
  std::vector<Tensor> moments_;
  std::vector<TensorView> views_;
  std::uint64_t step_ = 0;
  Context context_;
};

// The tests of each optimizer hold PyTorch 1.13's results for these parameters and gradients.
inline const std::vector<double> start = {1.0, -2.0, 0.5, 3.0};
inline const std::vector<std::vector<double>> slopes = {
    {0.5, -1.0, 0.25, 2.0}, {1.5, 0.125, -0.75, -2.0}, {-0.25, 0.5, 1.0, 0.0}, {0.75, -0.375, 0.0, 1.25}};

// The parameters after each of the four steps.
inline std::vector<std::vector<double>> four_steps(const AnyOptimizer& optimizer, DType dtype = DType::f64) {
  OptimizerRun run(optimizer, start, dtype);
  std::vector<std::vector<double>> result;
  for (const auto& g : slopes) result.push_back(run.step(g));
  return result;
}

// The largest difference between two lists of equal lengths.
inline double worst_difference(const std::vector<std::vector<double>>& got, const std::vector<std::vector<double>>& expected) {
  double worst = got.size() == expected.size() ? 0 : std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < got.size() && i < expected.size(); ++i) {
    for (std::size_t j = 0; j < expected[i].size(); ++j) worst = std::max(worst, std::abs(got[i].at(j) - expected[i][j]));
  }
  return worst;
}

// Many numbers that depend on the seed alone, uniform in (-1, 1).
inline std::vector<double> many(std::int64_t count, std::uint64_t seed) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto bits = random_bits(RandomKey{seed}, static_cast<std::uint64_t>(i));
    values.push_back(2 * uniform01(bits[0], bits[1]) - 1);
  }
  return values;
}

}  // namespace weir::test
