#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace weir::test {

// The bytes of a file, as a reader takes them from memory.
inline std::span<const std::byte> in_memory(const std::string& bytes) { return std::as_bytes(std::span(bytes)); }

// What a writer has put into memory, to be compared with read_bytes.
inline std::string text_of(const std::vector<std::byte>& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace weir::test
