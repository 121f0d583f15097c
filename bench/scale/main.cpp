// How the speed of a training step depends on batch, width and depth, on one thread: a table, an SVG, and whether some size is much slower
// than its neighbours.
// Run: ./weir bench scale [--samples 9] [--csv FILE] [--svg FILE]. Takes about a minute.
// The last line to expect: "no point lies more than 25 % below the line through its neighbours".

#include <cstdio>
#include <iostream>
#include <string>

#include <weir/weir.hpp>

#include "bench/scale/plot.hpp"
#include "bench/scale/point.hpp"
#include "examples/support/program.hpp"

namespace {

constexpr double cliff = 0.25;

std::string table(const std::vector<bench::Point>& points) {
  std::string csv = "line,x,batch,microseconds,gflops,limit_gflops,below_line\n";
  for (const bench::Point& p : points) {
    char row[160];
    std::snprintf(row, sizeof row, "%s,%lld,%lld,%.1f,%.2f,%.2f,%.3f\n", p.line.c_str(), static_cast<long long>(p.x),
                  static_cast<long long>(p.batch), p.microseconds, p.gflops, p.limit_gflops, p.below_line);
    csv += row;
  }
  return csv;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Times a training step over batch, width and depth, on one thread.", "bench_scale");
  int samples = 9;
  std::string csv, svg, title = "weir, one thread";
  app.add_option("--samples", samples, "Of each point; the median counts")
      ->check(program::whole_number(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--csv", csv, "Write the table to this file")->check(program::not_empty());
  app.add_option("--svg", svg, "Write the drawing to this file")->check(program::not_empty());
  app.add_option("--title", title, "Of the drawing")->capture_default_str();
  return program::run(app, argc, argv, [&] {
    for (const std::string& file : {csv, svg}) {
      if (!file.empty()) weir::check_writable(file);
    }
    std::vector<bench::Point> points = bench::points();
    bench::measure(points, samples);
    std::cout << table(points);
    if (!csv.empty()) weir::write_file(csv, table(points));
    if (!svg.empty()) weir::write_file(svg, bench::plot(points, title));
    int cliffs = 0;
    for (const bench::Point& p : points) {
      if (p.below_line <= cliff) continue;
      std::cout << p.line << ' ' << p.x << " lies " << static_cast<int>(100 * p.below_line) << " % below the line through its neighbours\n";
      ++cliffs;
    }
    if (cliffs == 0) std::cout << "no point lies more than " << 100 * cliff << " % below the line through its neighbours\n";
  });
}
