#pragma once

#include <string>
#include <vector>
#include <weir/core/tensor.hpp>
#include <weir/training/gradient_clip.hpp>

#include "training/parameter_groups.hpp"

namespace weir {

// What groups and clipping do around an update: penalties and limits of gradients before it, limits of norms after it. Allocates in its
// constructor alone.
class Regularizer {
 public:
  // Throws ConfigError for a limit that is not above 0. The Model and the groups must outlive this.
  Regularizer(const std::string& who, Model& model, const ParameterGroups& groups, const GradientClip& clip);

  bool changes_gradients() const { return penalizes_ || clips_; }
  double most_l1() const { return most_l1_; }
  double most_l2() const { return most_l2_; }
  void before_update(const Context& context);  // changes the Model's gradients
  // Changes its parameters, unless *skip is not 0 (nullptr: always).
  void after_update(const Context& context, const std::uint64_t* skip);

  // The largest magnitude that gradients can have after before_update, from theirs before it and that of the parameters.
  double bound(double gradient, double parameter) const { return gradient + most_l1_ + most_l2_ * parameter; }

 private:
  void measure(const Context& context);  // sums_
  TensorView gradient(const TrainedParameter& parameter) const;

  Model* model_;
  const ParameterGroups* groups_;
  GradientClip clip_;
  bool penalizes_ = false, clips_ = false, limits_rows_ = false;
  double most_l1_ = 0, most_l2_ = 0;
  Tensor partial_, sums_;  // of squares; sums_ has one for each parameter
};

}  // namespace weir
