#include "formats/json.hpp"

#include <weir/core/error.hpp>

#include "core/text.hpp"
#include "formats/printable.hpp"
#include "formats/sax.hpp"

namespace weir {

namespace {

constexpr std::size_t max_depth = 16;
constexpr std::int64_t max_values = 200'000;
constexpr std::size_t max_members = 1'000;

// Builds a Json from the events of nlohmann's parser.
class Builder {
 public:
  Json result;

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(std::int64_t value) { return add(value); }
  bool number_unsigned(std::uint64_t value) {
    if (value > static_cast<std::uint64_t>(INT64_MAX)) {
      throw FormatError("the whole number " + std::to_string(value) + " is too large, expected at most " + std::to_string(INT64_MAX) + ".");
    }
    return add(static_cast<std::int64_t>(value));
  }
  bool number_float(double value, const std::string& text) {
    if (text.find_first_of(".eE") == std::string::npos) {
      throw FormatError("the whole number " + printable(text, 40) + " does not fit 64 bits.");
    }
    return add(value);
  }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(nlohmann::json::binary_t&) { return false; }

  bool start_object(std::size_t) { return open(Json::Object()); }
  bool start_array(std::size_t) { return open(Json::Array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    auto& members = std::get<Json::Object>(open_.back()->value);
    for (const auto& member : members) {
      if (member.key == name) throw FormatError("the key " + in_quotes(name) + " occurs twice.");
    }
    if (members.size() == max_members) throw FormatError("an object has more than " + with_commas(max_members) + " members.");
    members.push_back({std::move(name), {}});
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) { not_json(position); }

  [[noreturn]] static void not_json(std::size_t position) {
    throw FormatError("byte " + std::to_string(position) + " cannot be read as JSON.");
  }

 private:
  bool add(Json::Value value) {
    place().value = std::move(value);
    return true;
  }

  bool open(Json::Value value) {
    if (open_.size() == max_depth) throw FormatError("it is nested deeper than " + std::to_string(max_depth) + ".");
    Json& json = place();
    json.value = std::move(value);
    open_.push_back(&json);
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  // Where to put the next value. Pointers to open values stay valid: only the innermost list grows.
  Json& place() {
    if (++values_ > max_values) throw FormatError("it holds more than " + with_commas(max_values) + " values.");
    if (open_.empty()) return result;
    Json::Value& innermost = open_.back()->value;
    if (auto* array = std::get_if<Json::Array>(&innermost)) return array->emplace_back();
    return std::get<Json::Object>(innermost).back().value;
  }

  std::vector<Json*> open_;
  std::int64_t values_ = 0;
};

nlohmann::ordered_json convert(const Json& json);

struct Converter {
  nlohmann::ordered_json operator()(const Json::Array& array) const {
    auto result = nlohmann::ordered_json::array();
    for (const Json& element : array) result.push_back(convert(element));
    return result;
  }
  nlohmann::ordered_json operator()(const Json::Object& object) const {
    auto result = nlohmann::ordered_json::object();
    for (const JsonMember& member : object) result.emplace(member.key, convert(member.value));
    return result;
  }
  template <class T>
  nlohmann::ordered_json operator()(const T& value) const {
    return value;
  }
};

nlohmann::ordered_json convert(const Json& json) { return std::visit(Converter(), json.value); }

}  // namespace

Json::Json() = default;
Json::Json(Value value_) : value(std::move(value_)) {}
Json::Json(const Json&) = default;
Json::Json(Json&&) noexcept = default;
Json& Json::operator=(const Json&) = default;
Json& Json::operator=(Json&&) noexcept = default;
Json::~Json() = default;

const Json* Json::find(std::string_view key) const {
  if (const auto* object = as<Object>()) {
    for (const JsonMember& member : *object) {
      if (member.key == key) return &member.value;
    }
  }
  return nullptr;
}

Json parse_json(std::string_view text) {
  Builder builder;
  parse_events(text, builder);
  return std::move(builder.result);
}

std::string to_text(const Json& json) {
  try {
    return convert(json).dump();
  } catch (const nlohmann::json::type_error&) {
    throw ConfigError("a text is not UTF-8. Write it in UTF-8.");
  }
}

}  // namespace weir
