// Peak arithmetic speed on processors other than x86: multiply-adds in a loop that the compiler vectorises.
#include <array>
#include <cmath>

#include "training/diagnostics/roofline.hpp"

namespace weir {

double run_fma(long long rounds, float* sink) {
  std::array<float, 64> x{};
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = *sink + static_cast<float>(i);
  for (long long r = 0; r < rounds; ++r) {
    for (float& value : x) value = std::fma(value, 0.999F, 0.001F);
  }
  for (const float value : x) *sink += value / static_cast<float>(x.size());
  return 2.0 * static_cast<double>(x.size()) * static_cast<double>(rounds);
}

}  // namespace weir
