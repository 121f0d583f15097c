#include "training/checkpoints/run_options.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "core/options.hpp"
#include "core/text.hpp"
#include "core/typed.hpp"
#include "formats/digest.hpp"
#include "formats/printable.hpp"

namespace weir {

namespace {

std::span<const std::byte> memory_of(const ConstTensorView& values) {
  return {static_cast<const std::byte*>(values.raw()), static_cast<std::size_t>(values.elements()) * size_of(values.dtype())};
}

// Tells other data of the same size apart, at no cost to speak of: a digest of what the fields are and of about 64 samples.
std::string digest_of(const Dataset& data) {
  constexpr std::int64_t looks = 64;
  Digest digest;
  for (const auto* fields : {&data.inputs(), &data.targets()}) {
    for (const Field& field : *fields) {
      const std::string what =
          to_string(field.values.dtype()) + to_string(field.values.shape()) + number_text(field.info.divisor.value_or(1));
      digest.add(std::as_bytes(std::span(what)));
      for (std::int64_t i = 0; i < data.samples(); i += ceil_div(data.samples(), looks)) digest.add(memory_of(field.values.rows(i, 1)));
    }
  }
  return digest.digits();
}

const Config::Value* find(const Config& config, const std::string& name) {
  const auto found = std::ranges::find(config.entries(), name, [](const auto& entry) { return entry.first; });
  return found == config.entries().end() ? nullptr : &found->second;
}

// "batch=64", "optimizer=adam(lr=0.001)"; "no schedule" for an entry that is not there.
std::string words(const std::string& name, const Config::Value* value) {
  if (!value) return "no " + name;
  if (const auto* list = std::get_if<std::vector<TypedConfig>>(value)) {
    std::string text;
    for (const TypedConfig& child : *list) text += (text.empty() ? "" : ", ") + describe(child.type, child.config);
    return name + "=" + text;
  }
  const std::string text = describe("", Config().set(name, *value));
  return text.substr(1, text.size() - 2);
}

}  // namespace

std::string digest_of(const ConstTensorView& values) {
  Digest digest;
  digest.add(memory_of(values));
  return digest.digits();
}

Config run_options(const Dataset& train, const FitOptions& options) {
  std::vector<TypedConfig> losses;
  std::vector<double> loss_weights;
  for (const LossTerm& term : options.loss.terms()) {
    losses.push_back({term.loss->type(), term.loss->config()});
    loss_weights.push_back(term.weight);
  }
  std::vector<std::string> sample_weights;
  for (const ConstTensorView& weights : options.sample_weights) sample_weights.push_back(digest_of(weights));
  Config config;
  config.set("data", std::to_string(train.samples()) + " samples with the digest " + digest_of(train))
      .set("loss", std::move(losses))
      .set("loss weights", std::move(loss_weights))
      .set("sample_weights", std::move(sample_weights))
      .set("optimizer", TypedConfig{options.optimizer->type(), options.optimizer->config()})
      .set("batch", options.batch)
      .set("accumulate", options.accumulate)
      .set("drop_last", options.drop_last)
      .set("shuffle", options.shuffle)
      .set("check_finite", options.check_finite)
      .set("clip.value", options.clip.value)
      .set("clip.norm", options.clip.norm)
      .set("clip.global_norm", options.clip.global_norm);
  if (options.schedule) {
    const ScheduleUnit unit = options.schedule_unit.value_or(options.schedule->unit());
    config.set("schedule", TypedConfig{options.schedule->type(), options.schedule->config()});
    config.set("schedule_unit", std::string(unit == ScheduleUnit::step ? "step" : "epoch"));
  }
  if (options.average) config.set("average", TypedConfig{std::string(WeightAverage::name), config_of(*options.average)});
  return config;
}

std::string difference(const Config& saved, const Config& own) {
  std::string text;
  const auto compare = [&](const std::string& name) {
    const Config::Value *before = find(saved, name), *now = find(own, name);
    if (before && now && *before == *now) return;
    text += (text.empty() ? "" : "; ") + printable(words(name, before), 200) + ", now " + words(name, now);
  };
  for (const auto& [name, value] : own.entries()) compare(name);
  for (const auto& [name, value] : saved.entries()) {
    if (!own.contains(name)) compare(name);
  }
  return text;
}

}  // namespace weir
