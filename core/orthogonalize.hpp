#pragma once

#include <cstddef>
#include <vector>

namespace weir {

// Replaces a row-major matrix of so many rows by the nearest thing to it with orthonormal rows, or columns where there are fewer of them:
// Q of its QR decomposition (of the tall one of it and its transpose), each column with the sign of R's diagonal. One thread.
void orthogonalize(std::vector<double>& matrix, std::size_t rows);

}  // namespace weir
