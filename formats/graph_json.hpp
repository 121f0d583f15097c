#pragma once

#include <string>
#include <string_view>
#include <weir/core/graph.hpp>

namespace weir {

// A Graph as JSON:
// {"nodes": [{"name": "input", "shape": [784], "storage": "compute"},
//            {"name": "0", "type": "dense", "config": {"out": 10, ...}, "inputs": ["input"]}], "outputs": ["0"]}
// Nodes stand in the graph's own order; a node with a shape is an input. Storage is "compute", "u8" or "i32".
std::string graph_to_text(const Graph& graph);

// Builds it again out of registered layers. The text is nobody's word: FormatError for its structure, and whatever the layers and the
// Graph throw for its content; none names a file.
Graph graph_from_text(std::string_view text);

}  // namespace weir
