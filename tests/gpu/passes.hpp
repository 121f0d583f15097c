#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "tests/support/passing_layer.hpp"

namespace weir::test {

// The identity, capturable or not; counts how often the host calls its forward in training.
class Passes : public PassingLayer {
 public:
  Passes(bool capturable, std::shared_ptr<std::int64_t> calls)
      : PassingLayer("passes"), capturable_(capturable), calls_(std::move(calls)) {}
  void forward(const Context& context, const LayerArgs& args) const override {
    PassingLayer::forward(context, args);
    if (context.training) ++*calls_;
  }
  bool capturable() const override { return capturable_; }

 private:
  bool capturable_;
  std::shared_ptr<std::int64_t> calls_;
};

}  // namespace weir::test
