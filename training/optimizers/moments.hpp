#pragma once

#include <cstdint>
#include <span>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/training/optimizer.hpp>

namespace weir {

// What an optimizer keeps for a Model: the blocks of its training state where they are of the same type and names, else new ones of zeros.
class Moments {
 public:
  Moments(Model& model, const Optimizer& optimizer);  // changes nothing

  std::span<const TensorView> views() const { return views_; }
  std::uint64_t first_step() const { return next_.first_step; }

  // Once, after their first step: they and the optimizer are the training state's from then on.
  void keep(OptimizerState& state);

 private:
  OptimizerState next_;  // without moments where the state's go on
  bool go_on_ = false;
  std::vector<TensorView> views_;
};

}  // namespace weir
