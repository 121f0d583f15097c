#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace weir {

// Where a training step's time goes. Printing it draws the table.
struct ProfileReport {
  // One layer in one phase; what is no layer's stands under its phase alone.
  struct Row {
    std::string layer;  // "0+1  dense(128) + relu", or empty
    std::string phase;  // "gather", "forward", "loss", "backward", "accuracy", "check", "update", "elsewhere"
    double microseconds = 0;
    double share = 0;   // of the step
    double gflops = 0;  // arithmetic done, where a layer says how much it is
    double gbytes = 0;  // a second: what must be read and written at least
    double roof = 0;    // share of what the machine allows for that arithmetic and those bytes
    std::string bound;  // which of them allows less: "arithmetic" or "memory"; "overhead" when neither explains a fifth of the time
  };

  std::vector<Row> rows;         // in the order of the step; they add up to it
  double step_microseconds = 0;  // a mean over the quickest of several passes
  std::int64_t batch = 0;
  int threads = 0;
  double peak_gflops = 0;  // multiply-adds in registers, all threads
  double peak_gbytes = 0;  // a second: a copy of as many bytes as a step touches
};

std::ostream& operator<<(std::ostream& out, const ProfileReport& report);

}  // namespace weir
