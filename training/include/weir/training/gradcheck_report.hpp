#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

namespace weir {

// The result of gradcheck(). std::cout << report prints all of it.
struct GradcheckReport {
  // The entry with the largest error for one kind of finite difference. error = |analytic - numeric| / max abs(gradient of the tensor).
  struct Worst {
    std::string tensor;      // "0.weight", or an input's name
    std::int64_t entry = 0;  // flat index, row-major
    bool fused = false;      // true: in the fused graph, false: without fusion
    bool corner = false;     // the entry lies exactly on a corner: numeric is the derivative from the left
    double analytic = 0;
    double numeric = 0;
    double error = 0;
    double bound = 0;
  };

  bool passed = false;
  std::string problem;            // why it did not pass; empty when passed
  std::int64_t checked = 0;       // entries compared, with and without fusion counted separately
  std::int64_t eight_points = 0;  // those compared by the 8-point stencil; the others were too near to a kink, such as ReLU's at 0
  std::int64_t corners = 0;       // comparisons of entries exactly on a corner with the derivative from the left
  std::int64_t skipped = 0;       // entries too near to a corner for every finite difference
  Worst worst_eight_points;
  Worst worst_two_points;     // including those with the derivative from the left
  double worst_relative = 0;  // max of |analytic - numeric| / |the entry's own gradient|, by the 8-point stencil

  // Throws NumericError with the problem unless the check passed.
  void throw_if_failed() const;
};

std::ostream& operator<<(std::ostream& out, const GradcheckReport& report);

}  // namespace weir
