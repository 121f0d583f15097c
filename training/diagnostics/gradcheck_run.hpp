#pragma once

#include <cstdint>
#include <string>
#include <vector>
#include <weir/training/gradcheck.hpp>

#include "training/diagnostics/finite_difference.hpp"
#include "training/diagnostics/gradcheck_probe.hpp"

namespace weir {

// What differences of one tensor's entries can show.
struct GradcheckBounds {
  double largest = 0;  // |gradient| in the tensor, by differences
  double scale = 0;    // of the numbers that make the loss

  double rounding(double h) const;  // what rounding in the loss does to a slope
  // Smooth enough that a corner, if there is one, costs less than half of the tolerance. Looks at the samples alone.
  bool smooth(const Difference& difference, double h, double tolerance) const;
  // |analytic - numeric| over the largest gradient, or over the smallest that can be accepted to this tolerance. Never NaN.
  double error(double analytic, double numeric, double h, double tolerance) const;
};

// The comparison of one graph: literal, then fused.
class GradcheckRun {
 public:
  GradcheckRun(const Graph& graph, const GradcheckOptions& options) : graph_(graph), options_(options) {}
  GradcheckReport run();

 private:
  enum class State : std::uint8_t { skipped, two_points, eight_points };
  struct Entry {
    std::int64_t place = 0;
    State state = State::skipped;  // the best of all draws
  };

  void run_graph(bool fused);
  std::vector<Entry> choose(std::int64_t count, std::size_t block) const;
  void check_block(GradcheckProbe& probe, const GradcheckProbe::Block& block, const std::vector<double>& analytic,
                   std::vector<Entry>& entries, double centre);
  State check_entry(const Line& line, double centre, const Difference& two_points, const GradcheckBounds& bounds,
                    GradcheckReport::Worst found);
  void compare(GradcheckReport::Worst& worst, GradcheckReport::Worst found, const GradcheckBounds& bounds, const Difference& difference,
               double h, double tolerance);

  const Graph& graph_;
  const GradcheckOptions& options_;
  bool any_gradient_ = false;  // one that differs from 0 by more than rounding
  GradcheckReport report_;
};

// Fills passed and problem from everything else.
void accept(GradcheckReport& report, const GradcheckOptions& options, bool any_gradient);

}  // namespace weir
