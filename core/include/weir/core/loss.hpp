#pragma once

#include <optional>

#include <weir/core/classification.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// A loss: a layer whose inputs are an output of the graph and the target. Its y is one number for each sample (shape [] per sample), and
// the loss is the mean of y over the batch. A loss with another normalisation (sum, class weights) scales y so that this mean is its value.
// Sample weights are handled by the Model, which puts weight / batch into dy.
class Loss : public Layer {
 public:
  // Checks all targets before training: [samples, ...], on the host. `output` is the shape of one sample of the graph's output. Throws
  // ConfigError with the sample's number and value (a label out of range, a probability below 0).
  virtual void check_targets(const Shape& output, const ConstTensorView& targets) const;

  // The divisor in: loss of these targets = sum / divisor. `targets` are [samples, ...] on the host. By default the number of samples;
  // otherwise with class weights, or for a sum (1). The loss over several batches is the sum of divisor * loss of each, divided by the sum
  // of the divisors.
  virtual double divisor(const Shape& output, const ConstTensorView& targets) const;

  // How outputs and targets of these shapes (of one sample) are counted for the accuracy that fit reports; by default none is reported.
  virtual std::optional<Classification> classification(const Shape& output, const Shape& target) const;
};

}  // namespace weir
