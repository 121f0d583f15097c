#pragma once

#include <functional>

#include <weir/core/files.hpp>
#include <weir/core/tensor.hpp>

namespace weir {

// read_idx, but `accept` sees the extents in the header before any memory is taken: it throws, or returns the shape of as many
// elements that the tensor gets.
Tensor read_idx(const FileSource& file, const std::function<Shape(const Shape&)>& accept);

}  // namespace weir
