#include "core/files/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include <weir/core/error.hpp>

namespace weir {

InputFile::InputFile(const FileSource& source) : name_(shown(source)) {
  if (const auto* memory = std::get_if<std::span<const std::byte>>(&source)) {
    memory_ = *memory;
    size_ = memory_.size();
    return;
  }
  const auto& path = std::get<std::filesystem::path>(source);
  file_ = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // O_NONBLOCK: opening a pipe would block otherwise
  if (!file_.open() && errno == ENXIO) throw FileError(name_ + ": is a socket or a device, expected a file. Check the path.");
  if (!file_.open()) throw FileError(name_ + ": cannot be opened: " + last_error() + ". Check the path.");
  struct stat facts {};
  if (::fstat(file_.get(), &facts) != 0) throw FileError(name_ + ": cannot be read: " + last_error() + ".");
  if (S_ISDIR(facts.st_mode)) throw FileError(name_ + ": is a folder, expected a file. Name a file in it.");
  if (!S_ISREG(facts.st_mode)) throw FileError(name_ + ": is a pipe or a device, expected a file. Copy its content into a file first.");
  size_ = static_cast<std::uint64_t>(facts.st_size);
}

void InputFile::read(std::uint64_t offset, std::span<std::byte> into) const {
  while (!into.empty()) {
    ssize_t got = 0;
    if (file_.open()) {
      got = ::pread(file_.get(), into.data(), into.size(), static_cast<off_t>(offset));
    } else if (offset < size_) {
      got = std::ranges::copy(memory_.subspan(offset, std::min<std::size_t>(into.size(), size_ - offset)), into.begin()).out - into.begin();
    }
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw FileError(name_ + ": cannot be read: " + last_error() + ".");
    if (got == 0) throw FileError(name_ + ": became shorter while it was read. Load it again when nothing writes to it.");
    into = into.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
}

}  // namespace weir
