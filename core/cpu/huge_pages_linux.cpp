#include <sys/mman.h>

#include "core/cpu/huge_pages.hpp"

namespace weir::cpu {

void use_huge_pages(void* data, std::size_t bytes) { madvise(data, bytes, MADV_HUGEPAGE); }

}  // namespace weir::cpu
