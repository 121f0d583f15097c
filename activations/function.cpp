#include <cmath>
#include <limits>
#include <span>

#include <weir/activations/function.hpp>
#include <weir/core/error.hpp>

#include "core/text.hpp"

namespace weir {

namespace {

// F::parameters, or an empty list where F has none.
template <class F>
std::span<const Parameter<F>> parameters_of() {
  if constexpr (requires { F::parameters; }) {
    return F::parameters;
  } else {
    return {};
  }
}

}  // namespace

std::string_view name(const ActivationFunction& f) {
  return std::visit([](const auto& functor) { return functor.name; }, f);
}

Needs needs(const ActivationFunction& f) {
  return std::visit([](const auto& functor) { return functor.needs; }, f);
}

std::string describe(const ActivationFunction& f) {
  return std::visit(
      []<class F>(const F& functor) {
        std::string values;
        for (const Parameter<F>& p : parameters_of<F>()) values += (values.empty() ? "" : ", ") + number_text(functor.*p.member);
        return std::string(functor.name) + (values.empty() ? "" : "(" + values + ")");
      },
      f);
}

void validate(const ActivationFunction& f) {
  std::visit(
      []<class F>(const F& functor) {
        for (const Parameter<F>& p : parameters_of<F>()) {
          const double value = functor.*p.member;
          const bool finite = std::fabs(value) <= std::numeric_limits<float>::max();  // false for NaN
          if (finite && (p.holds == nullptr || p.holds(functor))) continue;
          throw ConfigError(std::string(functor.name) + ": " + std::string(p.name) + " is " + number_text(value) + ", expected " +
                            std::string(finite ? p.expected : "a number that is finite in float") + ". Give another one.");
        }
      },
      f);
}

Config config(const ActivationFunction& f) {
  Config result;
  result.set("function", std::string(name(f)));
  std::visit(
      [&]<class F>(const F& functor) {
        for (const Parameter<F>& p : parameters_of<F>()) result.set(std::string(p.name), functor.*p.member);
      },
      f);
  return result;
}

ActivationFunction function_from_config(const Config& config) {
  ActivationFunction f = activation_by_name(config.word("function"));
  std::visit(
      [&]<class F>(F& functor) {
        Config known;
        known.set("function", std::string(functor.name));
        for (const Parameter<F>& p : parameters_of<F>()) {
          functor.*p.member = config.number(p.name);
          known.set(std::string(p.name), functor.*p.member);
        }
        for (const auto& [entry, value] : config.entries()) {
          if (!known.contains(entry)) {
            throw ConfigError(std::string(functor.name) + ": unknown entry '" + entry +
                              "'. A newer version may have written it: use that one, or remove the entry.");
          }
        }
      },
      f);
  validate(f);
  return f;
}

ActivationFunction activation_by_name(std::string_view wanted) {
  std::string known;
  for (const ActivationFunction& f : all_activations()) {
    if (name(f) == wanted) return f;
    known += (known.empty() ? "" : ", ") + std::string(name(f));
  }
  throw ConfigError("activation: unknown function '" + std::string(wanted) + "', expected one of: " + known + ".");
}

}  // namespace weir
