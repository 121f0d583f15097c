#include <cstring>

#include "core/stream.hpp"

namespace weir::cpu {

void stream_lines(const void* from, void* to, std::size_t lines) { std::memcpy(to, from, lines * cache_line); }

void stream_end() {}

}  // namespace weir::cpu
