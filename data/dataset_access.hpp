#pragma once

#include <string>
#include <vector>

#include <weir/data/dataset.hpp>

namespace weir {

// Access to the fields of a copy of a Dataset in order to change them; they must still satisfy the checks of Dataset's constructor.
struct DatasetAccess {
  static std::vector<Field>& inputs(Dataset& data) { return data.inputs_; }
  static std::vector<Field>& targets(Dataset& data) { return data.targets_; }
};

// Converts a u8 or i64 field to i32. NumericError, which begins with `who`, names the first sample that does not fit.
void make_whole(const std::string& who, Field& field);

}  // namespace weir
