#pragma once

#include <iosfwd>
#include <vector>

#include "bench/cpu/workload.hpp"

namespace bench {

// Takes samples when they are asked for, so that another program can time weir and others in turn. A line read is the name of a workload,
// and the answer that name and one sample on so many threads; or it is "limit" and a name, and the answer "limit" and the best that was
// seen of what limits this workload, which is measured once more, or "-" where nothing is known to. Ends with its input. Throws
// std::runtime_error for a name that there is not.
void answer(const std::vector<Workload>& all, int threads, std::istream& in, std::ostream& out);

}  // namespace bench
