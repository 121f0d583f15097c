#pragma once

#include <cstddef>
#include <memory>
#include <new>

#include <weir/core/context.hpp>

#include "core/team.hpp"

namespace weir::cpu {

// Memory for the tiles of a parallel_for, aligned to 64 bytes: a part for each thread that may run them and one for all. The thread that
// calls keeps it (static thread_local), so that a later call with no more bytes allocates nothing, whichever threads then run the tiles.
class TileScratch {
 public:
  void reserve(const Context& context, std::size_t part, std::size_t shared = 0) {  // bytes; before the tiles
    part_ = (part + line - 1) / line * line;
    const std::size_t parts = part_ * static_cast<std::size_t>(context.threads), wanted = parts + shared;
    shared_ = parts;
    if (wanted <= size_) return;
    memory_.reset(static_cast<std::byte*>(::operator new (wanted, std::align_val_t{line})));
    size_ = wanted;
  }

  void* mine() const { return memory_.get() + part_ * static_cast<std::size_t>(team_member()); }  // in a tile
  void* shared() const { return memory_.get() + shared_; }

 private:
  static constexpr std::size_t line = 64;
  struct Free {
    void operator()(std::byte* block) const { ::operator delete (block, std::align_val_t{line}); }
  };
  std::unique_ptr<std::byte, Free> memory_;
  std::size_t size_ = 0, part_ = 0, shared_ = 0;
};

}  // namespace weir::cpu
