#include "formats/json.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>
#include <weir/core/error.hpp>

#include "core/cpu/standard_floats.hpp"
#include "formats/printable.hpp"

namespace weir {

namespace {

constexpr int max_nesting = 3;  // depth of nested configs; stays within the nesting limit of parse_json
constexpr const char* too_deep = "a config holds others more than 3 deep.";

Json to_json(bool value) { return {value}; }
Json to_json(std::int64_t value) { return {value}; }
Json to_json(const std::string& value) { return {value}; }
Json to_json(double value) {
  if (std::isfinite(value)) return {value};
  return {std::string(std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf")};
}

Json tagged(const char* tag, Json json) { return {Json::Object{{tag, std::move(json)}}}; }

template <class T>
constexpr const char* tag_of() {
  return std::is_same_v<T, std::int64_t> ? "integers" : std::is_same_v<T, double> ? "numbers" : "words";
}

Json write(const Config& config, int depth);

struct Writer {
  int depth = 0;

  template <class T>
  Json operator()(const T& value) const {
    return to_json(value);
  }
  Json operator()(double value) const { return std::isfinite(value) ? Json{value} : tagged("number", to_json(value)); }
  template <class T>
  Json operator()(const std::vector<T>& list) const {
    Json::Array array;
    bool plain = !list.empty();
    for (const T& value : list) {
      if constexpr (std::is_same_v<T, double>) plain = plain && std::isfinite(value);
      array.push_back(to_json(value));
    }
    return plain ? Json{std::move(array)} : tagged(tag_of<T>(), {std::move(array)});
  }
  Json operator()(const std::vector<TypedConfig>& list) const {
    Json::Array array;
    for (const TypedConfig& child : list) {
      array.push_back({Json::Object{{"type", {child.type}}, {"config", write(child.config, depth + 1)}}});
    }
    return list.empty() ? tagged("configs", {std::move(array)}) : Json{std::move(array)};
  }
};

Json write(const Config& config, int depth) {
  if (depth > max_nesting) throw ConfigError(too_deep);
  Json::Object object;
  for (const auto& [name, value] : config.entries()) object.push_back({name, std::visit(Writer{depth}, value)});
  return {std::move(object)};
}

Config read_config(const Json& json, int depth);

template <class T>
std::optional<T> value_of(const Json& json) {
  if (const T* value = json.as<T>()) return *value;
  if constexpr (std::is_same_v<T, double>) {
    if (const auto* word = json.as<std::string>()) {
      if (*word == "nan") return std::numeric_limits<double>::quiet_NaN();
      if (*word == "inf") return std::numeric_limits<double>::infinity();
      if (*word == "-inf") return -std::numeric_limits<double>::infinity();
    }
  }
  return std::nullopt;
}

std::optional<Config::Value> configs_of(const Json& json, int depth) {
  const auto* array = json.as<Json::Array>();
  if (!array) return std::nullopt;
  std::vector<TypedConfig> result;
  for (const Json& element : *array) {
    const auto* object = element.as<Json::Object>();
    const Json *type = element.find("type"), *config = element.find("config");
    if (!object || object->size() != 2 || !type || !config || !type->as<std::string>()) return std::nullopt;
    result.push_back({*type->as<std::string>(), read_config(*config, depth + 1)});
  }
  return result;
}

template <class T>
std::optional<Config::Value> list_of(const Json& json) {
  const auto* array = json.as<Json::Array>();
  if (!array) return std::nullopt;
  std::vector<T> result;
  for (const Json& element : *array) {
    std::optional<T> value = value_of<T>(element);
    if (!value) return std::nullopt;
    result.push_back(std::move(*value));
  }
  return result;
}

std::optional<Config::Value> tagged_value(const Json::Object& object) {
  if (object.size() != 1) return std::nullopt;
  const auto& [tag, json] = object.front();
  if (tag == "number") return value_of<double>(json);
  if (tag == tag_of<std::int64_t>()) return list_of<std::int64_t>(json);
  if (tag == tag_of<double>()) return list_of<double>(json);
  if (tag == tag_of<std::string>()) return list_of<std::string>(json);
  if (const auto* list = json.as<Json::Array>(); tag == "configs" && list && list->empty()) return std::vector<TypedConfig>();
  return std::nullopt;
}

std::optional<Config::Value> read(const Json& json, int depth) {
  if (const auto* value = json.as<bool>()) return *value;
  if (const auto* value = json.as<std::int64_t>()) return *value;
  if (const auto* value = json.as<double>()) return *value;
  if (const auto* value = json.as<std::string>()) return *value;
  if (const auto* object = json.as<Json::Object>()) return tagged_value(*object);
  const auto* array = json.as<Json::Array>();
  if (!array || array->empty()) return std::nullopt;
  if (array->front().as<std::int64_t>()) return list_of<std::int64_t>(json);
  if (array->front().as<double>()) return list_of<double>(json);
  if (array->front().as<Json::Object>()) return configs_of(json, depth);
  return list_of<std::string>(json);
}

Config read_config(const Json& json, int depth) {
  const auto* object = json.as<Json::Object>();
  if (!object) throw FormatError("a config is no object.");
  if (depth > max_nesting) throw FormatError(too_deep);
  Config config;
  for (const JsonMember& member : *object) {
    std::optional<Config::Value> value = read(member.value, depth);
    if (!value)
      throw FormatError("the config's " + in_quotes(member.key) +
                        " is neither a number, a word, true, false, nor a list of numbers, words or configs.");
    config.set(member.key, std::move(*value));
  }
  return config;
}

}  // namespace

Json json_of(const Config& config) { return write(config, 0); }
Config config_from_json(const Json& json) { return read_config(json, 0); }

std::string to_json(const Config& config) { return to_text(json_of(config)); }
Config config_from_json(std::string_view json) {
  const cpu::StandardFloats standard;
  return config_from_json(parse_json(json));
}

}  // namespace weir
