#pragma once

#include <weir/core/files.hpp>
#include <weir/core/tensor.hpp>

namespace weir {

// Reads an IDX file of unsigned bytes, on a disk or in memory, the format of MNIST, raw or gzipped (its first bytes tell, not its name),
// into a u8 tensor with the file's own extents: images [samples, rows, columns], labels [samples]. Takes no more memory than the file can
// fill. Throws FileError for what cannot be opened or read or is no regular file, FormatError for a file that is not exactly what its
// header promises: cut off, too long, damaged, of another type, empty.
Tensor read_idx(const FileSource& file);

}  // namespace weir
