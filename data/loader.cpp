#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/data/loader.hpp>

#include "core/cpu/standard_floats.hpp"
#include "core/memory_ops.hpp"
#include "core/model/profiling_hook.hpp"
#include "core/text.hpp"
#include "core/typed.hpp"
#include "data/finite.hpp"
#include "data/gather.hpp"
#include "data/host_rows.hpp"

namespace weir {

namespace {

std::int64_t checked_samples(const Dataset& data) {
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  if (data.samples() <= most) return data.samples();
  throw ShapeError("loader: got " + with_commas(data.samples()) + " samples, at most " + with_commas(most) +
                   " are possible. Train on slices of the data.");
}

void check_options(DType dtype, std::int64_t batch) {
  if (dtype != DType::f32 && dtype != DType::f64) {
    throw ConfigError("loader: got " + to_string(dtype) + ", expected f32 or f64. Use the Model's dtype.");
  }
  if (batch < 1) throw ConfigError("loader: got a batch of " + with_commas(batch) + ", expected at least 1.");
}

double divisor_of(const Field& field) { return field.info.divisor.value_or(1); }

DType dtype_in(const Field& field, DType dtype) { return field.values.dtype() == DType::i32 ? DType::i32 : dtype; }

// Throws for numbers that are finite in f64 but infinite in f32.
void check_range(const std::string& who, const Field& field, DType dtype) {
  if (field.values.dtype() != DType::f64 || dtype != DType::f32) return;
  const std::int64_t bad = first_beyond(field.values, std::numeric_limits<float>::max());
  if (bad < 0) return;
  throw NumericError(who + " does not fit f32: " + describe_element(field.values, bad) + ". Scale it or use a Model in f64.");
}

void check_weights(const std::string& who, const ConstTensorView& weights, std::int64_t samples) {
  if (weights.shape() != Shape{samples}) {
    throw ShapeError(who + " are " + to_string(weights.shape()) + ", the data has " + with_commas(samples) +
                     " samples. Give one number for each.");
  }
  if (weights.dtype() != DType::f32 && weights.dtype() != DType::f64) {
    throw ConfigError(who + " hold " + to_string(weights.dtype()) + ", expected f32 or f64. Convert with Tensor::to(DType::f32).");
  }
  if (!weights.device().is_cpu()) throw DeviceError(who + " are on " + to_string(weights.device()) + ", expected cpu. Copy them first.");
  typed(weights.dtype(), [&](auto type) {
    const std::span<const decltype(type)> values = weights.values<decltype(type)>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] >= 0 && std::isfinite(values[i])) continue;
      throw ConfigError(who + " give sample " + with_commas(i) + " the weight " + number_text(static_cast<double>(values[i])) +
                        ", expected a finite number, 0 or more. Correct it.");
    }
  });
}

}  // namespace

Loader::Loader(const Dataset& data, Device device, DType dtype, std::int64_t batch, bool keep_on_device,
               std::span<const Field> sample_weights)
    : device_(device) {
  const std::int64_t samples = checked_samples(data);
  check_options(dtype, batch);
  batch_ = std::min(batch, samples);
  inputs_ = data.inputs().size();
  targets_ = data.targets().size();
  for (std::size_t i = 0; i < sample_weights.size(); ++i) {
    check_weights("loader: sample_weights " + std::to_string(i), sample_weights[i].values, samples);
  }
  add_columns(data.inputs(), "input", dtype);
  add_columns(data.targets(), "target", dtype);
  add_columns(sample_weights, "sample_weights", dtype);
  buffers_.resize(columns_.size());
  views_.resize(columns_.size());
  order_ = Tensor(Shape{samples}, DType::i32);
  in_order();
  feeding_ = choose_feeding(keep_on_device);
}

Loader::Loader(Loader&&) noexcept = default;
Loader& Loader::operator=(Loader&&) noexcept = default;
Loader::~Loader() = default;

void Loader::add_columns(std::span<const Field> fields, const char* kind, DType dtype) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    check_range("loader: " + std::string(kind) + " " + std::to_string(i), fields[i], dtype);
    Column& column = columns_.emplace_back();
    column.field = &fields[i];
    column.buffer = Tensor(fields[i].values.shape().without_front().with_front(batch_), dtype_in(fields[i], dtype), device_);
  }
}

// Tries the fastest way first; whether there is enough memory shows only when it is allocated.
Loader::Feeding Loader::choose_feeding(bool keep_on_device) {
  if (device_.is_cpu()) return Feeding::in_place;
  const auto possible = [](auto&& make) {
    try {
      make();
      return true;
    } catch (const DeviceError&) {
      if (!cuda::usable()) throw;
      return false;
    }
  };
  if (keep_on_device && possible([&] { make_resident(); })) return Feeding::resident;
  if (possible([&] { make_ring(); })) return Feeding::ring;
  for (Column& column : columns_) column.staging = Tensor(column.buffer.shape(), column.buffer.dtype());
  return Feeding::copies;
}

