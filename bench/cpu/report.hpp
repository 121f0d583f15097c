#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "bench/cpu/run.hpp"

namespace bench {

// Prints machine, compiler and load average, one line each, then a table with a row for each workload and number of threads.
void print(std::ostream& out, const std::vector<Row>& rows);

// Writes a list of {"name", "threads", "unit", "median", "min", "max", "samples", "limit", "share"}; the last two are null without a limit.
void write_json(const std::string& file, const std::vector<Row>& rows);

}  // namespace bench
