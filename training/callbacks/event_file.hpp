#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// TensorBoard's event files: records of a length, its checksum, an Event (a protocol buffer: event.proto and summary.proto of TensorBoard)
// and the Event's checksum. Each function appends a record to `file`; `time` is in seconds since 1970.

namespace weir {

void append_version(std::string& file, double time);                   // the first record of each file
void append_start(std::string& file, double time, std::int64_t step);  // events of this step and later in earlier files are void
void append_scalars(std::string& file, double time, std::int64_t step, std::string_view prefix, std::span<const std::string> names,
                    std::span<const double> values);  // under prefix + name

std::uint32_t masked_crc32c(std::string_view bytes);

}  // namespace weir
