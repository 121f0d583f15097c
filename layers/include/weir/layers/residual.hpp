#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>
#include <weir/core/graph.hpp>

namespace weir {

// y = x + f(x), where f is a chain of layers that keeps the shape. Used like a layer in sequential(), where it expands to those layers and
// an Add.
//
//   sequential({784}, Dense(64), Residual(Dense(64), ReLU(), Dense(64)), Dense(10))
//
// In a graph: node = Residual(...).append_to(graph, node). He, Zhang, Ren, Sun, "Deep residual learning" (2016).
class Residual {
 public:
  template <class... Layers>
  requires(!std::same_as<std::remove_cvref_t<Layers>, Residual> && ...) explicit Residual(Layers&&... layers)
      : layers_{make_layer(std::forward<Layers>(layers))...} {}

  explicit Residual(std::vector<std::shared_ptr<const Layer>> layers) : layers_(std::move(layers)) {}

  // Adds the layers after x, and the Add; returns the Add's node. ShapeError as Graph::add.
  Node append_to(Graph& graph, Node x) const;

 private:
  std::vector<std::shared_ptr<const Layer>> layers_;
};

}  // namespace weir
