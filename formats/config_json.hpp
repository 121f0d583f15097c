#pragma once

#include <weir/core/config.hpp>

#include "formats/json.hpp"

namespace weir {

// A Config as a JSON object and back, exactly: the order, the kind of each entry, the bits of each number. What JSON leaves open is
// spelled out: {"number": "inf"} or "-inf" or "nan", and {"integers": []}, {"numbers": [...]}, {"words": []} for a list that is empty or
// holds such a number.
Json to_json(const Config& config);
Config config_from_json(const Json& json);  // FormatError without the name of a file

}  // namespace weir
