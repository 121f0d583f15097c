#pragma once

#include <weir/core/loss.hpp>
#include <weir/layers/every_device.hpp>
#include <weir/layers/reduction.hpp>

namespace weir {

// The losses that compare an output x with a target t of the same shape element by element. F computes the loss f of one element,
//
//   y = mean over the elements of f(x, t)      dx = dy df/dx / elements      dt = dy df/dt / elements
//
// (or the sum or batch_mean, as in PyTorch's reduction). F also holds the options: Huber({.delta = 2, .reduction = Reduction::sum}). F must
// be one of weir's terms: SquaredTerm, HuberTerm, ...
template <class F>
class ElementwiseLoss final : public EveryDevice<Loss> {
 public:
  explicit ElementwiseLoss(F options = {});  // ConfigError for an option out of range
  static ElementwiseLoss from_config(const Config& config);

  const F& options() const& { return options_; }
  const F& options() const&& = delete;

  std::string type() const override;
  Config config() const override;
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;

  // Checks that the targets are in the term's domain; u8 targets are not checked, because they are scaled later.
  void check_targets(const Shape& output, const ConstTensorView& targets) const override;
  double divisor(const Shape& output, const ConstTensorView& targets) const override;

  // By F::threshold, if F has one: each element of the output is a prediction, as for Keras' binary_accuracy.
  std::optional<Classification> classification(const Shape& output, const Shape& target) const override;

 private:
  F options_;
};

}  // namespace weir
