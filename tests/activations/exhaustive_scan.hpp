#pragma once

#include <vector>

#include "tests/activations/exhaustive_checks.hpp"

namespace weir::test {

// The spacing of floats (1 ulp) at a value; infinity counts as 2^128.
double ulp_at(double value);
double clamped(double value);

// A fast vectorised check of a block, to find out whether it needs the slow check of each input.
struct Scan {
  double worst_ulp = 0;
  bool odd = false;  // some NaN, infinity, result out of range, zero of the wrong sign, or inexact result where it must be exact
};
Scan scan(const Check& check, const std::vector<float>& x, const std::vector<float>& result, const std::vector<double>& expected);

}  // namespace weir::test
