#pragma once

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

namespace weir {

// Owns an open file of the system; -1 is none.
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

// What the system says of the last error: "No space left on device".
inline std::string last_error() { return std::generic_category().message(errno); }

// A FileSource or FileTarget as messages write it.
template <class Memory>
std::string shown(const std::variant<std::filesystem::path, Memory>& place) {
  const auto* path = std::get_if<std::filesystem::path>(&place);
  return !path ? "(memory)" : path->empty() ? "(an empty path)" : path->string();
}

}  // namespace weir
