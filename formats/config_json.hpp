#pragma once

#include <weir/formats/json.hpp>

#include "formats/json.hpp"

namespace weir {

// to_json and config_from_json, inside a larger text.
Json json_of(const Config& config);
Config config_from_json(const Json& json);  // FormatError without the name of a file

}  // namespace weir
