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

// The description of one tensor in a file.
struct TensorEntry {
  std::string name;
  std::string dtype;                  // named as in safetensors: "F32", "F64", "F16", "BF16", "I64", "I32", "U8", ...
  std::vector<std::int64_t> extents;  // outermost first
  std::uint64_t offset = 0;           // of its first byte, from the start of the file
  std::uint64_t bytes = 0;            // 0: from dtype and extents
};

// The tensors in a file of any format, and how to read them.
struct TensorContent {
  std::vector<TensorEntry> entries;
  std::map<std::string, std::string> metadata;

  // open(entry) starts reading a tensor and returns a function; each call of that function fills a block with the tensor's next bytes
  // (row-major, in this machine's byte order). May be called from several threads.
  std::function<std::function<void(std::span<std::byte>)>(const TensorEntry&)> open;

  // Checks all bytes of the file against its digest; throws FormatError, which need not name the file. Empty: the format has no digest.
  std::function<void()> verify = {};
};

// An open file of named tensors. The format is recognised by the first bytes; so far only safetensors
// (https://github.com/huggingface/safetensors). Opening reads only the description of the tensors and is safe for untrusted files:
// FileError for a file that is not regular or cannot be read, FormatError for another or an invalid format; messages name the file.
// Functions that take a TensorFile also take a path or bytes in memory (FileSource). Copies share the open file; several threads may read
// from it.
class TensorFile {
 public:
  TensorFile(const FileSource& source);
  template <class S>
  requires std::is_convertible_v<const S&, FileSource> TensorFile(const S& source) : TensorFile(FileSource(source)) {}
  TensorFile(std::vector<std::byte>&& bytes);  // takes ownership of a file in memory

  // Tensors from another source: a format of your own, or memory. Messages call it `name`. FormatError for a name that occurs twice, wrong
  // bytes, or no `open`.
  TensorFile(std::string name, TensorContent content);

  TensorFile(const TensorFile&) = default;  // moving copies: the other stays as it is
  TensorFile& operator=(const TensorFile&) = default;

  const std::string& name() const&;                       // the path, as in messages
  const std::vector<TensorEntry>& entries() const&;       // ordered by offset
  const TensorEntry* find(std::string_view name) const&;  // nullptr when there is none
  const std::map<std::string, std::string>& metadata() const&;

  // Not of a temporary, which they would outlive.
  const std::string& name() const&& = delete;
  const std::vector<TensorEntry>& entries() const&& = delete;
  const TensorEntry* find(std::string_view name) const&& = delete;
  const std::map<std::string, std::string>& metadata() const&& = delete;

  // Reads the whole file and compares it with the digest that save() and save_checkpoint() write into it (metadata "weir.digest": the
  // CRC-32 of all bytes, its own eight digits as zeros). Does nothing for a file without one. load_model, load_state_dict and
  // load_checkpoint do this first. FormatError when the file was damaged, or changed by another program that kept weir's metadata.
  void verify() const;

  // Reads a tensor to the host: F32 as f32, F64 as f64, I64 as i64, I32 as i32, U8 as u8, and F16 and BF16 as f32 (exactly). FormatError
  // for an unknown name, another dtype, or more than Shape::max_rank dimensions.
  Tensor read(std::string_view name) const;

  // Reads into a host block of the same shape (else ShapeError): f32 or f64 from F32, F64, F16 and BF16, rounded to nearest; i64, i32 and
  // u8 from I64, I32 and U8. Does not allocate memory of the tensor's size.
  void read(std::string_view name, const TensorView& y) const;

 private:
  const TensorEntry& at(std::string_view name) const;

  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

// A tensor to write, with its name. The values may be on any device.
struct NamedTensor {
  std::string name;
  ConstTensorView values;
};

}  // namespace weir
