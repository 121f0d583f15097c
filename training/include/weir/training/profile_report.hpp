#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace weir {

// Where the time of a training step goes. std::cout << report prints it as a table.
struct ProfileReport {
  // One layer in one phase. Phases that belong to no layer (gather, check) have an empty layer.
  struct Row {
    std::string layer;  // "0+1  dense(128) + relu", or empty
    std::string phase;  // "gather", "forward", "loss", "backward", "accuracy", "check", "update", "elsewhere"
    double microseconds = 0;
    double share = 0;   // fraction of the step's time
    double gflops = 0;  // GFLOP/s; 0 for layers that do not report their multiply-adds
    double gbytes = 0;  // GB/s, of the data that must be read and written at least
    double roof = 0;    // time by the roofline model / measured time: 1 is the limit of the machine
    std::string bound;  // what limits it in that model: "arithmetic" or "memory"; "overhead" when roof is below 0.2
  };

  std::vector<Row> rows;         // in the order of the step; their times add up to the step's
  double step_microseconds = 0;  // mean over the fastest of several passes over the batches
  std::int64_t batch = 0;
  int threads = 0;
  double peak_gflops = 0;  // measured: multiply-adds in registers, all threads
  double peak_gbytes = 0;  // GB/s, measured: a copy of as many bytes as a step touches
};

std::ostream& operator<<(std::ostream& out, const ProfileReport& report);

}  // namespace weir
