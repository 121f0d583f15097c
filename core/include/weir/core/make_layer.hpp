#pragma once

#include <concepts>
#include <memory>
#include <utility>

#include <weir/core/layer.hpp>

namespace weir {

// Converts an argument that stands for a layer into a layer. Found by argument-dependent lookup: a room whose types are not layers but
// stand for one (an activation's functor) adds an overload beside them.
template <std::derived_from<Layer> L>
std::shared_ptr<const Layer> make_layer(L layer) {
  return std::make_shared<const L>(std::move(layer));
}

inline std::shared_ptr<const Layer> make_layer(std::shared_ptr<const Layer> layer) { return layer; }

}  // namespace weir
