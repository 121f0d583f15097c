#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include <weir/core/error.hpp>
#include <weir/data/idx.hpp>

#include "tests/data/idx_bytes.hpp"
#include "tests/support/in_memory.hpp"
#include "tests/support/temporary_folder.hpp"

using weir::FileError;
using weir::FormatError;
using weir::read_idx;
using weir::Shape;
using weir::test::gzip;
using weir::test::idx_header;
using weir::test::in_memory;
using weir::test::some_bytes;
using weir::test::TemporaryFolder;
using weir::test::written;

namespace {

bool holds(const weir::Tensor& tensor, const Shape& shape, const std::string& bytes) {
  if (tensor.shape() != shape || tensor.dtype() != weir::DType::u8 || !tensor.device().is_cpu()) return false;
  const auto values = tensor.values<std::uint8_t>();
  return std::equal(values.begin(), values.end(), bytes.begin(), bytes.end(),
                    [](std::uint8_t value, char byte) { return value == static_cast<std::uint8_t>(byte); });
}

// Two images of 3 x 4 pixels.
const std::string pixels = some_bytes(24);
const std::string images = idx_header({2, 3, 4}) + pixels;

// The error message for this source, without its name.
std::string refusal(const weir::FileSource& source, const std::string& name) {
  try {
    read_idx(source);
  } catch (const FormatError& error) {
    const std::string message = error.what(), start = name + ": ";
    return message.starts_with(start) ? message.substr(start.size()) : "without the name: " + message;
  }
  return "accepted";
}

// The same for a file with this content, which must equal the message for the content in memory.
std::string refusal(const TemporaryFolder& folder, const std::string& content) {
  const auto path = written(folder, "file", content);
  const std::string message = refusal(path, path.string());
  CHECK(refusal(in_memory(content), "(memory)") == message);
  return message;
}

}  // namespace

TEST_CASE("idx: a raw file is read as its header says and so is memory") {
  const TemporaryFolder folder;
  CHECK(holds(read_idx(written(folder, "images", images)), {2, 3, 4}, pixels));
  CHECK(holds(read_idx(in_memory(images)), {2, 3, 4}, pixels));
  CHECK(holds(read_idx(in_memory(gzip(images))), {2, 3, 4}, pixels));
  CHECK(holds(read_idx(written(folder, "labels", idx_header({5}) + "abcde")), {5}, "abcde"));
  CHECK(holds(read_idx(written(folder, "deep", idx_header({1, 2, 1, 2, 1, 2, 1, 3}) + pixels)), {1, 2, 1, 2, 1, 2, 1, 3}, pixels));
}

TEST_CASE("idx: gzip is known by its content and not by its name") {
  const TemporaryFolder folder;
  CHECK(holds(read_idx(written(folder, "images.gz", gzip(images))), {2, 3, 4}, pixels));
  CHECK(holds(read_idx(written(folder, "images", gzip(images))), {2, 3, 4}, pixels));
  CHECK(holds(read_idx(written(folder, "raw.gz", images)), {2, 3, 4}, pixels));
}

TEST_CASE("idx: gzip of several members is one file") {
  const TemporaryFolder folder;
  const std::string members = gzip(images.substr(0, 5)) + gzip("") + gzip(images.substr(5, 20)) + gzip(images.substr(25));
  CHECK(holds(read_idx(written(folder, "images.gz", members)), {2, 3, 4}, pixels));
}

TEST_CASE("idx: data of many buffers is unpacked whole") {
  const TemporaryFolder folder;
  std::string noise;  // incompressible, so that the file is read in several parts
  std::uint32_t state = 1;
  for (int i = 0; i < 300000; ++i) noise += static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
  CHECK(holds(read_idx(written(folder, "a.gz", gzip(idx_header({300, 1000}) + noise))), {300, 1000}, noise));
}

TEST_CASE("idx: every truncation of a raw file is refused") {
  const TemporaryFolder folder;
  for (std::size_t length = 0; length < images.size(); ++length) {
    const std::string expected = length < 4    ? ", an IDX file has more"
                                 : length < 16 ? ", its header alone has 16"
                                               : ", its header promises 40";
    CHECK(refusal(folder, images.substr(0, length)) == "holds " + std::to_string(length) + " bytes" + expected + ". Download it again.");
  }
}

