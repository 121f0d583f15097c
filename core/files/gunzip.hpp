#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/files/input_file.hpp"

namespace weir {

// Reads a file in order and decompresses it when its first bytes say gzip, of one or more members. Unlike zlib's gzread it throws
// FormatError for a truncated file and for data after the last member, as well as for damaged data.
class Gunzip {
 public:
  explicit Gunzip(const InputFile& file);
  ~Gunzip();

  bool packed() const { return stream_ != nullptr; }
  std::uint64_t position() const { return position_; }  // bytes read so far

  // Reads the next bytes and returns their count, which is less than into.size() only at the end; the checksums have been verified by then.
  std::size_t read(std::span<std::byte> into);

  // The most bytes that one byte of gzip can expand to: deflate encodes up to 258 bytes in 2 bits.
  static constexpr std::uint64_t most_per_byte = 1032;

 private:
  struct Stream;
  std::size_t read_plain(std::span<std::byte> into) const;
  std::size_t unpack(std::span<std::byte> into);
  void refill();
  bool next_member();

  const InputFile& file_;
  std::unique_ptr<Stream> stream_;  // nullptr: not compressed
  std::uint64_t position_ = 0;
};

}  // namespace weir
