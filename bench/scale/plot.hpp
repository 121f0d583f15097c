#pragma once

#include <string>
#include <vector>

#include "bench/scale/point.hpp"

namespace bench {

// An SVG drawing: a panel a line of points, GFLOP/s over batch, width and depth, with what the machine allows drawn in.
std::string plot(const std::vector<Point>& points, const std::string& title);

}  // namespace bench
