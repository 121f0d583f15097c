#include <charconv>
#include <ostream>
#include <weir/training/profile_report.hpp>

#include "core/text.hpp"

namespace weir {

namespace {

std::string number(double value, int decimals) {
  char text[400];  // the largest double has 309 digits
  return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, decimals).ptr};
}

std::string rate(double value) { return value == 0 ? "" : number(value, value < 10 ? 1 : 0); }

}  // namespace

std::ostream& operator<<(std::ostream& out, const ProfileReport& report) {
  TextTable table;
  table.row({"phase", "layer", "us", "share", "GFLOP/s", "GB/s", "of roofline", "bound by"});
  for (const ProfileReport::Row& row : report.rows) {
    table.row({row.phase, row.layer, number(row.microseconds, 1), number(100 * row.share, 1) + " %", rate(row.gflops), rate(row.gbytes),
               row.bound.empty() ? "" : number(100 * row.roof, 0) + " %", row.bound});
  }
  table.print(out);
  return out << "a step of " << with_commas(report.batch) << ": " << number(report.step_microseconds, 1) << " us, "
             << number(static_cast<double>(report.batch) / report.step_microseconds * 1e6, 0) << " samples/s, " << report.threads
             << (report.threads == 1 ? " thread" : " threads") << "; roofline: " << number(report.peak_gflops, 0) << " GFLOP/s, "
             << number(report.peak_gbytes, 0) << " GB/s\n";
}

}  // namespace weir