void Loader::make_resident() {
  // Allocated while the data is copied, then freed for the first step's own allocations (scratch of products, code of kernels, recorded
  // step).
  constexpr std::int64_t reserved_bytes = 64 << 20;
  const Tensor reserved(Shape{reserved_bytes}, DType::u8, device_);
  Tensor order(order_.shape(), DType::i32, device_);
  std::vector<Tensor> fields;  // all fields or none
  for (const Column& column : columns_) {
    const ConstTensorView& values = column.field->values;
    copy(values, fields.emplace_back(values.shape(), values.dtype(), device_));
  }
  for (std::size_t i = 0; i < fields.size(); ++i) columns_[i].resident = std::move(fields[i]);
  device_order_ = std::move(order);
}

void Loader::make_ring() {
  std::vector<const Field*> fields;
  for (const Column& column : columns_) fields.push_back(column.field);
  ring_ = std::make_unique<HostRows>(std::move(fields), device_, batch_);
}

void Loader::in_order() {
  if (order_.empty()) return;  // moved from
  const std::span<std::int32_t> order = order_.values<std::int32_t>();
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int32_t>(i);
  order_changed_ = true;
}

void Loader::shuffle(RandomKey key) {
  in_order();
  if (order_.empty()) return;  // moved from
  const std::span<std::int32_t> order = order_.values<std::int32_t>();
  for (std::size_t i = order.size(); i-- > 1;) std::swap(order[i], order[random_below(key, i, i + 1)]);
}

Batch Loader::load(const Context& context, std::int64_t index) {
  const cpu::StandardFloats standard;
  if (context.device != device_) {
    throw DeviceError("loader: got a context on " + to_string(context.device) + ", expected " + to_string(device_) +
                      ". Make the Loader for the Model's device.");
  }
  if (index < 0 || index >= batches()) {
    throw ConfigError("loader: batch " + with_commas(index) + " asked for, there are " + with_commas(batches()) + ". Count from 0.");
  }
  const ProfiledScope watch(Phase::gather);
  const ConstTensorView rows = rows_of(index);
  set_views(rows.elements());
  switch (feeding_) {
    case Feeding::in_place:
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        cpu::gather(context, columns_[i].field->values, divisor_of(*columns_[i].field), rows, buffers_[i]);
      }
      break;
    case Feeding::resident:
      upload_order(context);
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        const ConstTensorView device_rows = std::as_const(device_order_).view().rows(index * batch_, rows.elements());
        cuda::gather(context, columns_[i].resident, divisor_of(*columns_[i].field), device_rows, buffers_[i]);
      }
      break;
    case Feeding::ring:
      ring_->upload(context, rows, buffers_);
      break;
    case Feeding::copies:
      gather_on_host(context, rows);
      break;
  }
  return batch_of_views();
}

void Loader::gather_on_host(const Context& context, const ConstTensorView& rows) {
  Context host = context;
  host.device = Device::cpu();
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Field& field = *columns_[i].field;
    const TensorView staging = columns_[i].staging.view().rows(0, rows.elements());
    cpu::gather(host, field.values, divisor_of(field), rows, staging);
    copy(context, staging, buffers_[i]);
  }
}

ConstTensorView Loader::rows_of(std::int64_t index) const {
  const std::int64_t begin = index * batch_;
  return order_.view().rows(begin, std::min(batch_, order_.elements() - begin));
}

void Loader::set_views(std::int64_t samples) {
  for (std::size_t i = 0; i < columns_.size(); ++i) views_[i] = buffers_[i] = columns_[i].buffer.view().rows(0, samples);
}

void Loader::upload_order(const Context& context) {
  if (!resident() || !order_changed_) return;
  copy(context, order_, device_order_);
  order_changed_ = false;
}

void Loader::upload_batch(const Context& context, std::int64_t index) {
  if (feeding_ != Feeding::ring) return;
  const ConstTensorView rows = rows_of(index);
  set_views(rows.elements());
  ring_->upload(context, rows, buffers_);
}

Batch Loader::load_recorded(const Context& context, const std::uint64_t* index, std::int64_t samples) {
  set_views(samples);
  for (std::size_t i = 0; resident() && i < columns_.size(); ++i) {
    cuda::gather_batch(context, columns_[i].resident, divisor_of(*columns_[i].field), device_order_, index, batch_, buffers_[i]);
  }
  return batch_of_views();
}

Batch Loader::batch_of_views() const {
  const std::span<const ConstTensorView> views = views_;
  return {.inputs = views.first(inputs_), .targets = views.subspan(inputs_, targets_), .sample_weights = views.subspan(inputs_ + targets_)};
}

}  // namespace weir
