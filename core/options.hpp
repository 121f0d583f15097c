#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>
#include <weir/core/config.hpp>
#include <weir/core/error.hpp>
#include <weir/core/option.hpp>

// Checks, Config and parsing of an options struct O, generated from its list O::options. O::name begins the messages.

namespace weir {

// Throws ConfigError "adam: lr is -1, expected ..." unless the value is in the range.
void check_option(std::string_view who, std::string_view option, double value, OptionRange range);
void check_option(std::string_view who, std::string_view option, std::int64_t value, OptionRange range);

// The same error unless `holds`.
void require_option(std::string_view who, std::string_view option, double value, bool holds, std::string_view expected);

// The index of a word in `words`; ConfigError if it is not among them.
std::size_t place_of_word(std::string_view who, std::string_view option, std::string_view word, const std::string_view* words,
                          std::size_t count);

[[noreturn]] void refuse_option(std::string_view who, std::string_view option, const std::string& known);

template <class O, class F>
void for_each_option(F f) {
  if constexpr (requires { O::options; }) std::apply([&](const auto&... option) { (f(option), ...); }, O::options);
}

// Overload this for an options struct whose values must fit together.
template <class O>
void check_together(const O&) {}

template <class O>
void check_options(const O& options) {
  for_each_option<O>([&]<class T>(const T& option) {
    const auto& value = options.*option.member;
    using V = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<V, std::optional<double>>) {
      if (value) check_option(O::name, option.name, *value, option.range);
    } else if constexpr (std::is_same_v<V, double> || std::is_same_v<V, std::int64_t>) {
      check_option(O::name, option.name, value, option.range);
    }
  });
  check_together(options);
}

template <class O>
Config config_of(const O& options) {
  Config config;
  for_each_option<O>([&]<class T>(const T& option) {
    const auto& value = options.*option.member;
    if constexpr (requires { option.words; }) {
      config.set(std::string(option.name), std::string(option.words[static_cast<std::size_t>(value)]));
    } else if constexpr (requires { value.has_value(); }) {
      if (value) config.set(std::string(option.name), *value);
    } else {
      config.set(std::string(option.name), value);
    }
  });
  return config;
}

// Reads options from a Config; missing entries keep O's defaults. Throws ConfigError for an entry of the wrong kind, or whose name is
// neither an option nor in `others`.
template <class O>
O options_from(const Config& config, std::initializer_list<std::string_view> others = {}) {
  O options;
  std::string names;
  for_each_option<O>([&](const auto& option) { names += (names.empty() ? "" : ", ") + std::string(option.name); });
  for (const auto& entry : config.entries()) {
    const std::string& name = entry.first;
    bool known = std::find(others.begin(), others.end(), name) != others.end();
    for_each_option<O>([&]<class T>(const T& option) {
      if (option.name != name) return;
      known = true;
      auto& value = options.*option.member;
      using V = std::remove_cvref_t<decltype(value)>;
      if constexpr (requires { option.words; }) {
        value = static_cast<V>(place_of_word(O::name, name, config.word(name), option.words.data(), option.words.size()));
      } else if constexpr (std::is_same_v<V, bool>) {
        value = config.boolean(name);
      } else if constexpr (std::is_same_v<V, std::int64_t>) {
        value = config.integer(name);
      } else if constexpr (std::is_same_v<V, std::vector<std::int64_t>>) {
        value = config.integers(name);
      } else {
        value = config.number(name);
      }
    });
    if (!known) refuse_option(O::name, name, names);
  }
  return options;
}

}  // namespace weir
