#include <type_traits>
#include <weir/core/config.hpp>
#include <weir/core/error.hpp>

#include "core/text.hpp"

namespace weir {

namespace {

template <class T>
const T& as(const Config::Value& value, std::string_view name, const char* what) {
  if (const T* found = std::get_if<T>(&value)) return *found;
  throw ConfigError("config: '" + std::string(name) + "' is of another kind, expected " + what + ".");
}

std::string text_of(bool flag) { return flag ? "true" : "false"; }
std::string text_of(std::int64_t whole) { return std::to_string(whole); }
std::string text_of(double number) { return number_text(number); }
std::string text_of(const std::string& word) { return word; }
std::string text_of(const TypedConfig& child) { return describe(child.type, child.config); }
template <class T>
std::string text_of(const std::vector<T>& list) {
  if constexpr (std::is_same_v<T, std::int64_t> || std::is_same_v<T, TypedConfig>) {
    std::string text;
    for (const T& element : list) text += (text.empty() ? "" : ", ") + text_of(element);
    return std::is_same_v<T, TypedConfig> && list.size() == 1 ? text : "[" + text + "]";
  }
  return "[...]";
}

}  // namespace

Config& Config::set(std::string name, Value value) {
  for (auto& [known, old] : entries_) {
    if (known == name) {
      old = std::move(value);
      return *this;
    }
  }
  entries_.emplace_back(std::move(name), std::move(value));
  return *this;
}

Config& Config::set(std::string name, TypedConfig child) {
  std::vector<TypedConfig> list;
  list.push_back(std::move(child));
  return set(std::move(name), Value(std::move(list)));
}

bool operator==(const Config& a, const Config& b) { return a.entries_ == b.entries_; }

const Config::Value& Config::at(std::string_view name) const {
  for (const auto& [known, value] : entries_) {
    if (known == name) return value;
  }
  throw ConfigError("config: '" + std::string(name) + "' is missing.");
}

bool Config::contains(std::string_view name) const {
  for (const auto& [known, value] : entries_) {
    if (known == name) return true;
  }
  return false;
}

bool Config::boolean(std::string_view name) const { return as<bool>(at(name), name, "true or false"); }
std::int64_t Config::integer(std::string_view name) const { return as<std::int64_t>(at(name), name, "a whole number"); }
const std::string& Config::word(std::string_view name) const& { return as<std::string>(at(name), name, "a word"); }

double Config::number(std::string_view name) const {
  const Value& value = at(name);
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  return as<double>(value, name, "a number");
}

const std::vector<std::int64_t>& Config::integers(std::string_view name) const& {
  return as<std::vector<std::int64_t>>(at(name), name, "a list of whole numbers");
}

std::vector<double> Config::numbers(std::string_view name) const {
  const Value& value = at(name);
  if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&value)) return {whole->begin(), whole->end()};
  if (std::holds_alternative<double>(value) || std::holds_alternative<std::int64_t>(value)) return {number(name)};
  return as<std::vector<double>>(value, name, "a list of numbers");
}

const std::vector<TypedConfig>& Config::children(std::string_view name) const& {
  return as<std::vector<TypedConfig>>(at(name), name, "a list of configurations with their types");
}

const TypedConfig& Config::child(std::string_view name) const& {
  const std::vector<TypedConfig>& list = children(name);
  if (list.size() == 1) return list.front();
  throw ConfigError("config: '" + std::string(name) + "' holds " + std::to_string(list.size()) + " configurations, expected one.");
}

std::string describe(const std::string& type, const Config& config) {
  std::string list;
  for (const auto& [name, value] : config.entries()) {
    list += (list.empty() ? "" : ", ") + name + "=" + std::visit([](const auto& v) { return text_of(v); }, value);
  }
  return list.empty() ? type : type + "(" + list + ")";
}

}  // namespace weir
