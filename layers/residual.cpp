#include <weir/layers/add.hpp>
#include <weir/layers/residual.hpp>

namespace weir {

Node Residual::append_to(Graph& graph, Node x) const {
  Node y = x;
  for (const auto& layer : layers_) y = graph.add(layer, {y});
  return graph.add(Add(), {x, y});
}

}  // namespace weir
