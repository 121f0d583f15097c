#include <doctest/doctest.h>

#include <weir/activations/activation.hpp>
#include <weir/core/error.hpp>
#include <weir/core/random.hpp>
#include <weir/formats/load.hpp>
#include <weir/formats/save.hpp>
#include <weir/layers/dense.hpp>

#include "tests/support/in_memory.hpp"
#include "tests/support/sealed.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// A model file in memory, and how many damaged copies were refused or loaded.
struct Target {
  std::string whole;
  int loaded = 0, refused = 0;

  Target() {
    Model model(sequential({2}, Dense(3, {.weight = Initializer::uniform(-1, 1)}), LeakyReLU{0.2}, Dense(1)));
    model.set_data_info({{{.divisor = 16, .image = {2, 1, 1}, .columns = {"a", "b"}}}, {{.classes = {"no", "yes"}}}});
    std::vector<std::byte> saved;
    save(model, saved, {{"a", "b"}});
    whole = text_of(saved);
  }

  // Any result except a successful load or a FormatError fails the test. The digest is made right first, or no change would get past it.
  void load(const std::string& changed) {
    const std::string bytes = sealed(changed);
    try {
      const Model model = load_model(in_memory(bytes));
      ++loaded;
    } catch (const FormatError&) {
      ++refused;
    }
  }
};

}  // namespace

TEST_CASE("fuzz: every truncation of a model file is a FormatError") {
  Target target;
  for (std::size_t size = 0; size < target.whole.size(); ++size) target.load(target.whole.substr(0, size));
  CHECK(target.loaded == 0);
  CHECK(target.refused == static_cast<int>(target.whole.size()));
  target.load(target.whole);
  CHECK(target.loaded == 1);
}

TEST_CASE("fuzz: every single flipped bit loads or is a FormatError") {
  Target target;
  for (std::size_t i = 0; i < target.whole.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = target.whole;
      bytes[i] = static_cast<char>(bytes[i] ^ (1 << bit));
      target.load(bytes);
    }
  }
  MESSAGE("loaded ", target.loaded, ", refused ", target.refused);
  CHECK(target.refused > 2'000);                        // most of the header
  CHECK(target.loaded >= 8 * 4 * (3 * 2 + 3 + 3 + 1));  // every bit of a weight
}

TEST_CASE("fuzz: random changes of a model file load or are a FormatError") {
  Target target;
  const RandomKey key{2024};
  std::uint64_t draw = 0;
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random_below(key, draw++, bound)); };
  const std::string alphabet = "{}[]\",:0123456789.eE-truefalsnul\\ \n\x7f\xff";
  for (int round = 0; round < 12'000; ++round) {
    std::string bytes = target.whole;
    for (std::size_t change = below(4) + 1; change > 0; --change) {
      const std::size_t at = below(bytes.size() - 8) + 8;  // not in the length, which has its own test
      const char letter = alphabet[below(alphabet.size())];
      switch (below(4)) {
        case 0:
          bytes[at] = letter;
          break;
        case 1:
          bytes.insert(at, 1, letter);
          break;
        case 2:
          bytes.erase(at, below(20) + 1);
          break;
        default:
          bytes.insert(at, bytes.substr(below(bytes.size()), below(40)));
      }
      if (below(2)) {  // with a correct length, so that the header itself is read
        const auto length = static_cast<std::uint64_t>(static_cast<unsigned char>(target.whole[0])) +
                            (static_cast<std::uint64_t>(static_cast<unsigned char>(target.whole[1])) << 8) + bytes.size() -
                            target.whole.size();
        bytes[0] = static_cast<char>(length & 255U);
        bytes[1] = static_cast<char>((length >> 8) & 255U);
      }
      if (bytes.size() < 20) bytes = target.whole;
    }
    target.load(bytes);
  }
  MESSAGE("loaded ", target.loaded, ", refused ", target.refused);
  CHECK(target.loaded > 25);
  CHECK(target.refused > 5'000);
}
