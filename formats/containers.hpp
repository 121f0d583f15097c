#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <weir/formats/tensor_file.hpp>

#include "core/files/input_file.hpp"

namespace weir {

// Reads what stands before the tensors and checks all of it: numbers before memory is taken. FormatError without the name of the file.
using ContainerReader = TensorContent(std::shared_ptr<const InputFile> file);

ContainerReader read_safetensors;

// The longest header that safetensors allows.
inline constexpr std::uint64_t max_safetensors_header = 100'000'000;

// The containers of tensors that weir tells apart, by their first bytes, and the readers of those that it reads.
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
    {"", "safetensors file", read_safetensors},  // has no signature, so it comes last
};

}  // namespace weir
