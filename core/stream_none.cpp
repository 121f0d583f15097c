#include <cstring>

#include "core/stream.hpp"

namespace weir::cpu {

void stream_copy(const void* from, void* to, std::size_t bytes) { std::memcpy(to, from, bytes); }

void stream_end() {}

}  // namespace weir::cpu
