#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <weir/core/tensor.hpp>

namespace weir {

// One block of samples on the host: [samples, ...]. A model gets f32 and f64 as numbers in its own dtype, u8 as value / divisor in
// that dtype, i32 (labels, indices) as it is.
struct Field {
  Tensor values;
  double divisor = 1;  // for u8: 1e-30 to 1e30
};

// Samples to train on or to evaluate: inputs and targets in the order of a graph's inputs and outputs. Owns its fields; never changes.
class Dataset {
 public:
  // Throws ConfigError for no input, bf16, or a divisor that makes no sense; ShapeError when a field has no samples, no features or
  // another count of samples; DeviceError for a field that is not on the host; NumericError for NaN or infinity (names the sample).
  // Targets may be absent: enough to predict.
  Dataset(std::vector<Field> inputs, std::vector<Field> targets);
  Dataset(Field input, Field target);
  Dataset(Tensor input, Tensor target);

  std::int64_t samples() const { return inputs_.front().values.shape()[0]; }
  const std::vector<Field>& inputs() const { return inputs_; }
  const std::vector<Field>& targets() const { return targets_; }
  Shape input_shape(std::size_t input = 0) const;    // of one sample; ConfigError if there is no such input
  Shape target_shape(std::size_t target = 0) const;  // of one sample; ConfigError if there is no such target

  // A copy of `count` samples from `begin` on. ShapeError when they are not all there, or none.
  Dataset slice(std::int64_t begin, std::int64_t count) const;

 private:
  std::vector<Field> inputs_;
  std::vector<Field> targets_;
};

// What a data set usually comes as: auto [train, test] = load_mnist();
struct TrainTest {
  Dataset train;
  Dataset test;
};

}  // namespace weir
