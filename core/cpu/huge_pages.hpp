#pragma once

#include <cstddef>

namespace weir::cpu {

// Size of a huge page. Blocks of at least this size are aligned to it and request huge pages: gathering random samples from a large data
// set would otherwise miss the TLB for every sample.
inline constexpr std::size_t huge_page = std::size_t{2} << 20;

constexpr std::size_t round_up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

// Requests huge pages for [data, data + bytes); data is aligned to huge_page. Does nothing where the system has none.
void use_huge_pages(void* data, std::size_t bytes);

}  // namespace weir::cpu
