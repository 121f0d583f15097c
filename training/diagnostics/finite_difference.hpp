#pragma once

#include <functional>

namespace weir {

// A function along one coordinate: its value at a distance from the present point.
using Line = std::function<double(double)>;

// A derivative from samples of a Line. `roughness` tells a smooth function from one with a corner among the samples: about zero for
// the first; for the second at least as large as the error that the corner causes in `slope`. It is the largest of several high
// differences, so that no place of the corner leaves all of them at zero.
struct Difference {
  double slope = 0;
  double roughness = 0;
};

// (f(h) - f(-h)) / 2h: error about h^2. Samples at -2h ... 2h; `centre` is f(0).
Difference two_point_difference(const Line& f, double centre, double h);

// (4/5, -1/5, 4/105, -1/280) on the differences f(kh) - f(-kh), k = 1 ... 4: error about h^8. Samples at -4h ... 4h.
Difference eight_point_difference(const Line& f, double centre, double h);

// The derivative from the left, by the five samples -4h ... 0: error about h^4. A corner at the point itself is no roughness.
Difference left_difference(const Line& f, double centre, double h);

}  // namespace weir
