#include "formats/data_info_json.hpp"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>
#include <weir/core/error.hpp>

#include "formats/json.hpp"
#include "formats/printable.hpp"

namespace weir {

namespace {

constexpr const char* data_key = "weir.data";

template <class List>
Json list_to_json(const List& list) {
  Json::Array array;
  for (const auto& value : list) array.push_back({value});
  return {std::move(array)};
}

template <class T>
std::vector<T> list_from_json(const std::string& who, const Json& json) {
  const auto* array = json.as<Json::Array>();
  if (!array) throw FormatError(who + " is no list.");
  std::vector<T> result;
  for (const Json& element : *array) {
    const T* value = element.as<T>();
    if (!value) throw FormatError(who + " has a value of the wrong type.");
    result.push_back(*value);
  }
  return result;
}

Json to_json(const std::vector<FieldInfo>& infos) {
  Json::Array array;
  for (const FieldInfo& info : infos) {
    Json::Object object;
    if (info.divisor) object.push_back({"divisor", {*info.divisor}});
    if (info.image.rank() > 0) object.push_back({"image", list_to_json(info.image.extents())});
    if (!info.columns.empty()) object.push_back({"columns", list_to_json(info.columns)});
    if (!info.classes.empty()) object.push_back({"classes", list_to_json(info.classes)});
    array.push_back({std::move(object)});
  }
  return {std::move(array)};
}

FieldInfo info_from_json(const Json& json) {
  const auto* object = json.as<Json::Object>();
  if (!object) throw FormatError("a field is no object.");
  FieldInfo info;
  for (const auto& [key, value] : *object) {
    const std::string who = "its " + in_quotes(key);
    if (key == "divisor" && value.as<double>()) {
      info.divisor = *value.as<double>();
    } else if (key == "image") {
      info.image = Shape(std::span<const std::int64_t>(list_from_json<std::int64_t>(who, value)));
    } else if (key == "columns") {
      info.columns = list_from_json<std::string>(who, value);
    } else if (key == "classes") {
      info.classes = list_from_json<std::string>(who, value);
    } else {
      throw FormatError(who + " is not known, or no number.");
    }
  }
  return info;
}

std::vector<FieldInfo> infos_from_json(const Json& json, const char* key) {
  const Json* fields = json.find(key);
  const auto* array = fields ? fields->as<Json::Array>() : nullptr;
  if (!array) throw FormatError("it has no list " + in_quotes(key) + ".");
  std::vector<FieldInfo> infos;
  for (const Json& field : *array) infos.push_back(info_from_json(field));
  return infos;
}

}  // namespace

void write_data_info(const Model& model, std::map<std::string, std::string>& metadata) {
  const auto& [inputs, targets] = model.data_info();
  if (inputs == std::vector<FieldInfo>(inputs.size()) && targets == std::vector<FieldInfo>(targets.size())) return;
  metadata.emplace(data_key, to_text({Json::Object{{"inputs", to_json(inputs)}, {"targets", to_json(targets)}}}));
}

void read_data_info(const std::string& file, const std::map<std::string, std::string>& metadata, Model& model) {
  const auto found = metadata.find(data_key);
  if (found == metadata.end()) return;
  try {
    const Json json = parse_json(found->second);
    model.set_data_info({infos_from_json(json, "inputs"), infos_from_json(json, "targets")});
  } catch (const Error& error) {
    throw FormatError(file + ": its " + data_key + " cannot be used: " + printable(error.what()) +
                      " It is damaged: copy or save it again.");
  }
}

}  // namespace weir
