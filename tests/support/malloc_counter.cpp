#include "tests/support/malloc_counter.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>

// Not with sanitizers, which have their own allocator, nor with clang, which does not name them here.
#if defined(__GLIBC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {
std::atomic<std::int64_t> count{0};
}

extern "C" {

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) {
  ++count;
  return __libc_malloc(size);
}
void* calloc(std::size_t number, std::size_t size) {
  ++count;
  return __libc_calloc(number, size);
}
void* realloc(void* block, std::size_t size) {
  ++count;
  return __libc_realloc(block, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  ++count;
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++count;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
  ++count;
  *block = __libc_memalign(alignment, size);
  return *block == nullptr ? ENOMEM : 0;
}

}  // extern "C"

namespace weir::test {
std::int64_t allocations() { return count; }
const char* allocations_unknown() { return nullptr; }
}  // namespace weir::test

#else

namespace weir::test {
std::int64_t allocations() { return 0; }
const char* allocations_unknown() { return "calls of malloc are counted in g++ builds with glibc and without sanitizers"; }
}  // namespace weir::test

#endif
