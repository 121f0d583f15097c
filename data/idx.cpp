#include <array>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <span>
#include <string>

#include <weir/core/error.hpp>
#include <weir/data/idx.hpp>

#include "core/files/gunzip.hpp"
#include "core/files/input_file.hpp"
#include "core/text.hpp"
#include "data/idx_reader.hpp"

// The IDX format: 00 00, the type (08: unsigned byte), the number of dimensions; each extent as a 32-bit big-endian number; the data.

namespace weir {

namespace {

constexpr std::size_t magic_bytes = 4;
constexpr std::size_t extent_bytes = 4;
constexpr std::uint8_t unsigned_byte = 0x08;

struct Source {
  explicit Source(const FileSource& source) : file(source), bytes(file) {}

  [[noreturn]] void fail(const std::string& problem) const { throw FormatError(file.name() + ": " + problem); }

  InputFile file;
  Gunzip bytes;
};

struct Header {
  Shape shape;
  std::uint64_t bytes = 0;  // of header and data
};

[[noreturn]] void wrong_size(const Source& source, const std::string& held, const Header& header) {
  source.fail("holds " + held + ", its header promises " + with_commas(header.bytes) + ". Download it again.");
}

void read_header_bytes(Source& source, std::span<std::uint8_t> into, const std::string& expected) {
  if (source.bytes.read(std::as_writable_bytes(into)) == into.size()) return;
  source.fail("holds " + with_commas(source.bytes.position()) + " bytes" + (source.bytes.packed() ? " when unpacked, " : ", ") + expected +
              ". Download it again.");
}

// Reads the first four bytes; returns the number of dimensions.
std::size_t read_magic(Source& source) {
  std::array<std::uint8_t, magic_bytes> magic{};
  read_header_bytes(source, magic, "an IDX file has more");
  if (magic[0] == 0 && magic[1] == 0 && magic[2] == unsigned_byte && magic[3] >= 1 && magic[3] <= Shape::max_rank) return magic[3];
  char found[16];
  std::snprintf(found, sizeof found, "%02x %02x %02x %02x", magic[0], magic[1], magic[2], magic[3]);
  source.fail("begins with " + std::string(found) + ", an IDX file of bytes with 00 00 08 and its number of dimensions, 01 to 08. " +
              "Give another file.");
}

Header read_header(Source& source) {
  const std::size_t rank = read_magic(source);
  const std::size_t header_bytes = magic_bytes + extent_bytes * rank;
  std::array<std::uint8_t, extent_bytes * Shape::max_rank> raw{};
  read_header_bytes(source, std::span(raw).first(extent_bytes * rank), "its header alone has " + with_commas(header_bytes));
  std::array<std::int64_t, Shape::max_rank> extents{};
  std::string text;
  std::int64_t product = 1;  // number of elements; 0: overflow
  for (std::size_t i = 0; i < rank; ++i) {
    const std::uint8_t* b = raw.data() + extent_bytes * i;
    extents[i] = std::int64_t{b[0]} << 24 | std::int64_t{b[1]} << 16 | std::int64_t{b[2]} << 8 | std::int64_t{b[3]};
    text += (i == 0 ? "" : " x ") + with_commas(extents[i]);
    if (extents[i] == 0) source.fail("holds no data: dimension " + std::to_string(i) + " in its header is 0. Give another file.");
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() - 64;  // room for the header
    product = product == 0 || extents[i] > most / product ? 0 : product * extents[i];
  }
  if (product == 0) source.fail("its header promises " + text + " bytes, more than a file can hold. Download it again.");
  return {Shape(std::span<const std::int64_t>(extents.data(), rank)), static_cast<std::uint64_t>(product) + header_bytes};
}

// Compares the header with the size of the file, before memory is allocated.
void check_size(const Source& source, const Header& header) {
  if (!source.bytes.packed()) {
    if (source.file.size() != header.bytes) wrong_size(source, with_commas(source.file.size()) + " bytes", header);
  } else if (header.bytes / Gunzip::most_per_byte > source.file.size()) {
    wrong_size(source, with_commas(source.file.size()) + " bytes of gzip", header);
  }
}

}  // namespace

Tensor read_idx(const FileSource& file, const std::function<Shape(const Shape&)>& accept) {
  Source source(file);
  const Header header = read_header(source);
  const Shape shape = accept(header.shape);
  check_size(source, header);
  Tensor tensor(shape, DType::u8);
  source.bytes.read(std::as_writable_bytes(tensor.values<std::uint8_t>()));
  std::byte more{};
  if (source.bytes.position() < header.bytes) wrong_size(source, with_commas(source.bytes.position()) + " bytes when unpacked", header);
  if (source.bytes.read({&more, 1}) != 0) wrong_size(source, "more bytes when unpacked", header);
  return tensor;
}

Tensor read_idx(const FileSource& file) {
  return read_idx(file, [](const Shape& shape) { return shape; });
}

}  // namespace weir
