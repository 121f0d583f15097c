// For processors other than x86: plain loops, which the compiler vectorises.
#include <array>
#include <cstring>

#include "bench/cpu/machine.hpp"

namespace bench {

std::string vector_set() { return "the compiler's"; }

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
