#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace weir {

// The items [begin, end) of a list.
struct IndexRange {
  std::int64_t begin = 0, end = 0;
  std::int64_t count() const { return end - begin; }
};

// The items that a rank gets of `count`, dealt to `ranks` in runs of equal length; the first ranks get one more.
inline IndexRange deal(std::int64_t count, int ranks, int rank) {
  const std::int64_t each = count / ranks, more = count % ranks;
  const auto begin = [&](std::int64_t r) { return r * each + std::min(r, more); };
  return {begin(rank), begin(rank + 1)};
}

// Whether two neighbouring subtrees are the two halves of one subtree, in the tree of GradientSum over so many leaves: the left one is
// complete, and the right one goes as far as the leaves do.
inline bool are_halves(const IndexRange& left, const IndexRange& right, std::int64_t leaves) {
  const std::int64_t size = left.count();
  return std::has_single_bit(static_cast<std::uint64_t>(size)) && left.begin % (2 * size) == 0 &&
         right.end == std::min(left.begin + 2 * size, leaves);
}

// Adds a leaf or subtree to a stack of subtrees: calls merge() for each pair of halves on top of it that become one.
template <class F>
void push_subtree(std::vector<IndexRange>& stack, const IndexRange& subtree, std::int64_t leaves, F&& merge) {
  stack.push_back(subtree);
  while (stack.size() > 1 && are_halves(stack.end()[-2], stack.back(), leaves)) {
    stack.end()[-2].end = stack.back().end;
    stack.pop_back();
    merge();
  }
}

// The largest subtrees that make up a run of leaves.
inline std::vector<IndexRange> subtrees_of(const IndexRange& run, std::int64_t leaves) {
  std::vector<IndexRange> stack;
  for (std::int64_t i = run.begin; i < run.end; ++i) push_subtree(stack, {i, i + 1}, leaves, [] {});
  return stack;
}

}  // namespace weir
