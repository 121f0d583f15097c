#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include <weir/core/tensor.hpp>

namespace weir {

// What a safetensors file says of one tensor.
struct SafetensorsEntry {
  std::string name;
  std::string dtype;                  // the format's word: "F32", "F64", "F16", "BF16", "I64", "I32", "U8", ...
  std::vector<std::int64_t> extents;  // outermost first
  std::uint64_t offset = 0;           // of its first byte in the file
  std::uint64_t bytes = 0;
};

// A safetensors file, open for reading: 8 bytes with the length of a JSON header, the header, the tensors' bytes.
// The constructor reads the header alone and trusts nothing in it: FileError for what is no regular file or cannot be read,
// FormatError for a broken rule of the format (https://github.com/huggingface/safetensors), each naming the file.
// An unchanged object may be read from several threads.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::filesystem::path& path);
  SafetensorsFile(SafetensorsFile&&) noexcept;
  SafetensorsFile& operator=(SafetensorsFile&&) noexcept;
  ~SafetensorsFile();

  const std::string& name() const;                            // the path, as messages write it
  const std::vector<SafetensorsEntry>& entries() const;       // in the order of their bytes
  const SafetensorsEntry* find(std::string_view name) const;  // nullptr when there is none
  const std::map<std::string, std::string>& metadata() const;

  // A tensor on the host: F32 as f32, F64 as f64, I32 as i32, U8 as u8, and F16 and BF16 as f32 (every value is kept).
  // FormatError for an unknown name, another dtype, or more than Shape::max_rank dimensions.
  Tensor read(std::string_view name) const;

  // The same into a host block of this shape (ShapeError): f32 or f64 from any of F32, F64, F16 and BF16, rounded to the nearest;
  // i32 and u8 from I32 and U8. Needs no memory of the tensor's size.
  void read(std::string_view name, const TensorView& y) const;

 private:
  const SafetensorsEntry& at(std::string_view name) const;

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A tensor to be written, under its name. The values may lie on any device.
struct NamedTensor {
  std::string name;
  ConstTensorView values;
};

// Writes a safetensors file whole or not at all: into a temporary file beside it, flushed to the disk, then renamed over it. Equal
// arguments give equal bytes. A path that is a link is followed. FileError when it cannot be written: what was there is unchanged.
// ConfigError for a name that occurs twice, is "__metadata__" or not UTF-8.
void write_safetensors(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace weir
