#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

// One network and batch size, timed on one thread; a point of one of the three curves.
struct Point {
  std::string line;                  // the curve: "batch", "width" or "depth" varies along it
  std::int64_t x = 0;                // the value that varies
  std::vector<std::int64_t> widths;  // layer widths, beginning with the input
  std::int64_t batch = 0;

  double flop = 0;          // of one step
  double bytes = 0;         // memory traffic of a step at least: each parameter read twice, then read and written by the update
  double microseconds = 0;  // of a step, median
  double gflops = 0;        // for the median time
  double limit_gflops = 0;  // roofline: the smaller of the limits by multiply-adds and by bytes
  double below_line = 0;    // fraction below the straight line through its neighbours; 0 if above
};

// The three curves: 784-512-512-10 for batches 1 to 8192; 784-W-W-10 at batch 128 for W 32 to 4096; 784-256-...-256-10 at batch 128 for 1
// to 32 hidden layers. The values are powers of two and 1.5 times powers of two.
std::vector<Point> points();

// Times each point `samples` times, in rounds over all points, and fills in the fields from microseconds on.
void measure(std::vector<Point>& points, int samples);

}  // namespace bench
