#include "core/files/input_file.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <weir/core/error.hpp>

#include "tests/support/in_memory.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir;
using namespace weir::test;

namespace {

std::string read(const InputFile& file, std::uint64_t offset, std::size_t count) {
  std::string bytes(count, '?');
  file.read(offset, std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

}  // namespace

TEST_CASE("input file: memory is read at any place as the file of its bytes is") {
  const std::string content = "0123456789";
  const TemporaryFolder folder;
  write_bytes(folder / "a", content);
  const std::string name = (folder / "a").string();
  const std::array<InputFile, 2> both{InputFile(name), InputFile(in_memory(content))};
  for (const InputFile& file : both) {
    CAPTURE(file.name());
    CHECK(file.size() == 10);
    CHECK(read(file, 0, 10) == content);
    CHECK(read(file, 7, 3) == "789");
    CHECK(read(file, 10, 0).empty());
    const std::string shorter = file.name() + ": became shorter while it was read. Load it again when nothing writes to it.";
    CHECK_THROWS_WITH_AS(read(file, 8, 3), shorter.c_str(), FileError);
    CHECK_THROWS_WITH_AS(read(file, 11, 1), shorter.c_str(), FileError);
    CHECK_THROWS_WITH_AS(read(file, INT64_MAX - 1, 1), shorter.c_str(), FileError);
  }
  CHECK(InputFile(in_memory(content)).name() == "(memory)");
  CHECK(InputFile(name).name() == name);
}

TEST_CASE("input file: memory of no bytes is an empty file") {
  const InputFile file(std::span<const std::byte>{});
  CHECK(file.size() == 0);
  CHECK(read(file, 0, 0).empty());
  CHECK_THROWS_AS(read(file, 0, 1), FileError);
}
