#pragma once

#include <map>
#include <span>
#include <string>
#include <weir/core/files.hpp>
#include <weir/formats/tensor_file.hpp>

namespace weir {

// Writes a safetensors file whole or not at all: into a temporary file beside it, flushed to the disk, then renamed over it. Equal
// arguments give equal bytes, in a file or in memory. A path that is a link is followed. FileError when it cannot be written: what was
// there is unchanged. ConfigError for a name that occurs twice, is "__metadata__" or not UTF-8. TensorFile reads it.
void write_safetensors(const FileTarget& target, std::span<const NamedTensor> tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace weir
