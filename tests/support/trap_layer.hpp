#pragma once

#include <functional>
#include <utility>

#include "tests/support/passing_layer.hpp"

namespace weir::test {

// y = x; then calls a function with the number of steps taken and y, in training.
class Trap : public PassingLayer {
 public:
  explicit Trap(std::function<void(std::uint64_t step, const TensorView& y)> spring) : PassingLayer("trap"), spring_(std::move(spring)) {}
  void forward(const Context& context, const LayerArgs& args) const override {
    PassingLayer::forward(context, args);
    if (context.training) spring_(*context.step, args.y);
  }

 private:
  std::function<void(std::uint64_t, const TensorView&)> spring_;
};

}  // namespace weir::test
