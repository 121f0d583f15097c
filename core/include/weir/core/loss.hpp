#pragma once

#include <memory>

#include <weir/core/layer.hpp>

namespace weir {

// A terminal layer. Its inputs are an output of the graph and the target; its y is one number a sample ([] per sample), and the
// loss is the mean of y over the batch: a loss that normalises otherwise (a sum, class weights) scales its y so that this mean is
// its value. Sample weights need nothing here: the Model puts weight / batch into dy.
class Loss : public Layer {
 public:
  // check_input for the targets: their values on the host, all at once, [samples, ...]. Throws ConfigError with the sample's number and
  // value (a label out of range, a probability below 0). `output` is the shape of the graph's output, per sample.
  virtual void check_targets(const Shape& output, const ConstTensorView& targets) const;

  // What the sum over these targets [samples, ...], on the host, is divided by to give their loss: their number, unless they count
  // differently (class weights, a sum: 1). The loss of several batches is the sum of divisor times loss over them, over the divisor of all.
  virtual double divisor(const Shape& output, const ConstTensorView& targets) const;

  // True when targets of this shape are class labels, so that accuracy has a meaning.
  virtual bool classifies(const Shape& output, const Shape& target) const;
};

}  // namespace weir
