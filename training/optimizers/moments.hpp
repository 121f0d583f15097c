#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/training/optimizer.hpp>

namespace weir {

// What an optimizer keeps for a Model: the blocks of its training state when they are of the same type, else new ones of zeros,
// which become the training state's with keep().
class Moments {
 public:
  Moments(Model& model, const Optimizer& optimizer);

  std::span<const TensorView> views() const { return views_; }
  std::uint64_t first_step() const { return first_step_; }  // the Model's steps before their first update
  void keep(TrainingState& state);                          // does nothing when they are there

 private:
  std::string owner_;
  std::uint64_t first_step_ = 0;
  bool kept_ = false;
  std::vector<Tensor> fresh_;
  std::vector<TensorView> views_;
};

}  // namespace weir
