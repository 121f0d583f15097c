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

std::string text_of(const Config::Value& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const double* number = std::get_if<double>(&value)) return number_text(*number);
  if (const auto* word = std::get_if<std::string>(&value)) return *word;
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
const std::string& Config::word(std::string_view name) const { return as<std::string>(at(name), name, "a word"); }

double Config::number(std::string_view name) const {
  const Value& value = at(name);
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  return as<double>(value, name, "a number");
}

const std::vector<std::int64_t>& Config::integers(std::string_view name) const {
  return as<std::vector<std::int64_t>>(at(name), name, "a list of whole numbers");
}

std::string describe(const std::string& type, const Config& config) {
  std::string list;
  for (const auto& [name, value] : config.entries()) list += (list.empty() ? "" : ", ") + name + "=" + text_of(value);
  return list.empty() ? type : type + "(" + list + ")";
}

}  // namespace weir
