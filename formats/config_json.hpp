#pragma once

#include <weir/formats/json.hpp>

#include "formats/json.hpp"

namespace weir {

// As to_json and config_from_json, for a Config inside a larger JSON text.
Json json_of(const Config& config);
Config config_from_json(const Json& json);  // FormatError does not name a file

}  // namespace weir
