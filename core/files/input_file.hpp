#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <weir/core/files.hpp>

#include "core/files/file_descriptor.hpp"

namespace weir {

// A regular file or bytes in memory, read at any offset. Throws FileError when the path is not a regular file (a folder, a pipe), when it
// cannot be opened or read, or when it has become shorter since it was opened.
class InputFile {
 public:
  explicit InputFile(const FileSource& source);

  const std::string& name() const { return name_; }
  std::uint64_t size() const { return size_; }
  void read(std::uint64_t offset, std::span<std::byte> into) const;

 private:
  std::string name_;
  FileDescriptor file_;  // none when reading memory
  std::span<const std::byte> memory_;
  std::uint64_t size_ = 0;
};

}  // namespace weir
