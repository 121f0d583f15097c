#pragma once

#include <string>
#include <weir/core/tensor.hpp>
#include <weir/training/gradient_clip.hpp>

#include "training/parameter_groups.hpp"

namespace weir {

// Before an update adds the L1 and L2 penalties of parameter groups and clips gradients; after it applies max_norm. Allocates in its
// constructor only.
class Regularizer {
 public:
  // Throws ConfigError for a limit that is not above 0. The Model and the groups must outlive this.
  Regularizer(const std::string& who, Model& model, const ParameterGroups& groups, const GradientClip& clip);

  bool changes_gradients() const { return penalizes_ || clips_; }
  double most_l1() const { return most_l1_; }
  double most_l2() const { return most_l2_; }
  void before_update(const Context& context);  // modifies the Model's gradients
  // Modifies the Model's parameters, unless *skip != 0 (on a device: the step was rejected). nullptr: always.
  void after_update(const Context& context, const std::uint64_t* skip);

  // Upper bound of max abs(gradient) after before_update, from max abs of the gradients before it and max abs of the parameters.
  double bound(double gradient, double parameter) const { return gradient + most_l1_ + most_l2_ * parameter; }

 private:
  void measure(const Context& context);  // computes sums_
  TensorView gradient(const TrainedParameter& parameter) const;

  Model* model_;
  const ParameterGroups* groups_;
  GradientClip clip_;
  bool penalizes_ = false, clips_ = false, limits_rows_ = false;
  double most_l1_ = 0, most_l2_ = 0;
  Tensor partial_, sums_;  // sums of squared gradients; sums_ [parameters]
};

}  // namespace weir
