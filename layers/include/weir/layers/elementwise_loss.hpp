#pragma once

#include <weir/core/loss.hpp>
#include <weir/layers/reduction.hpp>

namespace weir {

// The losses that compare an output x with a target t of its shape element by element. F is the term of one element,
//
//   y = mean over the elements of f(x, t)      dx = dy df/dx / elements      dt = dy df/dt / elements
//
// (mean, sum or batch_mean; the loss is then that of PyTorch with the same reduction). F holds the loss's options and computes the term of
// one element: Huber({.delta = 2, .reduction = Reduction::sum}). It is one of weir's own: SquaredTerm, HuberTerm, ...
template <class F>
class ElementwiseLoss final : public Loss {
 public:
  explicit ElementwiseLoss(F options = {});  // ConfigError for an option outside its range
  static ElementwiseLoss from_config(const Config& config);

  const F& options() const { return options_; }

  std::string type() const override;
  Config config() const override;
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }

  // That targets are what the term can take; u8 ones, which are scaled later, are not looked at.
  void check_targets(const Shape& output, const ConstTensorView& targets) const override;
  double divisor(const Shape& output, const ConstTensorView& targets) const override;

 private:
  F options_;
};

}  // namespace weir
