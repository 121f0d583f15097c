#pragma once

#include <zlib.h>

#include <cstdio>
#include <string>

namespace weir::test {

// A file of weir with the digest that belongs to its bytes: the CRC-32 with the digits themselves as zeros. A file without one as it is.
inline std::string sealed(std::string bytes) {
  const std::string key = "\"weir.digest\":\"", zeros = "00000000";
  const std::size_t found = bytes.find(key);
  if (found == std::string::npos || bytes.size() < found + key.size() + zeros.size()) return bytes;
  bytes.replace(found + key.size(), zeros.size(), zeros);
  char digits[9];
  std::snprintf(digits, sizeof digits, "%08lx", ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
  return bytes.replace(found + key.size(), zeros.size(), digits);
}

}  // namespace weir::test
