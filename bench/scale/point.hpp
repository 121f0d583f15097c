#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

// One network and batch on a line of them, timed on one thread.
struct Point {
  std::string line;                  // "batch", "width" or "depth": what changes along it
  std::int64_t x = 0;                // its value
  std::vector<std::int64_t> widths;  // of all layers, the input's first
  std::int64_t batch = 0;

  double flop = 0;          // of a step
  double bytes = 0;         // that a step must move at least: every parameter read twice, and read and written by the update
  double microseconds = 0;  // of a step: the median
  double gflops = 0;        // at the median
  double limit_gflops = 0;  // what the multiply-adds or the bytes allow, whichever is less
  double below_line = 0;    // how far it falls below the line through its neighbours, of 1; 0 where it does not
};

// 784-512-512-10 for batches 1 to 8192; 784-W-W-10 at batch 128 for W 32 to 4096; 784-256-...-256-10 at batch 128 for 1 to 32 hidden
// layers. Doubling, with the steps of one and a half between.
std::vector<Point> points();

// Times each point `samples` times, in rounds over all of them, and fills in the rest.
void measure(std::vector<Point>& points, int samples);

}  // namespace bench
