#pragma once

#include <string>
#include <string_view>
#include <weir/core/config.hpp>
#include <weir/core/graph.hpp>

namespace weir {

// A Graph as JSON, as it stands in the files that save() writes:
// {"nodes": [{"name": "input", "shape": [784], "storage": "compute"},
//            {"name": "0", "type": "dense", "config": {"out": 10, ...}, "inputs": ["input"]}], "outputs": ["0"]}
// Nodes stand in the graph's own order; a node with a shape is an input. Storage is "compute", "u8" or "i32". A node
// with parameters of earlier ones (Graph::share_parameters) says of which: "shares": {"weight": "0"}.
// ConfigError for a layer that cannot be saved or a text that is not UTF-8.
std::string to_json(const Graph& graph);

// Builds it again out of weir's layers and those that register_layer() was told of. Nothing in the text is trusted: FormatError for its
// structure, and whatever the layers and the Graph throw for its content; none names a file.
Graph graph_from_json(std::string_view json);

// A Config as a JSON object and back, exactly: the order, the kind of each entry, the bits of each number. What JSON leaves open is
// spelled out: {"number": "inf"} or "-inf" or "nan", and {"integers": []}, {"numbers": [...]}, {"words": []} for a list that is empty or
// holds such a number. Configs inside are [{"type": "StepLR", "config": {...}}], at most 3 deep; none: {"configs": []}. ConfigError for a
// deeper Config or a text that is not UTF-8; FormatError for JSON that is no Config.
std::string to_json(const Config& config);
Config config_from_json(std::string_view json);

}  // namespace weir
