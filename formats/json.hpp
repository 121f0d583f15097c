#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>
#include <weir/formats/json.hpp>

namespace weir {

struct JsonMember;

// A JSON value. Distinguishes integers from other numbers, keeps the order of members, and has no duplicate keys.
struct Json {
  using Array = std::vector<Json>;
  using Object = std::vector<JsonMember>;
  using Value = std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object>;

  Value value;

  Json();  // null
  Json(Value value_);
  Json(const Json&);  // out of line: inlined copies of the variant cause false warnings of g++ 12
  Json(Json&&) noexcept;
  Json& operator=(const Json&);
  Json& operator=(Json&&) noexcept;
  ~Json();

  // The value as T, or nullptr when it is of another kind.
  template <class T>
  const T* as() const {
    return std::get_if<T>(&value);
  }
  const Json* find(std::string_view key) const;  // nullptr when this is not an object or has no such member
};

struct JsonMember {
  std::string key;
  Json value;
};

// Parses untrusted text. FormatError, which does not name a file, for invalid JSON, nesting deeper than 16, more than 200,000 values or
// 1,000 members in one object, a duplicate key, or an integer that does not fit 64 bits.
Json parse_json(std::string_view text);

// Without spaces; doubles with enough digits to restore them exactly. ConfigError for a text that is not UTF-8. Numbers must be finite.
std::string to_text(const Json& json);

// As to_json and config_from_json, for a Config inside a larger JSON text.
Json json_of(const Config& config);
Config config_from_json(const Json& json);  // FormatError does not name a file

}  // namespace weir
