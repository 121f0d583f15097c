#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

#include <weir/core/context.hpp>

#include "core/cpu/huge_pages.hpp"
#include "core/cpu/team.hpp"

namespace weir::cpu {

// Scratch memory for the tiles of a parallel_for, aligned to 64 bytes: a part for each thread and one that all share. The calling
// thread keeps one: later calls that need no more bytes do not allocate.
class TileScratch {
 public:
  void reserve(const Context& context, std::size_t part, std::size_t shared = 0) {  // sizes in bytes; call before the tiles run
    const auto threads = static_cast<std::size_t>(std::min(context.threads, team_most));
    part_ = round_up(part, line);
    parts_ = round_up(threads, line);
    shared_ = parts_ + part_ * threads;
    if (shared_ + shared > size_) {
      const std::size_t bytes = shared_ + shared, size = bytes < huge_page ? bytes : round_up(bytes, huge_page);
      memory_.reset(static_cast<std::byte*>(::operator new (size, std::align_val_t{huge_page})));
      size_ = size;
      if (size >= huge_page) use_huge_pages(memory_.get(), size);
    }
    std::fill_n(memory_.get(), threads, std::byte{0});
  }

  void* mine() const { return memory_.get() + parts_ + part_ * member(); }  // this thread's part; call inside a tile
  void* shared() const { return memory_.get() + shared_; }

  // Call inside a tile: true for the first call of this thread since reserve.
  bool first_time() const { return std::exchange(memory_.get()[member()], std::byte{1}) == std::byte{0}; }

 private:
  static constexpr std::size_t line = 64;
  static std::size_t member() { return static_cast<std::size_t>(team_member()); }

  struct Free {
    void operator()(std::byte* block) const { ::operator delete (block, std::align_val_t{huge_page}); }
  };
  std::unique_ptr<std::byte, Free> memory_;  // one flag byte for each thread, then the threads' parts, then the shared part
  std::size_t size_ = 0, part_ = 0, parts_ = 0, shared_ = 0;  // bytes in all, bytes of a part; where the parts and the shared part begin
};

// This thread's. A static destructor, which runs when the objects of the thread are gone, gets a new one.
inline TileScratch& own_scratch() {
  static constinit thread_local TileScratch* own = nullptr;
  struct Owner {
    ~Owner() { delete std::exchange(own, nullptr); }
  };
  if (!own) {
    static thread_local Owner owner;
    static_cast<void>(owner);
    own = new TileScratch;
  }
  return *own;
}

}  // namespace weir::cpu
