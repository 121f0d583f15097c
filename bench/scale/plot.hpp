#pragma once

#include <string>
#include <vector>

#include "bench/scale/point.hpp"

namespace bench {

// An SVG with three panels, GFLOP/s over batch, width and depth, each with the machine's limit.
std::string plot(const std::vector<Point>& points, const std::string& title);

}  // namespace bench
