#pragma once

#include <cstdint>
#include <vector>
#include <weir/training/gradcheck.hpp>

#include "training/diagnostics/finite_difference.hpp"
#include "training/diagnostics/gradcheck_probe.hpp"

namespace weir {

// How accurate finite differences of one tensor's entries can be.
struct GradcheckBounds {
  double max_gradient = 0;  // max abs of the tensor's numeric gradient
  double scale = 0;         // GradcheckProbe::loss_scale()

  double rounding(double h) const;  // error of a slope from rounding errors in the loss, for step h
  // Whether a corner between the samples, if there is one, causes an error of less than half the tolerance.
  bool smooth(const Difference& difference, double h, double tolerance) const;
  // |analytic - numeric| / max_gradient; if max_gradient is too small to be resolved to this tolerance, over the smallest gradient that can
  // be. Infinity instead of NaN.
  double error(double analytic, double numeric, double h, double tolerance) const;
};

// gradcheck() of one graph: first literal (not fused, no memory reused), then fused.
class GradcheckRun {
 public:
  GradcheckRun(const Graph& graph, const GradcheckOptions& options) : graph_(graph), options_(options) {}
  GradcheckReport run();

 private:
  enum class State : std::uint8_t { skipped, two_points, eight_points };
  struct Entry {
    std::int64_t place = 0;
    State state = State::skipped;  // the best comparison over all draws
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
  bool any_gradient_ = false;  // some gradient is larger than rounding errors
  GradcheckReport report_;
};

// Sets report.passed and report.problem from the other fields.
void accept(GradcheckReport& report, const GradcheckOptions& options, bool any_gradient);

}  // namespace weir
