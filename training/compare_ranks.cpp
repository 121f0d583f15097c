#include "training/compare_ranks.hpp"

#include <string>
#include <utility>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/formats/json.hpp>

#include "core/cpu/instruction_set.hpp"
#include "core/text.hpp"
#include "formats/digest.hpp"
#include "training/checkpoints/run_options.hpp"
#include "training/parameter_groups.hpp"

namespace weir {

namespace {

// What is compared, each under its name; contents of tensors and long texts as their digest.
class Facts {
 public:
  void add(const std::string& name, const std::string& value) { text_ += name + '\t' + value + '\n'; }
  void add(const std::string& name, const ConstTensorView& block) { add(name, "digest " + digest_of(block)); }
  void add_digest(const std::string& name, const std::string& text) {
    add(name, "digest " + digest_of({text.data(), Shape{std::ssize(text)}, DType::u8}));
  }
  void add(const std::string& name, const Config& config) {
    for (const auto& [key, value] : config.entries()) {
      if (key == "data") continue;  // compared below, field by field
      const std::string json = to_json(Config().set(key, value));  // {"key":value}
      const std::size_t begin = json.find(':') + 1;
      add(name + key, json.substr(begin, json.rfind('}') - begin));
    }
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void add_fields(Facts& facts, const std::string& name, const std::vector<Field>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string number = name + " " + std::to_string(i);
    const Field& field = fields[i];
    facts.add(number + " (shape and dtype)", to_string(field.values.shape()) + " " + to_string(field.values.dtype()));
    facts.add(number + " (divisor)", field.info.divisor ? number_text(*field.info.divisor) : "none");
    facts.add(number, field.values);
  }
}

void add_data(Facts& facts, const std::string& name, const Dataset& data) {
  add_fields(facts, name + " input", data.inputs());
  add_fields(facts, name + " target", data.targets());
}

void add_training(Facts& facts, const TrainingState& state) {
  facts.add("the number of steps so far", std::to_string(state.step));
  facts.add("the number of epochs so far", std::to_string(state.epochs));
  facts.add("the steps of the running epoch", std::to_string(state.running.steps));
  facts.add("the optimizer of earlier steps ", state.optimizer.config);
  for (const Moment& moment : state.optimizer.moments) facts.add("the optimizer's " + moment.name, moment.values);
  facts.add("the schedule's place", std::to_string(state.schedule.time));
  if (state.average.updates > 0) facts.add("the average of the parameters", state.average.values);
}

std::string facts_of(const Model& model, const Dataset& train, const std::optional<Dataset>& validation, const FitOptions& options) {
  Facts facts;
  facts.add("the version of weir", WEIR_VERSION);
  facts.add("the transport", options.communicator.describe());
  facts.add("the processor's instruction set", std::to_string(static_cast<int>(cpu::instruction_set())));
  facts.add_digest("the graph", to_json(model.graph()));
  facts.add("dtype", to_string(model.dtype()));
  facts.add("max_batch", std::to_string(model.max_batch()));
  facts.add("seed", std::to_string(model.options().seed));
  facts.add("", run_options(train, options));
  facts.add("deterministic", options.deterministic ? "true" : "false");
  facts.add("epochs", std::to_string(options.epochs));
  std::string names;
  for (const Metric& metric : options.metrics) names += (names.empty() ? "" : ", ") + metric.name;
  facts.add("metrics", names.empty() ? "none" : names);
  facts.add("validation data", validation ? "some" : "none");
  const ParameterGroups groups("fit", model, *options.optimizer, options.groups);
  for (const ParameterOptions& parameter : groups.options()) {
    const auto text = [](const std::optional<double>& value) { return value ? number_text(*value) : "unset"; };
    facts.add("the group of " + parameter.name, "lr " + text(parameter.lr) + ", weight_decay " + text(parameter.weight_decay) +
                                                    (parameter.frozen ? ", frozen" : "") + ", l1 " + number_text(parameter.l1) + ", l2 " +
                                                    number_text(parameter.l2) + ", max_norm " + number_text(parameter.max_norm));
  }
  for (const ArenaEntry& parameter : model.parameters()) facts.add("the parameter " + parameter.name, model.parameter(parameter.name));
  for (const ArenaEntry& state : model.states()) facts.add("the state " + state.name, model.state(state.name));
  add_training(facts, model.training_state());
  add_data(facts, "training data:", train);
  if (validation) add_data(facts, "validation data:", *validation);
  return facts.text();
}

std::vector<std::pair<std::string, std::string>> parse(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> facts;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t tab = text.find('\t', begin), end = text.find('\n', tab);
    facts.emplace_back(text.substr(begin, tab - begin), text.substr(tab + 1, end - tab - 1));
    begin = end + 1;
  }
  return facts;
}

}  // namespace

void compare_ranks(Ranks& ranks, const Model& model, const Dataset& train, const std::optional<Dataset>& validation,
                   const FitOptions& options) {
  if (ranks.alone()) return;
  std::string own;
  ranks.together([&] { own = facts_of(model, train, validation, options); });
  const std::vector<std::string> all = ranks.gather(own);
  for (int r = 1; r < ranks.size(); ++r) {
    if (all[static_cast<std::size_t>(r)] == all[0]) continue;
    const auto expected = parse(all[0]), got = parse(all[static_cast<std::size_t>(r)]);
    std::size_t i = 0;
    while (i < expected.size() && i < got.size() && expected[i] == got[i]) ++i;
    const bool same_fact = i < expected.size() && i < got.size() && expected[i].first == got[i].first;
    std::string what = i < expected.size() ? expected[i].first : got[i].first;
    if (same_fact && !got[i].second.starts_with("digest ")) what += " (" + got[i].second + ", on rank 0 " + expected[i].second + ")";
    throw ConfigError(ranks.name(r) + " differs from rank 0 in " + what + ". Give fit the same Model, data and options on every rank.");
  }
}

}  // namespace weir
