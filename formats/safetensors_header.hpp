#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>
#include <weir/formats/safetensors.hpp>

namespace weir {

// The longest header that the format allows.
inline constexpr std::uint64_t max_safetensors_header = 100'000'000;

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;  // in the order of their bytes; offsets count from the first byte after the header
  std::map<std::string, std::string> metadata;
};

// Reads the JSON of a header whose tensors fill `data_bytes`. Checks every rule of the format: known dtypes, no name twice, each shape's
// bytes equal to its range, ranges without gaps or overlaps from 0 to data_bytes. FormatError without the name of the file.
SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes);

// "[10, 784] F32".
std::string describe(const SafetensorsEntry& entry);

}  // namespace weir
