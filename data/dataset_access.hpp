#pragma once

#include <string>
#include <vector>

#include <weir/data/dataset.hpp>

namespace weir {

// The fields of a copy that is to be changed; what was checked when it was made must stay true.
struct DatasetAccess {
  static std::vector<Field>& inputs(Dataset& data) { return data.inputs_; }
  static std::vector<Field>& targets(Dataset& data) { return data.targets_; }
};

// Copies u8 or i64 into i32. NumericError, which begins with `who`, names the first sample that does not fit.
void make_whole(const std::string& who, Field& field);

}  // namespace weir
