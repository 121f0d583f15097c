#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>
#include <weir/core/files.hpp>
#include <weir/core/tensor.hpp>

namespace weir {

// What a file says of one of its tensors.
struct TensorEntry {
  std::string name;
  std::string dtype;                  // as safetensors writes it: "F32", "F64", "F16", "BF16", "I64", "I32", "U8", ...
  std::vector<std::int64_t> extents;  // outermost first
  std::uint64_t offset = 0;           // of its first byte in the file
  std::uint64_t bytes = 0;
};

// What a container of named tensors holds, whatever its format, and how it is read.
struct TensorContent {
  std::vector<TensorEntry> entries;
  std::map<std::string, std::string> metadata;

  // Begins to read a tensor: the function that it returns fills a block with the tensor's next bytes (row-major, in the byte order of
  // this machine). May be called from several threads.
  std::function<std::function<void(std::span<std::byte>)>(const TensorEntry&)> open;
};

// Named tensors in a file, open for reading. Recognises the format by the first bytes; so far that is safetensors
// (https://github.com/huggingface/safetensors). Reads the description of the tensors alone and trusts nothing in it: FileError for what is
// no regular file or cannot be read, FormatError for another format or a broken rule of this one, each naming the file. What takes a
// TensorFile takes a path or bytes in memory (FileSource) as well. Copies share the open file; several threads may read from it.
class TensorFile {
 public:
  TensorFile(const FileSource& source);
  template <class S>
  requires std::is_convertible_v<const S&, FileSource> TensorFile(const S& source) : TensorFile(FileSource(source)) {}

  // Tensors from elsewhere: a format of your own, or a program's memory. Messages call them by `name`. FormatError for a name that occurs
  // twice.
  TensorFile(std::string name, TensorContent content);

  const std::string& name() const;                       // the path, as messages write it
  const std::vector<TensorEntry>& entries() const;       // in the order of their bytes
  const TensorEntry* find(std::string_view name) const;  // nullptr when there is none
  const std::map<std::string, std::string>& metadata() const;

  // A tensor on the host: F32 as f32, F64 as f64, I64 as i64, I32 as i32, U8 as u8, and F16 and BF16 as f32 (every value is kept).
  // FormatError for an unknown name, another dtype, or more than Shape::max_rank dimensions.
  Tensor read(std::string_view name) const;

  // The same into a host block of this shape (ShapeError): f32 or f64 from any of F32, F64, F16 and BF16, rounded to the nearest;
  // i64, i32 and u8 from I64, I32 and U8. Needs no memory of the tensor's size.
  void read(std::string_view name, const TensorView& y) const;

 private:
  const TensorEntry& at(std::string_view name) const;

  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

// A tensor to be written, under its name. The values may lie on any device.
struct NamedTensor {
  std::string name;
  ConstTensorView values;
};

}  // namespace weir
