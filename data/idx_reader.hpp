#pragma once

#include <functional>

#include <weir/core/files.hpp>
#include <weir/core/tensor.hpp>

namespace weir {

// read_idx with a check: `accept` gets the extents from the header before memory is allocated, and returns the shape of the tensor (with
// the same number of elements) or throws.
Tensor read_idx(const FileSource& file, const std::function<Shape(const Shape&)>& accept);

}  // namespace weir
