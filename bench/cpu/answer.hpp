#pragma once

#include <iosfwd>
#include <vector>

#include "bench/cpu/workload.hpp"

namespace bench {

// Takes samples when they are asked for, so that another program can time weir and others in turn. A line read is the name of a workload; a
// line written is that name, one sample on so many threads and the limit so far ("-" where none is known), which is measured before it.
// Ends with its input. Throws std::runtime_error for a name that there is not.
void answer(const std::vector<Workload>& all, int threads, std::istream& in, std::ostream& out);

}  // namespace bench
