#pragma once

#include <functional>

namespace weir {

// The loss as a function of one entry of a tensor: f(offset) is the value when the entry is moved by `offset`.
using Line = std::function<double(double)>;

// A derivative estimated from samples of a Line. `roughness` detects a corner (as of ReLU) between the samples: about zero for a smooth
// function, otherwise at least as large as the error that the corner causes in `slope`. It is the max abs of several finite differences of
// high order, as for some positions of the corner a single one would be zero.
struct Difference {
  double slope = 0;
  double roughness = 0;
};

// (f(h) - f(-h)) / 2h: error about h^2. Samples at -2h ... 2h; `centre` is f(0).
Difference two_point_difference(const Line& f, double centre, double h);

// The 8-point stencil, weights (4/5, -1/5, 4/105, -1/280) on f(kh) - f(-kh), k = 1 ... 4, over h: error about h^8. Samples at -4h ... 4h.
Difference eight_point_difference(const Line& f, double centre, double h);

// The derivative from the left, from five samples -4h ... 0: error about h^4. A corner exactly at 0 does not count as roughness.
Difference left_difference(const Line& f, double centre, double h);

}  // namespace weir
