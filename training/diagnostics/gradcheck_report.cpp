#include <locale>
#include <ostream>
#include <sstream>
#include <weir/core/error.hpp>
#include <weir/training/gradcheck_report.hpp>

#include "core/text.hpp"
#include "training/diagnostics/gradcheck_run.hpp"

namespace weir {
namespace {

double excess(const GradcheckReport::Worst& worst) { return worst.tensor.empty() ? 0 : worst.error / worst.bound; }

// "0.weight[3], literal graph: analytic 1.5, numeric 1.25"
void print_place(std::ostream& out, const GradcheckReport::Worst& worst) {
  const auto digits = out.precision(17);
  out << worst.tensor << "[" << worst.entry << "], " << (worst.fused ? "fused" : "literal") << " graph: analytic " << worst.analytic
      << ", numeric " << worst.numeric;
  out.precision(digits);
}

void print_worst(std::ostream& out, const char* name, const GradcheckReport::Worst& worst) {
  if (worst.tensor.empty()) return;
  out << "  " << name << ": worst error " << worst.error << " (bound " << worst.bound << ") at ";
  print_place(out, worst);
  out << "\n";
}

}  // namespace

void accept(GradcheckReport& report, const GradcheckOptions& options, bool any_gradient) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text.precision(3);
  const bool eight = excess(report.worst_eight_points) >= excess(report.worst_two_points);
  const auto& worst = eight ? report.worst_eight_points : report.worst_two_points;
  const std::int64_t all = report.checked + report.skipped;
  if (!report.problem.empty()) {
    text << report.problem;
  } else if (excess(worst) > 1) {
    text << "gradcheck: ";
    print_place(text, worst);
    text << ": they differ by " << worst.error << " of the tensor's largest gradient, expected at most " << worst.bound
         << (worst.corner
                 ? ". It lies on a corner, where the derivative from the left is expected: correct the mask, or set zeros to false."
                 : ". Correct the backward of a layer between it and the loss.");
  } else if (all == 0) {
    text << "gradcheck: nothing was checked: the graph has neither parameters nor compute inputs. Check one that has.";
  } else if (report.eight_points == 0 || static_cast<double>(report.skipped) > options.max_skipped * static_cast<double>(all)) {
    text << "gradcheck: too little was checked: " << with_commas(report.skipped) << " of " << with_commas(all)
         << " entries had to be skipped, " << with_commas(report.eight_points)
         << " were compared by eight points: expected at most a share of " << options.max_skipped
         << " skipped and some compared. Look for a forward that jumps or is not computed in double.";
  } else if (!any_gradient) {
    text << "gradcheck: nothing was shown: every gradient is 0. Choose inputs on which the loss depends.";
  }
  report.problem = text.str();
  report.passed = report.problem.empty();
}

void GradcheckReport::throw_if_failed() const {
  if (!passed) throw NumericError(problem.empty() ? "gradcheck: nothing was run. Call gradcheck." : problem);
}

std::ostream& operator<<(std::ostream& out, const GradcheckReport& report) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text.precision(3);
  text << (report.passed ? "gradcheck passed: " : "gradcheck failed: ") << with_commas(report.checked) << " entries checked, "
       << with_commas(report.eight_points) << " of them by eight points; " << with_commas(report.corners) << " comparisons on a corner, "
       << with_commas(report.skipped) << " entries skipped\n";
  print_worst(text, "eight points", report.worst_eight_points);
  print_worst(text, "two points", report.worst_two_points);
  text << "  worst relative to an entry's own gradient: " << report.worst_relative << "\n";
  if (!report.problem.empty()) text << "  " << report.problem << "\n";
  return out << text.str();
}

}  // namespace weir
