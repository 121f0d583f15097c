#pragma once

#include <cstddef>

namespace weir::cpu {

// From this many bytes on, a result that is written once is better written past the caches: it would push everything else out of them, and
// each of its lines would be read first.
inline constexpr std::size_t stream_bytes = std::size_t{16} << 20;

// Copies past the caches, where the processor can. The ranges do not overlap; alignment is that of a number. After the last of them
// stream_end(), so that other threads see it all before whatever tells them that it is there.
void stream_copy(const void* from, void* to, std::size_t bytes);
void stream_end();

}  // namespace weir::cpu
