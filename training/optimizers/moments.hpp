#pragma once

#include <cstdint>
#include <span>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/training/optimizer.hpp>

namespace weir {

// An optimizer's moments for a Model: those in its training state if they have the same type and names, else new tensors of zeros.
class Moments {
 public:
  Moments(Model& model, const Optimizer& optimizer);  // changes nothing

  std::span<const TensorView> views() const { return views_; }
  std::uint64_t first_step() const { return next_.first_step; }

  // Call once, after the first step with these moments: moves them and the optimizer into the training state.
  void keep(OptimizerState& state);

 private:
  OptimizerState next_;  // without moments if those of the state continue
  bool go_on_ = false;
  std::vector<TensorView> views_;
};

}  // namespace weir
