#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <weir/core/files.hpp>

#include "core/files/file_descriptor.hpp"

namespace weir {

// A file that appears whole or not at all: written beside its place under another name, flushed to the disk, renamed. Until commit() what
// was there is unchanged, and without it nothing is left behind. The same for a vector in memory. FileError with the path and the reason.
class AtomicFile {
 public:
  explicit AtomicFile(const FileTarget& target);  // a link is followed; a folder, a pipe or a device is refused
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(std::span<const std::byte> bytes);
  void commit();

 private:
  [[noreturn]] void fail() const;  // with the last error

  std::string name_;  // the path, as messages write it
  std::filesystem::path target_;
  std::filesystem::path temporary_;  // empty when there is none to remove
  FileDescriptor folder_;
  FileDescriptor file_;  // none: memory
  std::vector<std::byte> written_;
  std::vector<std::byte>* memory_ = nullptr;
};

}  // namespace weir
