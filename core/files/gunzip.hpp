#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/files/input_file.hpp"

namespace weir {

// The bytes of a file in order, unpacked when it is gzip, of one or more members: its first bytes tell, not its name. Unlike zlib's gzread
// it does not take a file that is cut off, or anything behind the last member, for an end: both throw FormatError, as does damage.
class Gunzip {
 public:
  explicit Gunzip(const InputFile& file);
  ~Gunzip();

  bool packed() const { return stream_ != nullptr; }
  std::uint64_t position() const { return position_; }  // how many bytes were read

  // The next bytes, and their count: fewer than asked for only at the end, where the check sums have been compared.
  std::size_t read(std::span<std::byte> into);

  // How many bytes one byte of gzip can hold at most: deflate packs up to 258 into 2 bits.
  static constexpr std::uint64_t most_per_byte = 1032;

 private:
  struct Stream;
  std::size_t read_plain(std::span<std::byte> into) const;
  std::size_t unpack(std::span<std::byte> into);
  void refill();
  bool next_member();

  const InputFile& file_;
  std::unique_ptr<Stream> stream_;  // none: not packed
  std::uint64_t position_ = 0;
};

}  // namespace weir
