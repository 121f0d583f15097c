#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <weir/activations/functions.hpp>

#include "tests/activations/formulas.hpp"

namespace weir::test {

// One float in `fraction`, evenly spread over the bit patterns (not at equal distances: the low bits vary too), and then the special ones.
class Inputs {
 public:
  static constexpr std::int64_t block = 1 << 16;

  explicit Inputs(std::uint64_t fraction) : fraction_(fraction), count_(((std::uint64_t{1} << 32) + fraction - 1) / fraction) {}

  std::int64_t blocks() const { return static_cast<std::int64_t>((count_ + block - 1) / block) + 1; }

  // Whether the functor is also asked one element at a time: always, or of a part only in every eighth block (and of the special ones).
  bool looks_alone(std::int64_t number) const { return fraction_ == 1 || number % 8 == 0 || number + 1 == blocks(); }

  void fill(std::int64_t number, std::vector<float>& x) const {
    const bool last = number + 1 == blocks();
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::uint64_t at = static_cast<std::uint64_t>(number * block) + i;
      const std::uint64_t pattern = at * fraction_ + static_cast<std::uint32_t>(at) * 0x9E3779B1U % static_cast<std::uint32_t>(fraction_);
      const bool regular = !last && pattern >> 32 == 0;
      x[i] = __builtin_bit_cast(float, regular ? static_cast<std::uint32_t>(pattern) : special[i % special.size()]);
    }
  }

 private:
  static constexpr std::array<std::uint32_t, 18> special{0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007FFFFF,
                                                         0x807FFFFF, 0x00800000, 0x80800000, 0x3F800000,  // zeros, subnormals, 1
                                                         0xBF800000, 0x7F7FFFFF, 0xFF7FFFFF, 0x7F800000, 0xFF800000,
                                                         0x7FC00000, 0xFFC00000, 0x7F800001, 0xFFFFFFFF};  // largest, infinite, NaN

  std::uint64_t fraction_;
  std::uint64_t count_;
};

// One function of a float under examination.
struct Check {
  std::string name;
  std::function<void(const std::vector<float>&, std::vector<float>&)> whole;   // through the public functions: vector loops
  std::function<void(const std::vector<float>&, std::vector<float>&)> single;  // the functor, one element at a time
  double (*expected)(double) = nullptr;
  double (*largest_term)(double) = nullptr;  // of a formula whose terms cancel, else nullptr
  double low = -infinity, high = infinity;   // no result lies outside
  bool exact = false;                        // to the bit
  bool judged = true;
};

// What was found.
struct Findings {
  std::uint64_t inputs = 0;
  double worst_ulp = 0, worst_ulp_at = 0;
  double worst_term = 0, worst_term_at = 0;  // error / (2^-24 largest term), where beyond 2 ulp
  std::uint64_t beyond = 0;                  // inputs beyond the bound
  std::uint64_t broken_rules = 0;            // NaN, infinity, range
  std::uint64_t differ = 0;                  // bits that depend on the place in the loop

  void merge(const Findings& other);
};

inline constexpr double ulp_bound = 2;

// In blocks on all threads; the result does not depend on their number.
Findings examine(const Check& check, const Inputs& inputs);

// Forward and derivative of every activation in the list, and relu_grad; with those that are not judged, or without. Throws when one has no
// formula here.
std::vector<Check> all_checks(bool unjudged);

}  // namespace weir::test
