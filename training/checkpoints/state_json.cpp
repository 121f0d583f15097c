#include "training/checkpoints/state_json.hpp"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>
#include <weir/core/error.hpp>

#include "core/text.hpp"
#include "formats/json.hpp"

namespace weir {

namespace {

constexpr std::int64_t version = 1;

std::int64_t whole(std::uint64_t number) { return static_cast<std::int64_t>(number); }

std::uint64_t count_in(const Config& config, std::string_view name) {
  const std::int64_t value = config.integer(name);
  if (value < 0) throw FormatError("its '" + std::string(name) + "' is " + std::to_string(value) + ", expected at least 0.");
  return static_cast<std::uint64_t>(value);
}

std::int64_t signed_count_in(const Config& config, std::string_view name) { return static_cast<std::int64_t>(count_in(config, name)); }

Config config_of(const EpochProgress& running) {
  return Config()
      .set("steps", running.steps)
      .set("samples", running.samples)
      .set("loss_sum", running.loss_sum)
      .set("correct", running.accuracy.correct)
      .set("counted", running.accuracy.counted)
      .set("learning_rate", running.learning_rate)
      .set("seconds", running.seconds);
}

EpochProgress running_from(const Config& config) {
  return {.steps = signed_count_in(config, "steps"),
          .samples = signed_count_in(config, "samples"),
          .loss_sum = config.number("loss_sum"),
          .accuracy = {.correct = signed_count_in(config, "correct"), .counted = signed_count_in(config, "counted")},
          .learning_rate = config.number("learning_rate"),
          .seconds = config.number("seconds")};
}

// Only what differs from the defaults, since a Model may have many parameters.
Config config_of(const ParameterOptions& options) {
  const ParameterOptions defaults;
  Config config;
  config.set("name", options.name);
  if (options.lr) config.set("lr", *options.lr);
  if (options.weight_decay) config.set("weight_decay", *options.weight_decay);
  if (options.frozen) config.set("frozen", true);
  if (options.l1 != defaults.l1) config.set("l1", options.l1);
  if (options.l2 != defaults.l2) config.set("l2", options.l2);
  if (options.max_norm != defaults.max_norm) config.set("max_norm", options.max_norm);
  return config;
}

ParameterOptions parameter_from(const Config& config) {
  ParameterOptions options;
  options.name = config.word("name");
  if (config.contains("lr")) options.lr = config.number("lr");
  if (config.contains("weight_decay")) options.weight_decay = config.number("weight_decay");
  if (config.contains("frozen")) options.frozen = config.boolean("frozen");
  if (config.contains("l1")) options.l1 = config.number("l1");
  if (config.contains("l2")) options.l2 = config.number("l2");
  if (config.contains("max_norm")) options.max_norm = config.number("max_norm");
  return options;
}

// Numbers beside an optimizer's or schedule's Config, which is JSON of its own so that its names stay free.
Json typed(const std::string& type, const Config& config, Config numbers) {
  Json json = json_of(numbers);
  auto& members = std::get<Json::Object>(json.value);
  members.push_back({"type", {type}});
  members.push_back({"config", json_of(config)});
  return json;
}

// The opposite of typed(): takes "config" out of the members.
std::pair<Config, Config> split(const Json& json) {
  Json::Object rest;
  if (const auto* members = json.as<Json::Object>()) {
    for (const JsonMember& member : *members) {
      if (member.key != "config") rest.push_back(member);
    }
  }
  const Json* config = json.find("config");
  if (!config) throw FormatError("its 'config' is missing.");
  return {config_from_json(Json{std::move(rest)}), config_from_json(*config)};
}

const Json& member(const Json& json, const char* name) {
  if (const Json* found = json.find(name)) return *found;
  throw FormatError("its '" + std::string(name) + "' is missing.");
}

const Json::Array& list(const Json& json, const char* name) {
  if (const auto* found = member(json, name).as<Json::Array>()) return *found;
  throw FormatError("its '" + std::string(name) + "' is no list.");
}

std::vector<std::string> words(const Json& json, const char* name) {
  std::vector<std::string> result;
  for (const Json& element : list(json, name)) {
    const auto* word = element.as<std::string>();
    if (!word) throw FormatError("its '" + std::string(name) + "' are no names.");
    result.push_back(*word);
  }
  return result;
}

template <class T, class F>
Json list_of(const std::vector<T>& values, F&& to_json_value) {
  Json::Array array;
  for (const T& value : values) array.push_back(to_json_value(value));
  return {std::move(array)};
}

// One column of the history: a number of each epoch.
struct Column {
  double (*get)(const EpochReport&);
  void (*set)(EpochReport&, double);
};

template <auto Member>
Column column() {
  return {[](const EpochReport& report) { return static_cast<double>(report.*Member); },
          [](EpochReport& report, double value) {
            using T = std::remove_reference_t<decltype(report.*Member)>;
            constexpr double most = 9e15;  // whole numbers up to here are exact
            if (std::is_integral_v<T> && !(value >= 0 && value <= most))
              throw FormatError("its history counts " + number_text(value) + ".");
            report.*Member = static_cast<T>(value);
          }};
}

template <auto Member>
Column presence() {
  return {[](const EpochReport& report) { return (report.*Member).has_value() ? 1.0 : 0.0; },
          [](EpochReport& report, double value) {
            if (value == 0) (report.*Member).reset();
          }};
}

template <auto Member>
Column optional_column() {
  return {[](const EpochReport& report) { return (report.*Member).value_or(0); },
          [](EpochReport& report, double value) { report.*Member = value; }};
}

const std::vector<Column>& columns() {
  static const auto& all = *new std::vector<Column>{column<&EpochReport::epoch>(),
                                                    column<&EpochReport::epochs>(),
                                                    column<&EpochReport::samples>(),
                                                    column<&EpochReport::total_steps>(),
                                                    column<&EpochReport::loss>(),
                                                    column<&EpochReport::learning_rate>(),
                                                    column<&EpochReport::seconds>(),
                                                    optional_column<&EpochReport::accuracy>(),
                                                    presence<&EpochReport::accuracy>(),
                                                    optional_column<&EpochReport::validation_loss>(),
                                                    presence<&EpochReport::validation_loss>(),
                                                    optional_column<&EpochReport::validation_accuracy>(),
                                                    presence<&EpochReport::validation_accuracy>()};
  return all;
}

std::vector<std::string> metrics_in(const std::vector<EpochReport>& history) {
  std::vector<std::string> names;
  for (const EpochReport& report : history) {
    for (const NamedValue& metric : report.metrics) {
      if (std::ranges::find(names, metric.name) == names.end()) names.push_back(metric.name);
    }
  }
  return names;
}

std::vector<EpochReport> history_of(const ConstTensorView& table, const std::vector<std::string>& metrics) {
  const auto width = static_cast<std::int64_t>(columns().size() + 2 * metrics.size());
  if (table.shape().rank() != 2 || table.shape()[1] != width || table.dtype() != DType::f64) {
    throw FormatError("its history is " + to_string(table.shape()) + ", expected " + std::to_string(width) + " columns of f64.");
  }
  std::vector<EpochReport> history(static_cast<std::size_t>(table.shape()[0]));
  const double* cell = table.values<double>().data();
  for (EpochReport& report : history) {
    for (const Column& each : columns()) each.set(report, *cell++);
    for (const std::string& name : metrics) {
      if (cell[1] != 0) report.metrics.push_back({name, cell[0]});
      cell += 2;
    }
  }
  return history;
}

}  // namespace

std::string to_json(const TrainingState& state) {
  const OptimizerState& optimizer = state.optimizer;
  const ScheduleState& schedule = state.schedule;
  Json::Object object;
  object.push_back({"version", {version}});
  object.push_back({"step", {whole(state.step)}});
  object.push_back({"epochs", {whole(state.epochs)}});
  object.push_back({"running", json_of(config_of(state.running))});
  object.push_back({"optimizer", typed(optimizer.type, optimizer.config, Config().set("first_step", whole(optimizer.first_step)))});
  object.push_back({"moments", list_of(optimizer.moments, [](const Moment& moment) { return Json{moment.name}; })});
  object.push_back({"schedule", typed(schedule.type, schedule.config,
                                      Config()
                                          .set("per_step", schedule.unit == ScheduleUnit::step)
                                          .set("time", whole(schedule.time))
                                          .set("memory", schedule.memory))});
  object.push_back({"average", typed("", state.average.config, Config().set("updates", whole(state.average.updates)))});
  object.push_back({"parameters", list_of(state.parameters, [](const ParameterOptions& options) { return json_of(config_of(options)); })});
  object.push_back({"callbacks", list_of(state.callbacks, [](const CallbackState& callback) {
                      return typed(callback.name, callback.config, Config().set("tensors", whole(callback.tensors.size())));
                    })});
  object.push_back({"metrics", list_of(metrics_in(state.history), [](const std::string& name) { return Json{name}; })});
  object.push_back({"run", json_of(state.run)});
  return to_text({std::move(object)});
}

TrainingState state_from_json(std::string_view text, const ConstTensorView& history) {
  const Json json = parse_json(text);
  const auto* number = member(json, "version").as<std::int64_t>();
  if (!number || *number != version) throw FormatError("its version is unknown: it was saved by another weir.");
  const auto count = [&](const char* name) {
    const auto* value = member(json, name).as<std::int64_t>();
    if (!value || *value < 0) throw FormatError("its '" + std::string(name) + "' is no count.");
    return static_cast<std::uint64_t>(*value);
  };
  TrainingState state;
  state.step = count("step");
  state.epochs = count("epochs");
  state.running = running_from(config_from_json(member(json, "running")));

  const auto [optimizer, optimizer_config] = split(member(json, "optimizer"));
  state.optimizer = {
      .type = optimizer.word("type"), .config = optimizer_config, .first_step = count_in(optimizer, "first_step"), .moments = {}};
  for (const std::string& name : words(json, "moments")) state.optimizer.moments.push_back({name, {}});
  const auto [schedule, schedule_config] = split(member(json, "schedule"));
  state.schedule = {.type = schedule.word("type"),
                    .config = schedule_config,
                    .unit = schedule.boolean("per_step") ? ScheduleUnit::step : ScheduleUnit::epoch,
                    .time = count_in(schedule, "time"),
                    .memory = schedule.numbers("memory")};
  const auto [average, average_config] = split(member(json, "average"));
  state.average = {.config = average_config, .updates = count_in(average, "updates"), .values = {}};
  for (const Json& options : list(json, "parameters")) state.parameters.push_back(parameter_from(config_from_json(options)));
  for (const Json& callback : list(json, "callbacks")) {
    const auto [numbers, config] = split(callback);
    constexpr std::uint64_t most_tensors = 1 << 20;
    const std::uint64_t tensors = count_in(numbers, "tensors");
    if (tensors > most_tensors) throw FormatError("a callback has more than " + std::to_string(most_tensors) + " tensors.");
    state.callbacks.push_back({.name = numbers.word("type"), .config = config, .tensors = std::vector<Tensor>(tensors)});
  }
  state.run = config_from_json(member(json, "run"));
  state.history = history_of(history, words(json, "metrics"));
  return state;
}

Tensor table_of(const std::vector<EpochReport>& history) {
  const std::vector<std::string> metrics = metrics_in(history);
  const std::size_t width = columns().size() + 2 * metrics.size();
  Tensor table(Shape{static_cast<std::int64_t>(history.size()), static_cast<std::int64_t>(width)}, DType::f64);
  double* cell = table.view().values<double>().data();
  for (const EpochReport& report : history) {
    for (const Column& each : columns()) *cell++ = each.get(report);
    for (const std::string& name : metrics) {
      const auto found = std::ranges::find(report.metrics, name, &NamedValue::name);
      const bool present = found != report.metrics.end();
      *cell++ = present ? found->value : 0;
      *cell++ = present ? 1 : 0;
    }
  }
  return table;
}

}  // namespace weir
