#pragma once

#include <cerrno>
#include <cstdint>
#include <string>
#include <vector>

namespace weir::test {

// The calls of the operating system that this thread makes while the object lives, in order; one of them can be made to fail. For test
// programs that link system_calls.cpp, which puts its own open, stat, read, write, pwrite, fsync, rename, close, unlink, mkdir and ftruncate before
// those of the C library. Where allocations can be counted, a memory allocation can fail too. One object at a time.
//
// The usual use makes each call fail in turn, until a run had no more calls than `n`:
//   for (std::int64_t n = 0;; ++n) {
//     SystemCalls calls({.fails = n});
//     try { save(...); } catch (const FileError&) { ... }
//     if (!calls.failed()) break;
//   }
class SystemCalls {
 public:
  struct Options {
    std::int64_t fails = none;             // this call fails, counted from 0 ...
    int error = EIO;                       // ... with this errno and without effect; only close() closes nevertheless
    std::int64_t allocation_fails = none;  // this allocation returns nullptr, counted from 0
    std::int64_t most_bytes = 0;           // above 0: a read or a write takes at most so many bytes at once
  };
  struct Call {
    std::string name;  // "write"
    std::string path;  // of the file; for a call with a descriptor that which it was opened with
    std::int64_t bytes = 0;
  };
  static constexpr std::int64_t none = -1;

  SystemCalls();
  explicit SystemCalls(const Options& options);
  SystemCalls(const SystemCalls&) = delete;
  SystemCalls& operator=(const SystemCalls&) = delete;
  ~SystemCalls();

  const std::vector<Call>& calls() const { return calls_; }
  bool failed() const { return failed_; }                    // the call or the allocation to fail was reached
  std::int64_t allocations() const { return allocations_; }  // so far
  static const char* allocations_unknown();                  // why allocations cannot fail in this build; nullptr if they can

  // For system_calls.cpp.
  bool begins(const char* name, const std::string& path, std::int64_t bytes = 0);  // notes a call; false: it must fail
  bool allocates();                                                                // false: it must fail
  const Options& options() const { return options_; }

 private:
  Options options_;
  std::vector<Call> calls_;
  bool failed_ = false;
  std::int64_t allocations_ = 0;
};

}  // namespace weir::test
