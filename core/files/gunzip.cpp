#include "core/files/gunzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <string>

#include <weir/core/error.hpp>

#include "core/text.hpp"

namespace weir {

namespace {

constexpr int gzip_only = 16 + MAX_WBITS;

}  // namespace

struct Gunzip::Stream {
  Stream() {
    if (inflateInit2(&z, gzip_only) != Z_OK) throw std::bad_alloc();
  }
  ~Stream() { inflateEnd(&z); }

  z_stream z{};
  std::uint64_t offset = 0;  // in the file, of the next byte to read
  bool ended = false;
  std::array<std::byte, 64 * 1024> input;
};

Gunzip::Gunzip(const InputFile& file) : file_(file) {
  std::array<std::uint8_t, 2> first{};
  read_plain(std::as_writable_bytes(std::span(first)));
  if (first[0] == 0x1f && first[1] == 0x8b) stream_ = std::make_unique<Stream>();
}
Gunzip::~Gunzip() = default;

std::size_t Gunzip::read(std::span<std::byte> into) {
  const std::size_t count = packed() ? unpack(into) : read_plain(into);
  position_ += count;
  return count;
}

std::size_t Gunzip::read_plain(std::span<std::byte> into) const {
  const std::size_t count = std::min<std::uint64_t>(into.size(), file_.size() - position_);
  file_.read(position_, into.first(count));
  return count;
}

// After this call the input is empty only at the end of the file.
void Gunzip::refill() {
  Stream& s = *stream_;
  if (s.z.avail_in > 0) return;
  const std::size_t count = std::min<std::uint64_t>(s.input.size(), file_.size() - s.offset);
  file_.read(s.offset, std::span(s.input).first(count));
  s.offset += count;
  s.z.next_in = reinterpret_cast<Bytef*>(s.input.data());
  s.z.avail_in = static_cast<uInt>(count);
}

std::size_t Gunzip::unpack(std::span<std::byte> into) {
  z_stream& z = stream_->z;
  std::size_t done = 0;
  while (done < into.size() && !stream_->ended) {
    refill();
    if (z.avail_in == 0) throw FormatError(file_.name() + ": is cut off: its gzip data has no end. Download it again.");
    const auto room = static_cast<uInt>(std::min<std::size_t>(into.size() - done, std::numeric_limits<uInt>::max()));
    z.next_out = reinterpret_cast<Bytef*>(into.data() + done);
    z.avail_out = room;
    const int result = inflate(&z, Z_NO_FLUSH);
    done += room - z.avail_out;
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result == Z_STREAM_END) {
      stream_->ended = !next_member();
    } else if (result != Z_OK) {
      const std::string said = z.msg == nullptr ? "" : std::string(" (") + z.msg + ")";
      throw FormatError(file_.name() + ": is damaged: its gzip data cannot be unpacked" + said + ". Download it again.");
    }
  }
  return done;
}

bool Gunzip::next_member() {
  Stream& s = *stream_;
  refill();
  if (s.z.avail_in == 0) return false;
  if (*s.z.next_in != 0x1f) {  // the first byte of gzip; inflate checks the others
    throw FormatError(file_.name() + ": has " + with_commas(file_.size() - s.offset + s.z.avail_in) +
                      " bytes behind its gzip data. Download it again.");
  }
  if (inflateReset(&s.z) != Z_OK) throw std::bad_alloc();
  return true;
}

}  // namespace weir
