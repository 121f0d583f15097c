#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <weir/formats/tensor_file.hpp>

#include "core/files/input_file.hpp"

namespace weir {

// Reads a file's description of its tensors and checks it before allocating memory. FormatError does not name the file.
using ContainerReader = TensorContent(std::shared_ptr<const InputFile> file);

ContainerReader read_safetensors;

// The longest header that safetensors allows.
inline constexpr std::uint64_t max_safetensors_header = 100'000'000;

// The file formats that are recognised by their first bytes, and the readers of those that weir can read.
struct Container {
  std::string_view signature;
  std::string_view what;  // in messages, after "a" or "no"
  ContainerReader* reader = nullptr;
};
inline constexpr Container containers[] = {
    {"PK\3\4", "zip archive (PyTorch's .pt or NumPy's .npz?)"},
    {"\x80\2\x8a\n", "pickle of an old PyTorch"},
    {"\x93NUMPY", "NumPy array (.npy)"},
    {"\x89HDF", "HDF5 file (Keras' .h5?)"},
    {"", "safetensors file", read_safetensors},  // last, because it has no signature
};

}  // namespace weir
