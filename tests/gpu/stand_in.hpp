#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gpu/runtime/runtime.hpp"

namespace weir::test {

// A simulated CUDA device behind the Runtime function table, for tests without hardware. Its memory is host memory; its queues (streams)
// execute immediately; a captured graph stores the work and executes it at each replay. It enforces CUDA's rules (no allocation and no wait
// during a capture, and captured work is not executed; no launch on a stream of another device than the current one) and records every
// call. Only one may exist at a time.
//
// After defer() its queues execute work as late as CUDA allows, or at random times, so that missing synchronisation shows.
class StandIn {
 public:
  explicit StandIn(int devices = 1, std::size_t bytes = std::size_t{1} << 32);
  ~StandIn();
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;

  struct Call {
    std::string what;  // "allocate", "copy", "run", "launch relu", ...
    bool captured = false;
    std::uintptr_t stream = 0;  // number of the stream, from 1; 0: none
    std::uintptr_t event = 0;   // number of the event, from 1; 0: none
    int device = 0;             // the thread's current one
  };
  const std::vector<Call>& calls() const { return calls_; }
  std::int64_t count(const std::string& what) const;  // number of calls whose name begins with this
  void clear_calls() { calls_.clear(); }

  // From now on a queue executes nothing before it is waited for; with a seed, each call also lets random queues execute some work.
  void defer(std::uint64_t seed = 0) { pace_ = {true, seed, seed}; }

  std::size_t used() const { return used_; }
  std::size_t blocks() const { return blocks_.size(); }
  std::size_t pinned_blocks() const { return pinned_.size(); }
  std::size_t events() const { return events_.size(); }
  std::size_t free() const { return bytes_ - used_; }
  void limit(std::size_t bytes) { bytes_ = bytes; }

  // The next call with this name does nothing and returns this code.
  void fail_next(const std::string& what, cuda::Code code) { failures_[what] = code; }

  // Executes work as a device would execute a kernel on this queue: now, later, or at each replay of the graph that is being recorded.
  using Work = std::function<void()>;
  static cuda::Code run(Work work, void* stream);

  static constexpr cuda::Code out_of_memory = 2, invalid = 1, no_device = 100, illegal_address = 700, in_capture = 900;

 private:
  struct Recorded {
    std::vector<Work> work;
  };

  struct Event {
    std::uint64_t recorded = 0, reached = 0;  // how often it was recorded, and how many of these the queue has reached
    void* stream = nullptr;                   // of the last record
  };
  // An entry of a queue: work, the record of an event, or a wait for one.
  struct Item {
    enum class Kind : std::uint8_t { work, moment, wait } kind = Kind::work;
    Work work;
    std::shared_ptr<Event> event;  // shared: the event may be released meanwhile
    std::uint64_t moment = 0;
  };
  struct Pace {
    bool deferred = false;
    std::uint64_t seed = 0, state = 0;
  };

  static StandIn& self();
  static cuda::Runtime table();
  cuda::Code begin(const std::string& what, bool allowed_in_capture, void* stream = nullptr, void* event = nullptr);
  cuda::Code enqueue(const std::string& what, void* stream, Work work);
  cuda::Code launch(const std::string& what, void* stream, Work work);
  void put(void* stream, Item item);
  bool take(void* stream, bool demanded);  // executes the next item of a queue; false: it waits for an event, or is empty
  void reach(Event& event, std::uint64_t moment);
  void drain(void* stream);
  void drain_all();
  void wander();
  std::uint64_t random(std::uint64_t below);

  int devices_;
  std::size_t bytes_, used_ = 0;
  std::map<void*, std::size_t> blocks_, pinned_;
  std::map<void*, std::unique_ptr<Recorded>> graphs_;
  std::unique_ptr<Recorded> capture_;
  std::vector<Call> calls_;
  std::map<std::string, cuda::Code> failures_;
  std::map<void*, std::deque<Item>> queues_;
  std::map<void*, int> devices_of_queues_;
  std::map<void*, std::shared_ptr<Event>> events_;
  Pace pace_;
  std::uintptr_t streams_ = 0, events_made_ = 0;
  cuda::Runtime runtime_;
  std::optional<cuda::RuntimeOverride> override_;
};

}  // namespace weir::test
