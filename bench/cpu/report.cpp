#include "bench/cpu/report.hpp"

#include <cstdio>
#include <fstream>
#include <ostream>
#include <sstream>

#include <weir/core/files.hpp>

#include "bench/cpu/machine.hpp"

namespace bench {

namespace {

std::string first_line(const std::string& file, const std::string& begin = "") {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(begin)) return begin.empty() ? line : line.substr(std::min(line.size(), line.find(':') + 2));
  }
  return "unknown";
}

// 4 significant digits, without an exponent.
std::string number(double value) {
  char text[32];
  const int decimals = value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3;
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string json_number(const std::optional<double>& value) {
  if (!value) return "null";
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", *value);
  return text;
}

}  // namespace

void print(std::ostream& out, const std::vector<Row>& rows) {
  out << "processor: " << first_line("/proc/cpuinfo", "model name") << ", " << vector_set() << "\ncompiler: " << BENCH_COMPILER
      << "\nload: " << first_line("/proc/loadavg") << "; numbers: f32\n\n";
  char text[160];
  std::snprintf(text, sizeof text, "%-24s %7s %-9s %10s %10s %10s %7s %10s %7s\n", "", "threads", "", "median", "min", "max", "samples",
                "limit", "share");
  out << text;
  for (const Row& row : rows) {
    char share[16] = "-";
    if (row.share) std::snprintf(share, sizeof share, "%.0f %%", 100 * *row.share);
    std::snprintf(text, sizeof text, "%-24s %7d %-9s %10s %10s %10s %7d %10s %7s\n", row.name.c_str(), row.threads, row.unit.c_str(),
                  number(row.median).c_str(), number(row.min).c_str(), number(row.max).c_str(), row.samples,
                  row.limit ? number(*row.limit).c_str() : "-", share);
    out << text;
  }
}

void write_json(const std::string& file, const std::vector<Row>& rows) {
  std::ostringstream out;
  out << '[';
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    out << (i == 0 ? "\n" : ",\n") << "  {\"name\": \"" << row.name << "\", \"threads\": " << row.threads << ", \"unit\": \"" << row.unit
        << "\", \"median\": " << json_number(row.median) << ", \"min\": " << json_number(row.min) << ", \"max\": " << json_number(row.max)
        << ", \"samples\": " << row.samples << ", \"limit\": " << json_number(row.limit) << ", \"share\": " << json_number(row.share)
        << '}';
  }
  out << "\n]\n";
  weir::write_file(file, out.str());
}

}  // namespace bench
