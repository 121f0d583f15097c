#pragma once

#include <string>
#include <string_view>
#include <weir/core/config.hpp>
#include <weir/core/graph.hpp>

namespace weir {

// A Graph as JSON, as in the files that save() writes:
// {"nodes": [{"name": "input", "shape": [784], "storage": "compute"},
//            {"name": "0", "type": "dense", "config": {"out": 10, ...}, "inputs": ["input"]}], "outputs": ["0"]}
// Nodes are in the graph's order; a node with a shape is an input. Storage is "compute", "u8" or "i32". A node that shares parameters of
// earlier nodes (Graph::share_parameters) lists them: "shares": {"weight": "0"}. ConfigError for a layer that cannot be saved or a text
// that is not UTF-8.
std::string to_json(const Graph& graph);

// Makes the Graph again from weir's layers and those registered with register_layer(). Safe for untrusted text: FormatError for an invalid
// structure, and whatever the layers and the Graph throw for invalid values; messages name no file.
Graph graph_from_json(std::string_view json);

// A Config as a JSON object and back, without any loss: the order and kind of entries and the bits of numbers are kept. Values that JSON
// cannot express have a form of their own: {"number": "inf"}, "-inf" or "nan"; {"integers": []}, {"numbers": [...]}, {"words": []} for a
// list that is empty or holds such a number. Nested Configs are [{"type": "StepLR", "config": {...}}], at most 3 deep, and {"configs": []}
// if there are none. ConfigError for a deeper Config or a text that is not UTF-8; FormatError for JSON that is not a Config.
std::string to_json(const Config& config);
Config config_from_json(std::string_view json);

}  // namespace weir
