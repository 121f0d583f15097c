#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace weir {

struct TypedConfig;

// A list of named values: numbers, words, lists and nested configurations. A layer, optimizer or schedule returns one from config(), from
// which it can be made again. Keeps the order of set(). The getters throw ConfigError with the name when an entry is missing or of another
// kind.
class Config {
 public:
  using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>,
                             std::vector<std::string>, std::vector<TypedConfig>>;

  Config& set(std::string name, Value value);        // replaces an entry of the same name
  Config& set(std::string name, TypedConfig child);  // stored as a list of one

  bool contains(std::string_view name) const;
  bool boolean(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;  // accepts an integer entry too
  const std::string& word(std::string_view name) const&;
  const std::vector<std::int64_t>& integers(std::string_view name) const&;
  std::vector<double> numbers(std::string_view name) const;  // accepts a list of integers, or one number, too
  const std::vector<TypedConfig>& children(std::string_view name) const&;
  const TypedConfig& child(std::string_view name) const&;  // ConfigError unless the list has exactly one
  const std::vector<std::pair<std::string, Value>>& entries() const& { return entries_; }

  // Not of a temporary, which they would outlive.
  const std::string& word(std::string_view name) const&& = delete;
  const std::vector<std::int64_t>& integers(std::string_view name) const&& = delete;
  const std::vector<TypedConfig>& children(std::string_view name) const&& = delete;
  const TypedConfig& child(std::string_view name) const&& = delete;
  const std::vector<std::pair<std::string, Value>>& entries() const&& = delete;

  friend bool operator==(const Config& a, const Config& b);

 private:
  const Value& at(std::string_view name) const;
  std::vector<std::pair<std::string, Value>> entries_;
};

// A type and its configuration: what make_optimizer, make_schedule and make_registered_layer make an object from.
struct TypedConfig {
  std::string type;
  Config config;
  friend bool operator==(const TypedConfig&, const TypedConfig&) = default;
};

// "adam(lr=0.001, amsgrad=false)": the type and its configuration, without parentheses when that is empty. Lists of doubles or words are
// shortened to "[...]".
std::string describe(const std::string& type, const Config& config);

}  // namespace weir
