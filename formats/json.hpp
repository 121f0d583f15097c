#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weir {

struct JsonMember;

// A JSON text as a value. Whole numbers and others are told apart, members keep their order, no key occurs twice.
struct Json {
  using Array = std::vector<Json>;
  using Object = std::vector<JsonMember>;
  using Value = std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object>;

  Value value;

  Json();  // null
  Json(Value value_);
  Json(const Json&);  // out of line: where g++ 12 sees through a variant's copies it warns without cause
  Json(Json&&) noexcept;
  Json& operator=(const Json&);
  Json& operator=(Json&&) noexcept;
  ~Json();

  // The value as T, or nullptr when it is of another kind.
  template <class T>
  const T* as() const {
    return std::get_if<T>(&value);
  }
  const Json* find(std::string_view key) const;  // nullptr when this is no object or has no such member
};

struct JsonMember {
  std::string key;
  Json value;
};

// Reads a text that nobody vouches for. FormatError, without the name of a file, for what is not JSON, is nested deeper than 16, holds
// more than 200,000 values or 1,000 members in one object, a key twice, or a whole number that does not fit 64 bits.
Json parse_json(std::string_view text);

// Without spaces; doubles with as many digits as give them back exactly. ConfigError for a text that is not UTF-8. Numbers must be finite.
std::string to_text(const Json& json);

}  // namespace weir
