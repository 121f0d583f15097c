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

// The test inputs: one float in `fraction`, spread over the bit patterns so that the low bits vary too, followed by the special values.
class Inputs {
 public:
  static constexpr std::int64_t block = 1 << 16;

  explicit Inputs(std::uint64_t fraction) : fraction_(fraction), count_(((std::uint64_t{1} << 32) + fraction - 1) / fraction) {}

  std::int64_t blocks() const { return static_cast<std::int64_t>((count_ + block - 1) / block) + 1; }

  // Whether the functor is also called for single elements in this block: in all blocks of a full run, else in every eighth and the last
  // one.
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
                                                         0x7FC00000, 0xFFC00000, 0x7F800001, 0xFFFFFFFF};  // largest finite, infinity, NaN

  std::uint64_t fraction_;
  std::uint64_t count_;
};

// A function of a float to test.
struct Check {
  std::string name;
  std::function<void(const std::vector<float>&, std::vector<float>&)> whole;   // through the public functions: vector loops
  std::function<void(const std::vector<float>&, std::vector<float>&)> single;  // the functor, one element at a time
  double (*expected)(double) = nullptr;
  double (*largest_term)(double) = nullptr;  // of the formula, if its terms cancel; else nullptr
  double low = -infinity, high = infinity;   // range of the results
  bool exact = false;                        // results must equal the formula to the bit
  bool judged = true;
};

// Results of a Check.
struct Findings {
  std::uint64_t inputs = 0;
  double worst_ulp = 0, worst_ulp_at = 0;
  double worst_term = 0, worst_term_at = 0;  // error / (2^-24 largest term), where the error exceeds 2 ulp
  std::uint64_t beyond = 0;                  // inputs whose error exceeds the bound
  std::uint64_t broken_rules = 0;            // see compare() in exhaustive_checks.cpp
  std::uint64_t differ = 0;                  // inputs whose result depends on the place in the loop

  void merge(const Findings& other);
};

inline constexpr double ulp_bound = 2;

// Runs a check in blocks on all threads; the result does not depend on their number.
Findings examine(const Check& check, const Inputs& inputs);

// Checks for forward and derivative of every activation in the list, and for relu_grad; `unjudged`: also for the informative rows "through
// y". Throws if an activation has no formula in formulas.hpp.
std::vector<Check> all_checks(bool unjudged);

}  // namespace weir::test
