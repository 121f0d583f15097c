#pragma once

#include <vector>

#include "tests/activations/exhaustive_checks.hpp"

namespace weir::test {

// The distance between floats at a value; infinite results count as 2^128.
double ulp_at(double value);
double clamped(double value);

// A first look at a block, in vector loops: whether any of it needs the second look, one input at a time.
struct Scan {
  double worst_ulp = 0;
  bool odd = false;  // a NaN, an infinity, a result out of range, a zero of the wrong sign, a bit off where it must be exact
};
Scan scan(const Check& check, const std::vector<float>& x, const std::vector<float>& result, const std::vector<double>& expected);

}  // namespace weir::test
