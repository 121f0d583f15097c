#pragma once

#include <cstdint>

#include <weir/core/model.hpp>

namespace weir {

// About how many multiplications a pass over `batch` samples takes, for with_team: each parameter once a sample, and each number that the
// layers pass on.
inline std::int64_t multiplications(const Model& model, std::int64_t batch) {
  const ModelMemory memory = model.memory();
  return (batch * memory.parameters + batch * memory.activations / model.max_batch()) / static_cast<std::int64_t>(size_of(model.dtype()));
}

}  // namespace weir
