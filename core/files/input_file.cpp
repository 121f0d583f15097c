#include "core/files/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include <weir/core/error.hpp>

namespace weir {

namespace {

// As pread.
ssize_t read_memory(std::span<const std::byte> memory, std::uint64_t offset, std::span<std::byte> into) {
  const std::size_t count = std::min<std::uint64_t>(memory.size() - std::min<std::uint64_t>(memory.size(), offset), into.size());
  if (count > 0) std::memcpy(into.data(), memory.data() + offset, count);
  return static_cast<ssize_t>(count);
}

}  // namespace

InputFile::InputFile(const FileSource& source) : name_(shown(source)) {
  if (const auto* memory = std::get_if<std::span<const std::byte>>(&source)) {
    memory_ = *memory;
    size_ = memory_.size();
    return;
  }
  file_ =
      FileDescriptor(::open(std::get<std::filesystem::path>(source).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // never waits for a pipe
  if (!file_.open()) throw FileError(name_ + ": cannot be opened: " + last_error() + ". Check the path.");
  struct stat facts {};
  if (::fstat(file_.get(), &facts) != 0) throw FileError(name_ + ": cannot be read: " + last_error() + ".");
  if (S_ISDIR(facts.st_mode)) throw FileError(name_ + ": is a folder, expected a file. Name a file in it.");
  if (!S_ISREG(facts.st_mode)) throw FileError(name_ + ": is a pipe or a device, expected a file. Copy its content into a file first.");
  size_ = static_cast<std::uint64_t>(facts.st_size);
}

void InputFile::read(std::uint64_t offset, std::span<std::byte> into) const {
  while (!into.empty()) {
    const ssize_t got =
        file_.open() ? ::pread(file_.get(), into.data(), into.size(), static_cast<off_t>(offset)) : read_memory(memory_, offset, into);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw FileError(name_ + ": cannot be read: " + last_error() + ".");
    if (got == 0) throw FileError(name_ + ": became shorter while it was read. Load it again when nothing writes to it.");
    into = into.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
}

}  // namespace weir
