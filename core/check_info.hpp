#pragma once

#include <cstdint>
#include <string>

#include <weir/core/data_info.hpp>
#include <weir/core/graph.hpp>

namespace weir {

// That divisor, image and column names make sense for samples of so many numbers. ConfigError, which begins with `who`.
void check_info(const std::string& who, const FieldInfo& info, std::int64_t features);

// The same for one FieldInfo for each input and output of the graph; counts are of those, and of the output's classes, too.
void check_info(const std::string& who, const DataInfo& info, const Graph& graph);

}  // namespace weir
