#include "core/files/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <utility>
#include <weir/core/error.hpp>

namespace weir {

namespace {

// Unique within this process; O_EXCL detects files of other processes.
std::string temporary_name() {
  static std::atomic<unsigned> count{0};
  return ".weir-" + std::to_string(::getpid()) + "-" + std::to_string(++count) + ".tmp";
}

}  // namespace

AtomicFile::AtomicFile(const FileTarget& target) : name_(shown(target)) {
  if (const auto* memory = std::get_if<std::reference_wrapper<std::vector<std::byte>>>(&target)) {
    memory_ = &memory->get();
    return;
  }
  target_ = std::get<std::filesystem::path>(target);
  if (target_.empty()) throw FileError(name_ + ": cannot be saved: expected the name of a file. Name one.");
  struct stat old {};
  const bool exists = ::stat(target_.c_str(), &old) == 0;
  if (!exists && errno != ENOENT && errno != ENOTDIR) fail();
  if (exists && S_ISDIR(old.st_mode)) throw FileError(name_ + ": is a folder, expected a file. Name a file in it.");
  if (exists && !S_ISREG(old.st_mode)) throw FileError(name_ + ": is a pipe or a device, expected a file. Save to a file.");
  if (exists && ((old.st_mode & 0222) == 0 || ::access(target_.c_str(), W_OK) != 0)) {
    throw FileError(name_ + ": cannot be saved: the file is read-only. Save it elsewhere, or make the file writable.");
  }
  std::error_code error;
  while (std::filesystem::is_symlink(target_, error)) {
    target_ = target_.parent_path() / std::filesystem::read_symlink(target_, error);
    if (error) throw FileError(name_ + ": cannot be saved: " + error.message() + ". Check where the link leads.");
  }

  std::filesystem::path folder = target_.parent_path();
  if (folder.empty()) folder = ".";
  folder_ = FileDescriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder_.open() && (errno == ENOENT || errno == ENOTDIR)) {
    throw FileError(name_ + ": cannot be saved: there is no folder " + folder.string() + ". Make it first.");
  }
  // An existing file of this name was left by a killed process: try the next name.
  do {
    temporary_ = folder / temporary_name();
    file_ = FileDescriptor(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  } while (!file_.open() && errno == EEXIST);
  if (!file_.open()) {
    temporary_.clear();
    fail();
  }
  if (exists) ::fchmod(file_.get(), old.st_mode & 0777);  // may fail; the file is usable with other permissions too
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  if (memory_) {
    written_.insert(written_.end(), bytes.begin(), bytes.end());
    return;
  }
  while (!bytes.empty()) {
    const ssize_t put = ::write(file_.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail();
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
}

void AtomicFile::overwrite(std::uint64_t offset, std::span<const std::byte> bytes) {
  if (memory_) {
    std::ranges::copy(bytes, written_.begin() + static_cast<std::ptrdiff_t>(offset));
    return;
  }
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail();
    bytes = bytes.subspan(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
}

void AtomicFile::commit() {
  if (memory_) {
    *memory_ = std::move(written_);
    return;
  }
  if (::fsync(file_.get()) != 0) fail();
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0) fail();
  temporary_.clear();
  // Some file systems cannot flush a folder: ignored, since the rename has happened.
  if (folder_.open() && ::fsync(folder_.get()) != 0 && errno == EIO) {
    throw FileError(name_ + ": was saved, but its folder could not be flushed to the disk: " + last_error() + ". Save it again elsewhere.");
  }
}

void AtomicFile::fail() const {
  throw FileError(name_ + ": cannot be saved: " + last_error() +
                  ". An existing file is unchanged. Save it elsewhere, or fix the cause first.");
}

void write_file(const FileTarget& target, std::string_view text) {
  AtomicFile file(target);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

void check_writable(const FileTarget& target) { AtomicFile file(target); }

}  // namespace weir
