#include "formats/digest.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <vector>
#include <weir/core/error.hpp>

#include "formats/printable.hpp"

namespace weir {

std::uint32_t add_crc32(std::uint32_t crc, std::span<const std::byte> more) {
  return static_cast<std::uint32_t>(::crc32_z(crc, reinterpret_cast<const Bytef*>(more.data()), more.size()));
}

std::string Digest::digits() const {
  std::string text(digest_zeros);
  std::uint32_t rest = crc_;
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, rest /= 16) *digit = "0123456789abcdef"[rest % 16];
  return text;
}

std::size_t find_digest(std::string_view header) {
  const std::string key = '"' + std::string(digest_key) + "\":\"";
  const std::size_t found = header.find(key);
  if (found == std::string_view::npos || header.size() - found - key.size() < digest_zeros.size()) return std::string_view::npos;
  return found + key.size();
}

void verify_digest(const InputFile& file, std::uint64_t position) {
  Digest digest;
  std::string stored(digest_zeros);
  file.read(position, std::as_writable_bytes(std::span(stored)));
  std::vector<std::byte> block(std::min<std::uint64_t>(file.size(), 1 << 20));
  for (std::uint64_t begin = 0; begin < file.size(); begin += block.size()) {
    const std::span<std::byte> part = std::span(block).first(std::min<std::uint64_t>(block.size(), file.size() - begin));
    file.read(begin, part);
    for (std::uint64_t i = 0; i < digest_zeros.size(); ++i) {
      if (const std::uint64_t at = position + i; at >= begin && at - begin < part.size()) part[at - begin] = std::byte{'0'};
    }
    digest.add(part);
  }
  if (digest.digits() == stored) return;
  throw FormatError("its digest is " + digest.digits() + ", expected " + in_quotes(stored) +
                    ", which was written into it: its bytes have changed since.");
}

}  // namespace weir
