#include <limits>
#include <string>
#include <utility>

#include <weir/core/error.hpp>
#include <weir/data/dataset.hpp>

#include "core/text.hpp"
#include "data/finite.hpp"

namespace weir {

namespace {

void check_divisor(const std::string& who, const Field& field) {
  constexpr double low = 1e-30, high = 1e30;  // value / divisor is a normal number in f32, too
  if (field.values.dtype() == DType::u8 ? field.divisor >= low && field.divisor <= high : field.divisor == 1) return;
  const std::string expected = field.values.dtype() == DType::u8 ? "a number from 1e-30 to 1e30" : "1, as for every field but u8";
  throw ConfigError(who + ": its divisor is " + number_text(field.divisor) + ", expected " + expected + ". Set Field::divisor.");
}

void check_finite(const std::string& who, const Tensor& values) {
  if (values.dtype() != DType::f32 && values.dtype() != DType::f64) return;
  const double limit = values.dtype() == DType::f32 ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
  const std::int64_t bad = first_beyond(values, limit);
  if (bad < 0) return;
  throw NumericError(who + ": holds a number that is not finite: " + describe_element(values, bad) + ". Clean the data before training.");
}

void check(const std::string& who, const Field& field) {
  const Tensor& values = field.values;
  if (!values.device().is_cpu()) {
    throw DeviceError(who + ": is on " + to_string(values.device()) + ", expected cpu. Copy it with Tensor::to(Device::cpu()) first.");
  }
  if (values.dtype() == DType::bf16) throw ConfigError(who + ": holds bf16, expected f32, f64, u8 or i32. Store it as f32.");
  if (values.empty() || values.shape().rank() == 0) {
    throw ShapeError(who + ": has no samples, expected a tensor [samples, ...]. Give it at least one.");
  }
  if (values.elements() == 0) {
    throw ShapeError(who + ": has the shape " + to_string(values.shape()) + ", which holds no data. Give each dimension at least 1.");
  }
  check_divisor(who, field);
  check_finite(who, values);
}

const Field& field_at(const std::vector<Field>& fields, std::size_t index, const char* kind) {
  if (index < fields.size()) return fields[index];
  throw ConfigError("dataset: " + std::string(kind) + " " + std::to_string(index) + " asked for, it has " + std::to_string(fields.size()) +
                    ". Count from 0.");
}

std::vector<Field> one(Field field) {
  std::vector<Field> fields;
  fields.push_back(std::move(field));
  return fields;
}

std::vector<Field> slice_of(const std::vector<Field>& fields, std::int64_t begin, std::int64_t count) {
  std::vector<Field> parts;
  for (const Field& field : fields) parts.push_back({clone(field.values.view().rows(begin, count)), field.divisor});
  return parts;
}

}  // namespace

Dataset::Dataset(std::vector<Field> inputs, std::vector<Field> targets) : inputs_(std::move(inputs)), targets_(std::move(targets)) {
  if (inputs_.empty()) throw ConfigError("dataset: has no inputs, expected at least one. Give it a Field.");
  for (std::size_t i = 0; i < inputs_.size() + targets_.size(); ++i) {
    const bool is_input = i < inputs_.size();
    const std::size_t index = is_input ? i : i - inputs_.size();
    const Field& field = is_input ? inputs_[index] : targets_[index];
    const std::string who = std::string("dataset: ") + (is_input ? "input " : "target ") + std::to_string(index);
    check(who, field);
    if (field.values.shape()[0] != samples()) {
      throw ShapeError(who + ": has " + with_commas(field.values.shape()[0]) + " samples, input 0 has " + with_commas(samples()) +
                       ". Every field needs as many.");
    }
  }
}

Dataset::Dataset(Field input, Field target) : Dataset(one(std::move(input)), one(std::move(target))) {}

Dataset::Dataset(Tensor input, Tensor target) : Dataset(Field{std::move(input)}, Field{std::move(target)}) {}

Shape Dataset::input_shape(std::size_t input) const { return field_at(inputs_, input, "input").values.shape().without_front(); }

Shape Dataset::target_shape(std::size_t target) const { return field_at(targets_, target, "target").values.shape().without_front(); }

Dataset Dataset::slice(std::int64_t begin, std::int64_t count) const {
  if (begin < 0 || count < 1 || begin > samples() || count > samples() - begin) {
    throw ShapeError("dataset: slice of " + with_commas(count) + " samples from " + with_commas(begin) + " on asked for, it has " +
                     with_commas(samples()) + ". Stay inside and take at least one.");
  }
  return Dataset(slice_of(inputs_, begin, count), slice_of(targets_, begin, count));
}

}  // namespace weir
