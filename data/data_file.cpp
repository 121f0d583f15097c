#include "data/data_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <weir/core/error.hpp>

namespace weir {

namespace {

std::string last_error() { return std::generic_category().message(errno); }

// Why the open file cannot be used; empty: it can.
std::string problem(int descriptor, std::uint64_t& size) {
  struct stat facts {};
  if (::fstat(descriptor, &facts) != 0) return "cannot be read: " + last_error() + ".";
  if (S_ISDIR(facts.st_mode)) return "is a folder, expected a file. Name a file in it.";
  if (!S_ISREG(facts.st_mode)) return "is a pipe or a device, expected a file. Copy its content into a file first.";
  size = static_cast<std::uint64_t>(facts.st_size);
  return "";
}

}  // namespace

DataFile::DataFile(const std::filesystem::path& path) : name_(path.empty() ? "(an empty path)" : path.string()) {
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // NONBLOCK: opening a pipe must not wait
  if (descriptor_ < 0) throw FileError(name_ + ": cannot be opened: " + last_error() + ". Check the path.");
  if (const std::string found = problem(descriptor_, size_); !found.empty()) {
    ::close(descriptor_);
    throw FileError(name_ + ": " + found);
  }
}

DataFile::~DataFile() { ::close(descriptor_); }

void DataFile::read(std::uint64_t offset, std::span<std::byte> into) const {
  while (!into.empty()) {
    const ssize_t got = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw FileError(name_ + ": cannot be read: " + last_error() + ".");
    if (got == 0) throw FileError(name_ + ": became shorter while it was read. Load it again when nothing writes to it.");
    into = into.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
}

}  // namespace weir
