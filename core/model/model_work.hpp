#pragma once

#include <cstdint>

#include <weir/core/model.hpp>

namespace weir {

// A rough count of the multiplications of a forward pass: batch * (parameters + activations of one sample). with_team uses several threads
// only if they are many.
inline std::int64_t multiplications(const Model& model, std::int64_t batch) {
  const ModelMemory memory = model.memory();
  return (batch * memory.parameters + batch * memory.activations / model.max_batch()) / static_cast<std::int64_t>(size_of(model.dtype()));
}

}  // namespace weir
