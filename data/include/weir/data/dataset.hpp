#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <weir/core/data_info.hpp>
#include <weir/core/tensor.hpp>

namespace weir {

// Rows of numbers on the host, [samples, ...], and what is known of them. It keeps them alive and never changes them; copies of it share
// them. A model gets f32 and f64 in its own dtype, i32 (labels, indices) as it is, and u8 as value / divisor in its own dtype, or as whole
// numbers where a loss asks for labels or a layer for indices.
struct Field {
  Field(Tensor tensor, FieldInfo info = {});  // takes the tensor over

  // Numbers that lie elsewhere (a NumPy array, a mapped file), not copied: `owner` is let go with the last copy of the Field. An empty
  // owner: you keep them alive as long as the Field and its copies.
  Field(const ConstTensorView& values, std::shared_ptr<const void> owner, FieldInfo info = {});

  ConstTensorView values;
  std::shared_ptr<const void> owner;
  FieldInfo info;
};

// Samples to train on or to evaluate: inputs and targets in the order of a graph's inputs and outputs. Never changes; copies and slices
// share the numbers.
class Dataset {
 public:
  // i64 becomes i32. Throws ConfigError for no input, bf16, memory that is not aligned for its dtype, or a FieldInfo that does not fit
  // its field; ShapeError when a field has no samples, no features or another count of samples; DeviceError for a field that is not on the
  // host; NumericError for NaN, infinity or an i64 that i32 cannot hold (names the sample). Targets may be absent: enough to predict.
  Dataset(std::vector<Field> inputs, std::vector<Field> targets);
  Dataset(Field input, Field target);

  std::int64_t samples() const { return inputs_.front().values.shape()[0]; }
  const std::vector<Field>& inputs() const { return inputs_; }
  const std::vector<Field>& targets() const { return targets_; }
  Shape input_shape(std::size_t input = 0) const;    // of one sample; ConfigError if there is no such input
  Shape target_shape(std::size_t target = 0) const;  // of one sample; ConfigError if there is no such target
  DataInfo info() const;                             // of its fields

  // `count` samples from `begin` on, not copied. ShapeError when they are not all there, or none.
  Dataset slice(std::int64_t begin, std::int64_t count) const;

 private:
  std::vector<Field> inputs_;
  std::vector<Field> targets_;

  friend struct DatasetAccess;  // for what fit makes of a Dataset
};

// What a data set usually comes as: auto [train, test] = load_mnist();
struct TrainTest {
  Dataset train;
  Dataset test;
};

}  // namespace weir
