#pragma once

#include <cstddef>
#include <vector>

namespace weir {

// Replaces a row-major matrix with `rows` rows by one whose rows (or columns, if there are fewer of them) are orthonormal: Q of its QR
// decomposition, or of its transpose's if the matrix is wider than tall, with each column times the sign of R's diagonal, which makes the
// decomposition unique. Single-threaded.
void orthogonalize(std::vector<double>& matrix, std::size_t rows);

}  // namespace weir