TEST_CASE("idx: every truncation of a gzip file is refused") {
  const TemporaryFolder folder;
  const std::string packed = gzip(images);
  CHECK(refusal(folder, packed.substr(0, 1)) == "holds 1 bytes, an IDX file has more. Download it again.");
  for (std::size_t length = 2; length < packed.size(); ++length) {
    CHECK(refusal(folder, packed.substr(0, length)) == "is cut off: its gzip data has no end. Download it again.");
  }
}

TEST_CASE("idx: gzip of a truncated file is refused") {
  const TemporaryFolder folder;
  CHECK(refusal(folder, gzip("")) == "holds 0 bytes when unpacked, an IDX file has more. Download it again.");
  CHECK(refusal(folder, gzip(images.substr(0, 9))) == "holds 9 bytes when unpacked, its header alone has 16. Download it again.");
  CHECK(refusal(folder, gzip(images.substr(0, 39))) == "holds 39 bytes when unpacked, its header promises 40. Download it again.");
}

TEST_CASE("idx: a wrong beginning is refused") {
  const TemporaryFolder folder;
  const std::string expected = ", an IDX file of bytes with 00 00 08 and its number of dimensions, 01 to 08. Give another file.";
  const auto message = [&](const std::string& first) { return refusal(folder, first + images.substr(4)); };
  CHECK(message("\x89PNG") == "begins with 89 50 4e 47" + expected);
  CHECK(message(std::string("\0\0\x0d\x03", 4)) == "begins with 00 00 0d 03" + expected);  // floats
  CHECK(message(std::string("\0\0\x08\x00", 4)) == "begins with 00 00 08 00" + expected);
  CHECK(message(std::string("\0\0\x08\x09", 4)) == "begins with 00 00 08 09" + expected);
  CHECK(message(std::string("\0\x01\x08\x03", 4)) == "begins with 00 01 08 03" + expected);
  CHECK(message(std::string("\x03\x08\0\0", 4)) == "begins with 03 08 00 00" + expected);  // the other byte order
}

TEST_CASE("idx: a count in the header above or below the data is refused") {
  const TemporaryFolder folder;
  CHECK(refusal(folder, idx_header({3, 3, 4}) + pixels) == "holds 40 bytes, its header promises 52. Download it again.");
  CHECK(refusal(folder, idx_header({1, 3, 4}) + pixels) == "holds 40 bytes, its header promises 28. Download it again.");
  CHECK(refusal(folder, gzip(idx_header({3, 3, 4}) + pixels)) ==
        "holds 40 bytes when unpacked, its header promises 52. Download it again.");
  CHECK(refusal(folder, gzip(idx_header({1, 3, 4}) + pixels)) ==
        "holds more bytes when unpacked, its header promises 28. Download it again.");
  CHECK(refusal(folder, idx_header({60000, 28, 28}) + pixels) == "holds 40 bytes, its header promises 47,040,016. Download it again.");
}

TEST_CASE("idx: trailing bytes are refused") {
  const TemporaryFolder folder;
  CHECK(refusal(folder, images + "!") == "holds 41 bytes, its header promises 40. Download it again.");
  CHECK(refusal(folder, gzip(images + "!")) == "holds more bytes when unpacked, its header promises 40. Download it again.");
  CHECK(refusal(folder, gzip(images) + "!!") == "has 2 bytes behind its gzip data. Download it again.");
  CHECK(refusal(folder, gzip(images) + std::string(100000, 'x')) == "has 100,000 bytes behind its gzip data. Download it again.");
  CHECK(refusal(folder, gzip(images) + "\x1f") == "is cut off: its gzip data has no end. Download it again.");
  CHECK(refusal(folder, gzip(images) + gzip("!")) == "holds more bytes when unpacked, its header promises 40. Download it again.");
}

