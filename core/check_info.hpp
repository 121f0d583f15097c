#pragma once

#include <cstdint>
#include <string>

#include <weir/core/data_info.hpp>
#include <weir/core/graph.hpp>

namespace weir {

// Checks the divisor, image and column names of data with `features` numbers a sample. Throws ConfigError; its message begins with `who`.
void check_info(const std::string& who, const FieldInfo& info, std::int64_t features);

// The same for every input and output of the graph; also checks the number of FieldInfos, and of class names against the output's classes.
void check_info(const std::string& who, const DataInfo& info, const Graph& graph);

}  // namespace weir
