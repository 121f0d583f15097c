#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "bench/cpu/run.hpp"

namespace bench {

// The machine, the compiler and the load in one line each, then a table with one row a workload and number of threads.
void print(std::ostream& out, const std::vector<Row>& rows);

// A list of {"name", "threads", "unit", "median", "min", "max", "samples", "limit", "share"}; the last two null where none is known.
void write_json(const std::string& file, const std::vector<Row>& rows);

}  // namespace bench
