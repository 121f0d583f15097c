#pragma once

#include <cstddef>

namespace weir::cpu {

// Blocks of at least this many bytes are aligned to huge pages and asked to use them: with small pages, each sample gathered from a large
// data set would cost a look into the page table.
inline constexpr std::size_t huge_page = std::size_t{2} << 20;

constexpr std::size_t round_up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

// Asks for huge pages for [data, data + bytes), data aligned to huge_page. Does nothing on a system without.
void use_huge_pages(void* data, std::size_t bytes);

}  // namespace weir::cpu
