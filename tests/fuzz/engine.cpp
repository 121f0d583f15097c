// What libFuzzer calls.
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>

#include "tests/fuzz/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    weir::test::fuzz_one({reinterpret_cast<const char*>(data), size});
  } catch (const std::exception& error) {
    std::cerr << "finding: " << error.what() << "\n";
    __builtin_trap();
  }
  return 0;
}
