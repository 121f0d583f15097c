#pragma once

#include <map>
#include <span>
#include <string>
#include <weir/core/files.hpp>
#include <weir/formats/tensor_file.hpp>

namespace weir {

// Writes a safetensors file completely or not at all: into a temporary file beside it, flushed to disk, then renamed. Equal arguments give
// equal bytes, in a file or in memory. Links are followed. Metadata named "weir.digest" get the digest of the new file, whatever was given
// (TensorFile::verify). FileError when it cannot be written; an existing file is then unchanged. ConfigError for a name that occurs twice,
// is "__metadata__" or is not UTF-8. Read it with TensorFile.
void write_safetensors(const FileTarget& target, std::span<const NamedTensor> tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace weir
