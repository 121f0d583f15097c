#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gpu/runtime.hpp"

namespace weir::test {

// A device that is not there, under the runtime's table: its memory is the host's, its queue works at once, its captured graphs keep what
// was asked for and do it when they are replayed. It keeps CUDA's rules (in a capture no allocation, no wait, nothing done) and writes
// down every call. One at a time.
class StandIn {
 public:
  explicit StandIn(int devices = 1, std::size_t bytes = std::size_t{1} << 32);
  ~StandIn();
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;

  struct Call {
    std::string what;  // "allocate", "copy", "run", "launch relu", ...
    bool captured = false;
  };
  const std::vector<Call>& calls() const { return calls_; }
  std::int64_t count(const std::string& what) const;  // of calls that began with this
  void clear_calls() { calls_.clear(); }

  std::size_t used() const { return used_; }
  std::size_t blocks() const { return blocks_.size(); }
  std::size_t free() const { return bytes_ - used_; }
  void limit(std::size_t bytes) { bytes_ = bytes; }

  // The next call of this kind answers with the code instead of doing anything.
  void fail_next(const std::string& what, cuda::Code code) { failures_[what] = code; }

  static constexpr cuda::Code out_of_memory = 2, invalid = 1, no_device = 100, illegal_address = 700, in_capture = 900;

 private:
  using Work = std::function<void()>;
  struct Recorded {
    std::vector<Work> work;
  };

  static StandIn& self();
  static cuda::Runtime table();
  cuda::Code begin(const std::string& what, bool allowed_in_capture);
  cuda::Code enqueue(const std::string& what, Work work);

  int devices_;
  std::size_t bytes_, used_ = 0;
  std::map<void*, std::size_t> blocks_;
  std::map<void*, std::unique_ptr<Recorded>> graphs_;
  std::unique_ptr<Recorded> capture_;
  std::vector<Call> calls_;
  std::map<std::string, cuda::Code> failures_;
  std::uintptr_t streams_ = 0;
  cuda::Runtime runtime_;
  std::optional<cuda::RuntimeOverride> override_;
};

}  // namespace weir::test
