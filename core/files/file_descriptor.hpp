#pragma once

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

namespace weir {

// Owns a file descriptor; -1: none.
class FileDescriptor {
 public:
  explicit FileDescriptor(int value = -1) : value_(value) {}
  FileDescriptor(FileDescriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~FileDescriptor() {
    if (value_ >= 0) ::close(value_);
  }

  int get() const { return value_; }
  bool open() const { return value_ >= 0; }

 private:
  int value_;
};

// The text of errno: "No space left on device".
inline std::string last_error() { return std::generic_category().message(errno); }

// The name of a FileSource or FileTarget in messages.
template <class Memory>
std::string shown(const std::variant<std::filesystem::path, Memory>& place) {
  const auto* path = std::get_if<std::filesystem::path>(&place);
  return !path ? "(memory)" : path->empty() ? "(an empty path)" : path->string();
}

}  // namespace weir
