#include "core/model/program.hpp"

namespace weir {

namespace {

// The number of edges that leave each entry; being a graph output counts as one.
std::vector<std::size_t> count_readers(const Graph& graph) {
  std::vector<std::size_t> readers(graph.entries().size(), 0);
  for (const Graph::Entry& entry : graph.entries()) {
    for (const std::size_t input : entry.inputs) ++readers[input];
  }
  for (const std::size_t output : graph.outputs()) ++readers[output];
  return readers;
}

}  // namespace

std::vector<FusedCall> fuse_calls(const Graph& graph, bool fuse) {
  const std::vector<std::size_t> readers = count_readers(graph);
  std::vector<FusedCall> calls;
  std::vector<std::size_t> call_of(graph.entries().size(), static_cast<std::size_t>(-1));  // the call that computes an entry's output
  for (std::size_t index = 0; index < graph.entries().size(); ++index) {
    const Graph::Entry& entry = graph.entries()[index];
    if (!entry.layer) continue;
    const std::size_t before = entry.inputs.size() == 1 ? call_of[entry.inputs[0]] : static_cast<std::size_t>(-1);
    if (fuse && before < calls.size() && readers[entry.inputs[0]] == 1) {
      FusedCall& call = calls[before];
      if (std::shared_ptr<const Layer> both = call.layer->absorb(*entry.layer)) {
        call.plan = both->infer(graph.input_shapes(call.first));
        call.layer = std::move(both);
        call.name += "+" + entry.name;
        call.last = index;
        call_of[index] = before;
        continue;
      }
    }
    call_of[index] = calls.size();
    calls.push_back({entry.name, entry.layer, entry.plan, index, index, entry.inputs});
  }
  return calls;
}

}  // namespace weir
