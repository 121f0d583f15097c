#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include <weir/core/data_info.hpp>
#include <weir/core/tensor.hpp>

namespace weir {

// One input or target of all samples: values on the host, [samples, ...], and what is known about them. Keeps the values alive and never
// changes them; copies share them. A model receives f32 and f64 in its own dtype, i32 (labels, indices) unchanged, and u8 as value /
// divisor in its own dtype, or as integers where a loss wants labels or a layer indices.
struct Field {
  Field(Tensor tensor, FieldInfo info = {});  // takes ownership of the tensor

  // Values owned by something else (a NumPy array, a mapped file), not copied: `owner` is released with the last copy of the Field. With an
  // empty owner you must keep them alive as long as the Field and its copies.
  Field(const ConstTensorView& values, std::shared_ptr<const void> owner, FieldInfo info = {});
  template <class O>
  requires std::is_convertible_v<O, std::shared_ptr<const void>> Field(Tensor&& temporary, O&& owner, FieldInfo info = {})
  = delete;

  Field(const Field&) = default;
  Field& operator=(const Field&) = default;
  Field(Field&& other) noexcept;  // leaves the other without values
  Field& operator=(Field&& other) noexcept;

  ConstTensorView values;
  std::shared_ptr<const void> owner;
  FieldInfo info;
};

// Samples for training or evaluation: inputs and targets in the order of a graph's inputs and outputs. Immutable; copies and slices share
// the values.
class Dataset {
 public:
  // i64 is converted to i32. Targets may be empty, for prediction only. Throws ConfigError for no input, bf16, memory not aligned for its
  // dtype, or a FieldInfo that does not fit its field; ShapeError when a field has no samples, no features or another number of samples;
  // DeviceError for a field that is not on the host; NumericError for NaN, infinity or an i64 that does not fit i32 (names the sample).
  Dataset(std::vector<Field> inputs, std::vector<Field> targets);
  Dataset(Field input, Field target);

  std::int64_t samples() const;  // ConfigError for a Dataset that was moved from, which has no fields
  const std::vector<Field>& inputs() const& { return inputs_; }
  const std::vector<Field>& inputs() const&& = delete;
  const std::vector<Field>& targets() const& { return targets_; }
  const std::vector<Field>& targets() const&& = delete;
  Shape input_shape(std::size_t input = 0) const;    // of one sample; ConfigError if there is no such input
  Shape target_shape(std::size_t target = 0) const;  // of one sample; ConfigError if there is no such target
  DataInfo info() const;                             // of all fields

  // Samples [begin, begin + count), sharing the values. ShapeError when the range is empty or not inside the data.
  Dataset slice(std::int64_t begin, std::int64_t count) const;

 private:
  std::vector<Field> inputs_;
  std::vector<Field> targets_;

  friend struct DatasetAccess;  // fit makes changed copies of a Dataset
};

// Training and test data: auto [train, test] = load_mnist();
struct TrainTest {
  Dataset train;
  Dataset test;
};

}  // namespace weir
