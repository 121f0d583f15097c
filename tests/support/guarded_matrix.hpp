#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>

namespace weir::test {

// Memory between two inaccessible pages: an access one byte out of bounds crashes the program.
class GuardedMemory {
 public:
  explicit GuardedMemory(std::size_t bytes) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    bytes_ = (bytes + page - 1) / page * page;
    total_ = bytes_ + 2 * page;
    whole_ = ::mmap(nullptr, total_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (whole_ == MAP_FAILED) throw std::bad_alloc();
    begin_ = static_cast<std::byte*>(whole_) + page;
    if (bytes_ > 0 && ::mprotect(begin_, bytes_, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
  }
  ~GuardedMemory() { ::munmap(whole_, total_); }
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;

  std::byte* begin() const { return begin_; }
  std::byte* end() const { return begin_ + bytes_; }

 private:
  void* whole_ = nullptr;
  std::byte* begin_ = nullptr;
  std::size_t bytes_ = 0, total_ = 0;
};

// A matrix in guarded memory: its last element is next to the page after it, or its first next to the page before it. Its rows of `columns`
// floats are `stride` floats apart; the gaps hold a value that no code should read or change.
class GuardedMatrix {
 public:
  enum class At { begin, end };

  GuardedMatrix(std::int64_t rows, std::int64_t columns, std::int64_t stride, float between, At at = At::end)
      : rows_(rows), columns_(columns), stride_(stride), between_(between), memory_(sizeof(float) * count()) {
    auto* floats = reinterpret_cast<float*>(memory_.begin());
    auto* behind = reinterpret_cast<float*>(memory_.end());
    std::fill(floats, behind, between);
    first_ = at == At::begin ? floats : behind - count();
  }

  float* data() const { return first_; }
  float& operator()(std::int64_t row, std::int64_t column) const { return first_[row * stride_ + column]; }

  // Whether the gaps between the rows are unchanged.
  bool untouched_between() const {
    for (std::int64_t row = 0; columns_ > 0 && row + 1 < rows_; ++row) {
      for (std::int64_t i = columns_; i < stride_; ++i) {
        if ((*this)(row, i) != between_) return false;
      }
    }
    return true;
  }

 private:
  std::size_t count() const { return rows_ == 0 || columns_ == 0 ? 0 : static_cast<std::size_t>((rows_ - 1) * stride_ + columns_); }

  std::int64_t rows_, columns_, stride_;
  float between_;
  GuardedMemory memory_;
  float* first_ = nullptr;
};

}  // namespace weir::test
