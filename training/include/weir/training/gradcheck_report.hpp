#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

namespace weir {

// What a gradient check found. Printing it draws the whole of it.
struct GradcheckReport {
  // The entry with the largest error by one kind of difference. The error is |analytic - numeric| over the largest |gradient| of its
  // tensor.
  struct Worst {
    std::string tensor;      // "0.weight", or an input's name
    std::int64_t entry = 0;  // counted in row-major order
    bool fused = false;      // in the fused graph, or in the literal one
    bool corner = false;     // exactly on a corner: numeric is the derivative from the left
    double analytic = 0;
    double numeric = 0;
    double error = 0;
    double bound = 0;
  };

  bool passed = false;
  std::string problem;            // why not; empty when passed
  std::int64_t checked = 0;       // entries compared, those of the literal and of the fused graph
  std::int64_t eight_points = 0;  // of them by the eight-point difference; elsewhere a corner lay inside every wide one
  std::int64_t corners = 0;       // comparisons exactly on a corner, with the derivative from the left
  std::int64_t skipped = 0;       // entries with a corner inside every difference
  Worst worst_eight_points;
  Worst worst_two_points;     // from the left included
  double worst_relative = 0;  // the largest |analytic - numeric| over the entry's own gradient, by eight points

  // Throws NumericError with the problem unless the check passed.
  void throw_if_failed() const;
};

std::ostream& operator<<(std::ostream& out, const GradcheckReport& report);

}  // namespace weir
