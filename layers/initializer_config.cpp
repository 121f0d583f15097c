#include "layers/initializer_config.hpp"

#include <weir/core/error.hpp>

namespace weir {

namespace {

using Maker = Initializer (*)(double a, double b);

Fan fan(double number) { return number == 0 ? Fan::in : Fan::out; }

constexpr Maker makers[] = {
    [](double a, double) { return Initializer::constant(a); },
    [](double a, double b) { return Initializer::uniform(a, b); },
    [](double a, double b) { return Initializer::normal(a, b); },
    [](double a, double b) { return Initializer::truncated_normal(a, b); },
    [](double a, double b) { return Initializer::he_uniform(a, fan(b)); },
    [](double a, double b) { return Initializer::he_normal(a, fan(b)); },
    [](double a, double) { return Initializer::glorot_uniform(a); },
    [](double a, double) { return Initializer::glorot_normal(a); },
    [](double, double b) { return Initializer::lecun_uniform(fan(b)); },
    [](double, double b) { return Initializer::lecun_normal(fan(b)); },
    [](double a, double) { return Initializer::orthogonal(a); },
};

// "he_uniform" from "he_uniform(0)".
std::string kind_name(const Initializer& initializer) {
  const std::string text = initializer.describe();
  return text.substr(0, text.find('('));
}

}  // namespace

void write_initializer(Config& config, const std::string& name, const Initializer& initializer) {
  config.set(name, kind_name(initializer)).set(name + "_a", initializer.a()).set(name + "_b", initializer.b());
}

std::optional<Initializer> read_initializer(const Config& config, const std::string& name) {
  if (!config.contains(name)) return std::nullopt;
  std::string known;
  for (const Maker make : makers) {
    const std::string kind = kind_name(make(1, 1));
    if (kind == config.word(name)) return make(config.number(name + "_a"), config.number(name + "_b"));
    known += (known.empty() ? "" : ", ") + kind;
  }
  throw ConfigError("config: '" + name + "' is '" + config.word(name) + "', expected one of: " + known + ".");
}

}  // namespace weir
