#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <weir/core/files.hpp>

#include "core/files/file_descriptor.hpp"

namespace weir {

// Writes a file completely or not at all: into a temporary file beside it, which commit() flushes to disk and renames. Until then an
// existing file is unchanged; without commit() the temporary file is removed. A vector in memory is treated alike. Throws FileError with
// the path and the reason.
class AtomicFile {
 public:
  explicit AtomicFile(const FileTarget& target);  // follows links; refuses folders, pipes and devices
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(std::span<const std::byte> bytes);                            // at the end
  void overwrite(std::uint64_t offset, std::span<const std::byte> bytes);  // of what was written
  void commit();

 private:
  [[noreturn]] void fail() const;  // throws for the last system error

  std::string name_;  // the path, as in messages
  std::filesystem::path target_;
  std::filesystem::path temporary_;  // empty when there is none to remove
  FileDescriptor folder_;
  FileDescriptor file_;  // none when writing to memory
  std::vector<std::byte> written_;
  std::vector<std::byte>* memory_ = nullptr;
};

}  // namespace weir
