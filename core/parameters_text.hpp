#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <weir/core/graph.hpp>

namespace weir {

// The text about a node's parameters in printed tables: "1,290" and the unit; "shares 0" if all are another node's, "10, shares 0.weight"
// if some are; empty if there are none. Adds the number of its own parameters to total.
std::string parameters_text(const Graph& graph, std::size_t node, const std::string& unit, std::int64_t& total);

}  // namespace weir
