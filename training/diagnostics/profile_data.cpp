#include "training/diagnostics/profile_data.hpp"

#include <algorithm>
#include <utility>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/core/initializer.hpp>
#include <weir/layers/mean_squared_error.hpp>

#include "core/keys.hpp"

namespace weir {

namespace {

constexpr std::int64_t batches = 16;

// Uniform numbers in [-1, 1); u8 and i32 inputs are 0 or 1, which are valid indices for any embedding of two rows or more.
Field random_field(const Shape& shape, Storage storage, DType compute, RandomKey key) {
  if (storage == Storage::compute) {
    Tensor values(shape, compute);
    Initializer::uniform(-1, 1).fill(values, key);
    return {std::move(values)};
  }
  Tensor values(shape, storage == Storage::u8 ? DType::u8 : DType::i32);
  for (std::int64_t i = 0; i < values.elements(); ++i) {
    const bool one = random_below(key, static_cast<std::uint64_t>(i), 2) == 1;
    if (storage == Storage::u8) {
      values.values<std::uint8_t>()[static_cast<std::size_t>(i)] = one;
    } else {
      values.values<std::int32_t>()[static_cast<std::size_t>(i)] = one;
    }
  }
  return {std::move(values)};
}

}  // namespace

void check_profile_options(const ProfileOptions& options) {
  if (options.loss.terms().empty() == (options.data == nullptr)) return;
  throw ConfigError(options.data == nullptr ? "profile: a loss is given without data. Give both, or neither."
                                            : "profile: data is given without a loss. Give both, or neither.");
}

std::int64_t batch_of(const Model& model, const ProfileOptions& options) { return options.batch == 0 ? model.max_batch() : options.batch; }

Dataset profiled_data(const Model& model, const ProfileOptions& options) {
  const std::int64_t wanted = batches * std::max<std::int64_t>(1, batch_of(model, options));
  if (options.data != nullptr) return options.data->slice(0, std::min(wanted, options.data->samples()));
  std::vector<Field> inputs, targets;
  RandomKey key{0};
  const auto& entries = model.graph().entries();
  for (const std::size_t input : model.graph().inputs()) {
    const auto& [shape, storage] = std::pair(entries[input].plan.output, entries[input].storage);
    inputs.push_back(random_field(shape.with_front(wanted), storage, model.dtype(), key.with(inputs.size())));
  }
  for (const std::size_t output : model.graph().outputs()) {
    const Shape shape = entries[output].plan.output.with_front(wanted);
    targets.push_back(random_field(shape, Storage::compute, model.dtype(), key.with(inputs.size() + targets.size())));
  }
  return Dataset(std::move(inputs), std::move(targets));
}

Losses losses_without_data(const Model& model) {
  return Losses(std::vector<LossTerm>(model.graph().outputs().size(), LossTerm(MeanSquaredError())));
}

double gathered_bytes(const Dataset& data, DType dtype) {
  double bytes = 0;
  for (const auto* fields : {&data.inputs(), &data.targets()}) {
    for (const Field& field : *fields) {
      const auto count = static_cast<double>(field.values.elements()) / static_cast<double>(data.samples());
      const DType to = field.values.dtype() == DType::i32 ? DType::i32 : dtype;
      bytes += count * static_cast<double>(size_of(field.values.dtype()) + size_of(to));
    }
  }
  return bytes;
}

}  // namespace weir
