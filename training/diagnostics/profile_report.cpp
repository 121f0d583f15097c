#include <cstdio>
#include <ostream>
#include <weir/training/profile_report.hpp>

#include "core/text.hpp"

namespace weir {

namespace {

std::string number(double value, const char* format) {
  char text[48];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string rate(double value) { return value == 0 ? "" : number(value, value < 10 ? "%.1f" : "%.0f"); }

}  // namespace

std::ostream& operator<<(std::ostream& out, const ProfileReport& report) {
  TextTable table;
  table.row({"phase", "layer", "us", "share", "GFLOP/s", "GB/s", "of roofline", "bound by"});
  for (const ProfileReport::Row& row : report.rows) {
    table.row({row.phase, row.layer, number(row.microseconds, "%.1f"), number(100 * row.share, "%.1f %%"), rate(row.gflops),
               rate(row.gbytes), row.bound.empty() ? "" : number(100 * row.roof, "%.0f %%"), row.bound});
  }
  table.print(out);
  return out << "a step of " << with_commas(report.batch) << ": " << number(report.step_microseconds, "%.1f") << " us, "
             << number(static_cast<double>(report.batch) / report.step_microseconds * 1e6, "%.0f") << " samples/s, " << report.threads
             << (report.threads == 1 ? " thread" : " threads") << "; roofline: " << number(report.peak_gflops, "%.0f") << " GFLOP/s, "
             << number(report.peak_gbytes, "%.0f") << " GB/s\n";
}

}  // namespace weir
