#include "core/cpu/huge_pages.hpp"

namespace weir::cpu {

void use_huge_pages(void*, std::size_t) {}

}  // namespace weir::cpu