TEST_CASE("idx: products that wrap are refused") {
  const TemporaryFolder folder;
  const std::string end = " bytes, more than a file can hold. Download it again.";
  // 2^64 is 0 and 2^64 + 24 is 24 in 64 bits.
  CHECK(refusal(folder, idx_header({65536, 65536, 65536, 65536})) == "its header promises 65,536 x 65,536 x 65,536 x 65,536" + end);
  CHECK(refusal(folder, idx_header({0x80000000, 0x80000000, 4}) + pixels) == "its header promises 2,147,483,648 x 2,147,483,648 x 4" + end);
  CHECK(refusal(folder, gzip(idx_header({0xffffffff, 0xffffffff, 0xffffffff}))) ==
        "its header promises 4,294,967,295 x 4,294,967,295 x 4,294,967,295" + end);
  // 2^63 - 1 itself, which leaves no room for the header: 49 x 73 x 127 x 337 x 92737 x 649657.
  CHECK(refusal(folder, idx_header({49, 73, 127, 337, 92737, 649657})) ==
        "its header promises 49 x 73 x 127 x 337 x 92,737 x 649,657" + end);
  // Fits 64 bits, but exceeds the file's size: refused before memory is allocated.
  CHECK(refusal(folder, idx_header({0x7fffffff, 0x7fffffff})) ==
        "holds 12 bytes, its header promises 4,611,686,014,132,420,621. Download it again.");
}

TEST_CASE("idx: a header without data is refused") {
  const TemporaryFolder folder;
  CHECK(refusal(folder, idx_header({0})) == "holds no data: dimension 0 in its header is 0. Give another file.");
  CHECK(refusal(folder, idx_header({60000, 0, 28})) == "holds no data: dimension 1 in its header is 0. Give another file.");
}

TEST_CASE("idx: compression bombs take no more memory than the header promises") {
  const TemporaryFolder folder;
  const std::string bomb = gzip(idx_header({2, 3, 4}) + std::string(50'000'000, '\0'));
  REQUIRE(bomb.size() < 60'000);
  CHECK(refusal(folder, bomb) == "holds more bytes when unpacked, its header promises 40. Download it again.");
  // gzip cannot compress so much.
  const std::string liar = gzip(idx_header({1'000'000, 1'000'000}) + pixels);
  CHECK(refusal(folder, liar) ==
        "holds " + std::to_string(liar.size()) + " bytes of gzip, its header promises 1,000,000,000,012. Download it again.");
}

TEST_CASE("idx: the best that gzip can do is accepted") {
  const TemporaryFolder folder;
  const std::string zeros(20'000'000, '\0');
  CHECK(holds(read_idx(written(folder, "zeros.gz", gzip(idx_header({2000, 10000}) + zeros))), {2000, 10000}, zeros));
}

TEST_CASE("idx: damaged gzip is refused") {
  const TemporaryFolder folder;
  const auto damaged = [&](std::size_t from_end) {
    std::string packed = gzip(images);
    packed[packed.size() - from_end] = static_cast<char>(packed[packed.size() - from_end] ^ 1);
    return refusal(folder, packed);
  };
  const std::string start = "is damaged: its gzip data cannot be unpacked ";
  CHECK(damaged(8) == start + "(incorrect data check). Download it again.");
  CHECK(damaged(4) == start + "(incorrect length check). Download it again.");
  std::string packed = gzip(images);
  packed[2] = 9;  // the method: deflate is 8
  CHECK(refusal(folder, packed) == start + "(unknown compression method). Download it again.");
}

TEST_CASE("idx: what is no regular file is refused without waiting") {
  const TemporaryFolder folder;
  const std::string missing = (folder.path() / "missing").string();
  CHECK_THROWS_WITH_AS(read_idx(missing), (missing + ": cannot be opened: No such file or directory. Check the path.").c_str(), FileError);
  CHECK_THROWS_WITH_AS(read_idx(""), "(an empty path): cannot be opened: No such file or directory. Check the path.", FileError);
  const std::string directory = folder.path().string();
  CHECK_THROWS_WITH_AS(read_idx(directory), (directory + ": is a folder, expected a file. Name a file in it.").c_str(), FileError);
  const std::string pipe = (folder.path() / "pipe").string();
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const std::string end = ": is a pipe or a device, expected a file. Copy its content into a file first.";
  CHECK_THROWS_WITH_AS(read_idx(pipe), (pipe + end).c_str(), FileError);
  CHECK_THROWS_WITH_AS(read_idx("/dev/zero"), ("/dev/zero" + end).c_str(), FileError);
}

TEST_CASE("idx: a link to a file is a file") {
  const TemporaryFolder folder;
  std::filesystem::create_symlink(written(folder, "images", images), folder.path() / "link");
  CHECK(holds(read_idx(folder.path() / "link"), {2, 3, 4}, pixels));
}
