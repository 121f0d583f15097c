#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace weir {

// Names to numbers, words and lists: what a layer writes down so that it can be built again. Keeps the order of set().
// Readers throw ConfigError with the name when an entry is missing or of another kind.
class Config {
 public:
  using Value =
      std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>>;

  Config& set(std::string name, Value value);  // replaces an entry of that name

  bool contains(std::string_view name) const;
  bool boolean(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;  // takes an integer entry too
  const std::string& word(std::string_view name) const;
  const std::vector<std::int64_t>& integers(std::string_view name) const;
  const std::vector<std::pair<std::string, Value>>& entries() const { return entries_; }

  friend bool operator==(const Config&, const Config&) = default;

 private:
  const Value& at(std::string_view name) const;
  std::vector<std::pair<std::string, Value>> entries_;
};

// "adam(lr=0.001, amsgrad=false)": a type with its configuration, without parentheses where that is empty; a list reads "[...]".
std::string describe(const std::string& type, const Config& config);

}  // namespace weir
