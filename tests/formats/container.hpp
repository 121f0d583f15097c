#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace weir::test {

// The bytes of a safetensors file with exactly this header, preceded by its length (8 bytes, little-endian).
inline std::string container(const std::string& header, const std::string& data = "") {
  std::string length;
  for (std::uint64_t n = header.size(), i = 0; i < 8; ++i, n >>= 8) length += static_cast<char>(n & 255);
  return length + header + data;
}

// The message of the E that f throws; another exception passes through.
template <class E, class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  throw std::logic_error("nothing was thrown");
}

// The text after a prefix that it must have.
inline std::string after(std::string_view text, std::string_view start) {
  if (!text.starts_with(start)) throw std::logic_error("does not begin with '" + std::string(start) + "': " + std::string(text));
  return std::string(text.substr(start.size()));
}

}  // namespace weir::test
