#pragma once

#include <iosfwd>
#include <vector>

#include "bench/cpu/workload.hpp"

namespace bench {

// Takes samples on request, so that another program (./weir bench compare) can time weir and others in turn. Each input line is the name of
// a workload, answered by that name and the result of one sample on `threads` threads; or "limit" and a name, answered by "limit" and the
// hardware limit of the workload, measured once more and the best so far, or "-" if it has none. Returns at the end of the input. Throws
// std::runtime_error for an unknown name.
void answer(const std::vector<Workload>& all, int threads, std::istream& in, std::ostream& out);

}  // namespace bench
