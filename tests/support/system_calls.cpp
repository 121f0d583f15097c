#include "tests/support/system_calls.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <utility>

// Not with sanitizers, which have their own allocator.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if defined(__has_feature)
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer) && !__has_feature(memory_sanitizer)
#define WEIR_TEST_ALLOCATIONS
#endif
#else
#define WEIR_TEST_ALLOCATIONS
#endif
#endif

namespace weir::test {

namespace {

thread_local constinit SystemCalls* active = nullptr;

// Sets the active object aside, so that what it does itself is neither noted nor fails.
class Aside {
 public:
  Aside() : was_(std::exchange(active, nullptr)) {}
  ~Aside() { active = was_; }
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;
  SystemCalls* operator->() const { return was_; }

 private:
  SystemCalls* was_;
};

std::string path_of(const char* path) { return path; }

std::string path_of(int descriptor) {
  char path[4096];
  const ssize_t length = ::readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), path, sizeof path);
  return length < 0 ? std::string() : std::string(path, static_cast<std::size_t>(length));
}

// Whether the call goes on to the C library. Keeps errno unless it fails.
template <class File>
bool goes_on(const char* name, File file, std::size_t bytes = 0) {
  if (active == nullptr) return true;
  const int before = errno;
  const Aside calls;
  const bool fails = !calls->begins(name, path_of(file), static_cast<std::int64_t>(bytes));
  errno = fails ? calls->options().error : before;
  return !fails;
}

template <class F>
F* next(F*& function, const char* name) {
  if (function == nullptr) {
    const Aside calls;  // dlsym may allocate
    function = reinterpret_cast<F*>(::dlsym(RTLD_NEXT, name));
  }
  return function;
}

std::size_t at_once(std::size_t bytes) {
  const auto most = active == nullptr ? 0 : static_cast<std::size_t>(active->options().most_bytes);
  return most == 0 ? bytes : std::min(bytes, most);
}

}  // namespace

SystemCalls::SystemCalls() : SystemCalls(Options()) {}

SystemCalls::SystemCalls(const Options& options) : options_(options) {
  calls_.reserve(64);
  active = this;
}

SystemCalls::~SystemCalls() { active = nullptr; }

bool SystemCalls::begins(const char* name, const std::string& path, std::int64_t bytes) {
  const bool fails = std::ssize(calls_) == options_.fails;
  calls_.push_back({name, path, bytes});
  failed_ = failed_ || fails;
  return !fails;
}

bool SystemCalls::allocates() {
  const bool fails = allocations_++ == options_.allocation_fails;
  failed_ = failed_ || fails;
  return !fails;
}

#ifdef WEIR_TEST_ALLOCATIONS
const char* SystemCalls::allocations_unknown() { return nullptr; }
#else
const char* SystemCalls::allocations_unknown() { return "allocations can fail in builds with glibc and without sanitizers"; }
#endif

}  // namespace weir::test

using weir::test::active;
using weir::test::at_once;
using weir::test::goes_on;
using weir::test::next;

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  static int (*real)(const char*, int, ...) = nullptr;
  if (!goes_on("open", path)) return -1;
  return next(real, "open")(path, flags, mode);
}

int stat(const char* path, struct stat* facts) noexcept {
  static int (*real)(const char*, struct stat*) = nullptr;
  if (!goes_on("stat", path)) return -1;
  return next(real, "stat")(path, facts);
}

int fstat(int descriptor, struct stat* facts) noexcept {
  static int (*real)(int, struct stat*) = nullptr;
  if (!goes_on("fstat", descriptor)) return -1;
  return next(real, "fstat")(descriptor, facts);
}

ssize_t read(int descriptor, void* into, std::size_t bytes) {
  static ssize_t (*real)(int, void*, std::size_t) = nullptr;
  if (!goes_on("read", descriptor, bytes)) return -1;
  return next(real, "read")(descriptor, into, at_once(bytes));
}

ssize_t pread(int descriptor, void* into, std::size_t bytes, off_t offset) {
  static ssize_t (*real)(int, void*, std::size_t, off_t) = nullptr;
  if (!goes_on("pread", descriptor, bytes)) return -1;
  return next(real, "pread")(descriptor, into, at_once(bytes), offset);
}

ssize_t write(int descriptor, const void* from, std::size_t bytes) {
  static ssize_t (*real)(int, const void*, std::size_t) = nullptr;
  if (!goes_on("write", descriptor, bytes)) return -1;
  return next(real, "write")(descriptor, from, at_once(bytes));
}

ssize_t pwrite(int descriptor, const void* from, std::size_t bytes, off_t offset) {
  static ssize_t (*real)(int, const void*, std::size_t, off_t) = nullptr;
  if (!goes_on("pwrite", descriptor, bytes)) return -1;
  return next(real, "pwrite")(descriptor, from, at_once(bytes), offset);
}

int fsync(int descriptor) {
  static int (*real)(int) = nullptr;
  if (!goes_on("fsync", descriptor)) return -1;
  return next(real, "fsync")(descriptor);
}

int fchmod(int descriptor, mode_t mode) noexcept {
  static int (*real)(int, mode_t) = nullptr;
  if (!goes_on("fchmod", descriptor)) return -1;
  return next(real, "fchmod")(descriptor, mode);
}

int ftruncate(int descriptor, off_t length) noexcept {
  static int (*real)(int, off_t) = nullptr;
  if (!goes_on("ftruncate", descriptor)) return -1;
  return next(real, "ftruncate")(descriptor, length);
}

int rename(const char* from, const char* to) noexcept {
  static int (*real)(const char*, const char*) = nullptr;
  if (!goes_on("rename", from)) return -1;
  return next(real, "rename")(from, to);
}

int unlink(const char* path) noexcept {
  static int (*real)(const char*) = nullptr;
  if (!goes_on("unlink", path)) return -1;
  return next(real, "unlink")(path);
}

int mkdir(const char* path, mode_t mode) noexcept {
  static int (*real)(const char*, mode_t) = nullptr;
  if (!goes_on("mkdir", path)) return -1;
  return next(real, "mkdir")(path, mode);
}

int close(int descriptor) {
  static int (*real)(int) = nullptr;
  const bool fine = goes_on("close", descriptor);
  const int error = errno, result = next(real, "close")(descriptor);
  if (!fine) errno = error;
  return fine ? result : -1;
}

#ifdef WEIR_TEST_ALLOCATIONS

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

static bool may_allocate() {
  if (active == nullptr || active->allocates()) return true;
  errno = ENOMEM;
  return false;
}

void* malloc(std::size_t size) { return may_allocate() ? __libc_malloc(size) : nullptr; }
void* calloc(std::size_t number, std::size_t size) { return may_allocate() ? __libc_calloc(number, size) : nullptr; }
void* realloc(void* block, std::size_t size) { return may_allocate() ? __libc_realloc(block, size) : nullptr; }
void* memalign(std::size_t alignment, std::size_t size) { return may_allocate() ? __libc_memalign(alignment, size) : nullptr; }
void* aligned_alloc(std::size_t alignment, std::size_t size) { return may_allocate() ? __libc_memalign(alignment, size) : nullptr; }
int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
  *block = may_allocate() ? __libc_memalign(alignment, size) : nullptr;
  return *block == nullptr ? ENOMEM : 0;
}

#endif

}  // extern "C"
