#pragma once

#include <map>
#include <stdexcept>
#include <string>

// What a fuzz target defines, each in a file of its own. libFuzzer calls fuzz_one (engine.cpp); the tests call it for each file of the
// target's corpus (replay.cpp).

namespace weir::test {

// Reads the bytes as a file that nobody vouches for. That it is refused with a weir::Error is fine; a crash, a sanitizer's report or
// another exception is a finding.
void fuzz_one(const std::string& bytes);

// What the corpus begins with, by file name; `fuzz_<target> --seeds FOLDER` writes them.
std::map<std::string, std::string> seeds();

// Reports as a finding that something which must hold does not.
inline void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

}  // namespace weir::test
