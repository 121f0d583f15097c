#pragma once

#include <weir/core/files.hpp>
#include <weir/core/tensor.hpp>

namespace weir {

// Reads an IDX file of unsigned bytes, the format of MNIST, raw or gzipped (told by its first bytes, not its name), into a u8 tensor with
// the file's extents: images [samples, rows, columns], labels [samples]. Allocates no more memory than the file can fill. Throws FileError
// for a file that cannot be opened or read or is not a regular file, FormatError for a file that does not match its header: truncated, too
// long, damaged, of another type, empty.
Tensor read_idx(const FileSource& file);

}  // namespace weir
