// For processors without a file of their own: plain loops that the compiler makes vectors of.
#include <array>
#include <cmath>
#include <cstring>

#include "bench/cpu/machine.hpp"

namespace bench {

std::string vector_set() { return "the compiler's"; }

double fma_loop(long long rounds, float* sink) {
  std::array<float, 64> x{};
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = *sink + static_cast<float>(i);
  for (long long r = 0; r < rounds; ++r) {
    for (float& value : x) value = std::fma(value, 0.999F, 0.001F);
  }
  for (const float value : x) *sink += value / static_cast<float>(x.size());
  return 2.0 * static_cast<double>(x.size()) * static_cast<double>(rounds);
}

void stream_copy(const float* src, float* dst, std::size_t count) { std::memcpy(dst, src, count * sizeof(float)); }

float read_all(const float* src, std::size_t count) {
  std::array<float, 32> x{};
  std::size_t i = 0;
  for (; i + x.size() <= count; i += x.size()) {
    for (std::size_t j = 0; j < x.size(); ++j) x[j] += src[i + j];
  }
  for (; i < count; ++i) x[0] += src[i];
  float sum = 0;
  for (const float value : x) sum += value;
  return sum;
}

}  // namespace bench
