#include "gpu/kernels/class_weights.hpp"

#include <algorithm>
#include <string>
#include <weir/core/error.hpp>

#include "gpu/kernels/launch.cuh"

namespace weir::cuda {

namespace {

// As many weights as one launch carries in its arguments.
struct Chunk {
  static constexpr std::size_t size = block_threads;
  double at[size];
};

__global__ void __launch_bounds__(block_threads) place_kernel(Chunk chunk, int count, double* to) {
  const int i = static_cast<int>(threadIdx.x);
  if (i < count) to[i] = chunk.at[i];
}

}  // namespace

const double* place_class_weights(const Context& context, const char* who, std::span<const double> weights) {
  if (weights.empty()) return nullptr;
  if (weights.size() > most_class_weights) {
    throw DeviceError(std::string(who) + ": got weights of " + std::to_string(weights.size()) + " classes, " + to_string(context.device) +
                      " takes at most " + std::to_string(most_class_weights) + ". Leave the weights out, or use Device::cpu().");
  }
  double* to = static_cast<double*>(stream_of(context.device).scratch) + 1;
  for (std::size_t begin = 0; begin < weights.size(); begin += Chunk::size) {
    const auto part = weights.subspan(begin, std::min(Chunk::size, weights.size() - begin));
    Chunk chunk{};
    std::copy(part.begin(), part.end(), chunk.at);
    launch(context, who, place_kernel, Grid{1, 1, block_threads, 1}, chunk, static_cast<int>(part.size()), to + begin);
  }
  return to;
}

}  // namespace weir::cuda
