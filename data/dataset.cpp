#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include <weir/core/error.hpp>
#include <weir/data/dataset.hpp>

#include "core/check_info.hpp"
#include "core/convert.hpp"
#include "core/text.hpp"
#include "data/dataset_access.hpp"
#include "data/finite.hpp"

namespace weir {

namespace {

void check_finite(const std::string& who, const ConstTensorView& values) {
  if (values.dtype() != DType::f32 && values.dtype() != DType::f64) return;
  const double limit = values.dtype() == DType::f32 ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
  const std::int64_t bad = first_beyond(values, limit);
  if (bad < 0) return;
  throw NumericError(who + ": holds a number that is not finite: " + describe_element(values, bad) + ". Clean the data before training.");
}

void check(const std::string& who, Field& field) {
  const ConstTensorView& values = field.values;
  if (!values.device().is_cpu()) {
    throw DeviceError(who + ": is on " + to_string(values.device()) + ", expected cpu. Copy it with Tensor::to(Device::cpu()) first.");
  }
  if (values.dtype() == DType::bf16) throw ConfigError(who + ": holds bf16, expected f32, f64, u8, i32 or i64. Store it as f32.");
  if (values.empty() || values.shape().rank() == 0) {
    throw ShapeError(who + ": has no samples, expected a tensor [samples, ...]. Give it at least one.");
  }
  if (values.elements() == 0) {
    throw ShapeError(who + ": has the shape " + to_string(values.shape()) + ", which holds no data. Give each dimension at least 1.");
  }
  require_aligned(who, values);
  if (values.dtype() == DType::i64) make_whole(who, field);
  check_info(who, field.info, values.shape().without_front().elements());
  if (field.info.divisor && values.dtype() != DType::u8) {
    throw ConfigError(who + ": holds " + to_string(values.dtype()) + " and has a divisor, which is for u8. Leave FieldInfo::divisor out.");
  }
  check_finite(who, values);
}

const Field& field_at(const std::vector<Field>& fields, std::size_t index, const char* kind) {
  if (index < fields.size()) return fields[index];
  if (fields.empty() && std::string_view(kind) == "input") {
    throw ConfigError("dataset: was moved from and is empty. Use the Dataset that it was moved to, or assign another one.");
  }
  throw ConfigError("dataset: " + std::string(kind) + " " + std::to_string(index) + " asked for, it has " + std::to_string(fields.size()) +
                    ". Count from 0.");
}

std::vector<FieldInfo> infos_of(const std::vector<Field>& fields) {
  std::vector<FieldInfo> infos;
  for (const Field& field : fields) infos.push_back(field.info);
  return infos;
}

}  // namespace

Field::Field(Tensor tensor, FieldInfo info_) : info(std::move(info_)) {
  auto owned = std::make_shared<const Tensor>(std::move(tensor));
  values = *owned;
  owner = std::move(owned);
}

Field::Field(const ConstTensorView& values_, std::shared_ptr<const void> owner_, FieldInfo info_)
    : values(values_), owner(std::move(owner_)), info(std::move(info_)) {}

Field::Field(Field&& other) noexcept
    : values(std::exchange(other.values, {})), owner(std::move(other.owner)), info(std::move(other.info)) {}

Field& Field::operator=(Field&& other) noexcept {
  values = std::exchange(other.values, {});
  owner = std::move(other.owner);
  info = std::move(other.info);
  return *this;
}

void make_whole(const std::string& who, Field& field) {
  Tensor whole(field.values.shape(), DType::i32);
  const std::int64_t misfit = convert(field.values, whole);
  if (misfit < 0) {
    field = Field(std::move(whole), std::move(field.info));
    return;
  }
  throw NumericError(who + ": " + describe_element(field.values, misfit) + ", expected " + range_text(DType::i32) + ". Correct the data.");
}

Dataset::Dataset(std::vector<Field> inputs, std::vector<Field> targets) : inputs_(std::move(inputs)), targets_(std::move(targets)) {
  if (inputs_.empty()) throw ConfigError("dataset: has no inputs, expected at least one. Give it a Field.");
  for (std::size_t i = 0; i < inputs_.size() + targets_.size(); ++i) {
    const bool is_input = i < inputs_.size();
    const std::size_t index = is_input ? i : i - inputs_.size();
    Field& field = is_input ? inputs_[index] : targets_[index];
    const std::string who = std::string("dataset: ") + (is_input ? "input " : "target ") + std::to_string(index);
    check(who, field);
    if (field.values.shape()[0] != samples()) {
      throw ShapeError(who + ": has " + with_commas(field.values.shape()[0]) + " samples, input 0 has " + with_commas(samples()) +
                       ". Every field needs as many.");
    }
  }
}

Dataset::Dataset(Field input, Field target) : Dataset(std::vector{std::move(input)}, std::vector{std::move(target)}) {}

std::int64_t Dataset::samples() const { return field_at(inputs_, 0, "input").values.shape()[0]; }

Shape Dataset::input_shape(std::size_t input) const { return field_at(inputs_, input, "input").values.shape().without_front(); }

Shape Dataset::target_shape(std::size_t target) const { return field_at(targets_, target, "target").values.shape().without_front(); }

DataInfo Dataset::info() const { return {infos_of(inputs_), infos_of(targets_)}; }

Dataset Dataset::slice(std::int64_t begin, std::int64_t count) const {
  if (begin < 0 || count < 1 || begin > samples() || count > samples() - begin) {
    throw ShapeError("dataset: slice of " + with_commas(count) + " samples from " + with_commas(begin) + " on asked for, it has " +
                     with_commas(samples()) + ". Stay inside and take at least one.");
  }
  Dataset part = *this;
  for (auto* fields : {&part.inputs_, &part.targets_}) {
    for (Field& field : *fields) field.values = field.values.rows(begin, count);
  }
  return part;
}

}  // namespace weir
