#include <algorithm>
#include <numeric>
#include <vector>

#include "core/model/memory_plan.hpp"

namespace weir {

namespace {

constexpr std::int64_t alignment = 64;

std::int64_t rounded(std::int64_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

// The lowest offset at which `bytes` fit between blocks sorted by offset.
std::int64_t first_gap(const std::vector<const PlannedBlock*>& neighbours, std::int64_t bytes) {
  std::int64_t offset = 0;
  for (const PlannedBlock* block : neighbours) {
    if (block->offset >= offset + bytes) break;
    offset = std::max(offset, block->offset + rounded(block->bytes));
  }
  return offset;
}

}  // namespace

std::int64_t plan_memory(std::span<PlannedBlock> blocks, bool reuse) {
  std::vector<PlannedBlock*> order(blocks.size());
  std::iota(order.begin(), order.end(), blocks.data());
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->bytes > b->bytes; });

  std::int64_t total = 0;
  std::vector<const PlannedBlock*> neighbours;
  for (std::size_t i = 0; i < order.size(); ++i) {
    PlannedBlock& block = *order[i];
    neighbours.clear();
    for (std::size_t j = 0; j < i; ++j) {
      const bool together = order[j]->first <= block.last && block.first <= order[j]->last;
      if (together || !reuse) neighbours.push_back(order[j]);
    }
    std::sort(neighbours.begin(), neighbours.end(), [](const auto* a, const auto* b) { return a->offset < b->offset; });
    block.offset = first_gap(neighbours, rounded(block.bytes));
    total = std::max(total, block.offset + rounded(block.bytes));
  }
  return total;
}

}  // namespace weir
