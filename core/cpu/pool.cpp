#include "core/cpu/pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <system_error>
#include <thread>

#include "core/cpu/processors.hpp"
#include "core/cpu/standard_floats.hpp"
#include "core/cpu/team_calls.hpp"
#include "core/cpu/thread_state.hpp"

namespace weir::cpu {

constinit std::atomic<Pool*> Pool::now_{nullptr}, Pool::before_fork_{nullptr};

Pool::Pool(Pool* before) : before_(before), limit_(default_threads().count - 1) {}

// Without a lock, not even that of a static variable: another thread might hold it at a fork().
Pool& Pool::get() {
  if (Pool* pool = now_.load(std::memory_order_acquire)) return *pool;
  static constinit std::atomic<bool> watched{false};
  if (!watched.exchange(true)) pthread_atfork(nullptr, nullptr, forget);
  Pool *made = new Pool(before_fork_.load()), *other = nullptr;
  if (now_.compare_exchange_strong(other, made)) return *made;
  delete made;
  return *other;
}

void Pool::forget() {
  before_fork_ = now_.exchange(nullptr);
  own_state.team = nullptr;
}

Team& Pool::borrow() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) {
    free_.reserve(teams_.size() + 1);  // so that give_back does not allocate
    return *teams_.emplace_back(std::make_unique<Team>());
  }
  Team* team = free_.back();
  free_.pop_back();
  return *team;
}

void Pool::give_back(Team& team) {
  const std::lock_guard lock(mutex_);
  demand_ -= team.wanted();
  team.want(0);
  free_.push_back(&team);
}

void Pool::grow(int more, int wanted) {
  const std::lock_guard lock(mutex_);
  demand_ += more;
  limit_ = std::max(limit_, wanted);
  try {
    for (int i = count_; i < std::min({demand_, limit_, workers_most}); ++i) {
      std::thread(work, std::ref(workers_[static_cast<std::size_t>(i)])).detach();
      count_ = i + 1;
      workers_[static_cast<std::size_t>(i)].begun.wait(false);  // what a thread allocates at its start is allocated now
    }
  } catch (const std::system_error&) {
  }
}

bool Pool::hire(Team& team, int member) {
  const int count = count_;
  for (int i = 0; i < count; ++i) {
    Worker& worker = workers_[static_cast<std::size_t>((member - 1 + i) % count)];
    int expected = asleep;
    if (worker.state.load(std::memory_order_relaxed) != asleep || !worker.state.compare_exchange_strong(expected, chosen)) continue;
    worker.team = &team;
    worker.member = member;
    worker.state = hired;
    worker.state.notify_one();
    return true;
  }
  return false;
}

void Pool::work(Worker& worker) {
  // While a thread has an object with a destructor, the C library does not unload a plugin that this code lies in.
  struct Stay {
    ~Stay() { own_state = {}; }
  };
  static thread_local Stay stay;
  static_cast<void>(stay);
  const StandardFloats standard;  // the thread began in its maker's mode
  own_state.calls = ThreadState::alone;
  worker.begun = true;
  worker.begun.notify_one();
  for (;;) {
    for (int state = asleep; (state = worker.state) != hired;) worker.state.wait(state);
    own_state.member = worker.member;
    worker.team->serve(worker.member);
    worker.state = asleep;
  }
}

}  // namespace weir::cpu
