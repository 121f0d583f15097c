#pragma once

#include <cstdint>

#include <weir/core/model.hpp>

namespace weir {

// Estimates the multiplications of a forward pass over `batch` samples, for with_team: one for each parameter and each activation of each
// sample.
inline std::int64_t multiplications(const Model& model, std::int64_t batch) {
  const ModelMemory memory = model.memory();
  return (batch * memory.parameters + batch * memory.activations / model.max_batch()) / static_cast<std::int64_t>(size_of(model.dtype()));
}

}  // namespace weir
