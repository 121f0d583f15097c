#include "training/sample_weights.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <weir/core/error.hpp>

#include "core/text.hpp"
#include "core/typed.hpp"
#include "data/finite.hpp"

namespace weir {

namespace {

void check(const std::string& who, const ConstTensorView& weights, std::int64_t samples) {
  if (weights.shape() != Shape{samples}) {
    throw ShapeError(who + " are " + to_string(weights.shape()) + ", the training data has " + with_commas(samples) +
                     " samples. Give one number for each.");
  }
  if (weights.dtype() != DType::f32 && weights.dtype() != DType::f64) {
    throw ConfigError(who + " hold " + to_string(weights.dtype()) + ", expected f32 or f64. Convert the tensor.");
  }
  if (!weights.device().is_cpu()) throw DeviceError(who + " are on " + to_string(weights.device()) + ", expected cpu. Copy them first.");
  typed(weights.dtype(), [&](auto type) {
    const auto* values = data<decltype(type)>(weights);
    for (std::int64_t i = 0; i < samples; ++i) {
      const auto value = static_cast<double>(values[i]);
      if (value >= 0 && std::isfinite(value)) continue;
      throw ConfigError(who + " give sample " + with_commas(i) + " the weight " + number_text(value) +
                        ", expected a finite number, 0 or more. Correct it.");
    }
  });
}

}  // namespace

SampleWeights::SampleWeights(const std::string& who, std::span<const ConstTensorView> weights, const Model& model, std::size_t losses,
                             std::int64_t samples, std::int64_t batch) {
  if (weights.empty()) return;
  if (weights.size() != 1 && weights.size() != losses) {
    throw ConfigError(who + ": got " + std::to_string(weights.size()) + " lists of sample weights for " + std::to_string(losses) +
                      (losses == 1 ? " loss" : " losses") + ". Give one for all, or one for each.");
  }
  std::vector<Field> fields;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    check(who + ": sample_weights " + std::to_string(i), weights[i], samples);
    fields.push_back({clone(weights[i])});
  }
  data_.emplace(std::move(fields), std::vector<Field>());
  loader_.emplace(*data_, model.device(), model.dtype(), batch);
  views_.resize(losses);
}

void SampleWeights::shuffle(RandomKey key) {
  if (loader_) loader_->shuffle(key);
}

std::span<const ConstTensorView> SampleWeights::load(const Context& context, std::int64_t index) {
  if (!loader_) return {};
  const std::span<const ConstTensorView> loaded = loader_->load(context, index).inputs;
  for (std::size_t i = 0; i < views_.size(); ++i) views_[i] = loaded[std::min(i, loaded.size() - 1)];
  return views_;
}

}  // namespace weir
