#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/files/input_file.hpp"

namespace weir {

// The digest of a file: the CRC-32 (as in zlib) of all its bytes as eight hexadecimal digits, which the metadata of the file hold
// themselves. They count as zeros.
inline constexpr const char* digest_key = "weir.digest";
inline constexpr std::string_view digest_zeros = "00000000";

// The CRC-32 of some bytes and `more`, from the CRC-32 of the former; 0 is that of none.
std::uint32_t add_crc32(std::uint32_t crc, std::span<const std::byte> more);

class Digest {
 public:
  void add(std::span<const std::byte> bytes) { crc_ = add_crc32(crc_, bytes); }
  std::string digits() const;

 private:
  std::uint32_t crc_ = 0;
};

// Where the digits are in the JSON text of a header; std::string_view::npos when it has none.
std::size_t find_digest(std::string_view header);

// Reads the whole file, whose digits begin at byte `position`. FormatError, which does not name the file, when they are not its digest.
void verify_digest(const InputFile& file, std::uint64_t position);

}  // namespace weir
