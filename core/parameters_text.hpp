#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <weir/core/graph.hpp>

namespace weir {

// What prints say of a node's parameters: "1,290" and the unit, "shares 0" where all are another node's, "10, shares 0.weight" where some
// are; nothing where there are none. Adds the number of its own to total.
std::string parameters_text(const Graph& graph, std::size_t node, const std::string& unit, std::int64_t& total);

}  // namespace weir
