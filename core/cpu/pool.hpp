#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace weir::cpu {

class Team;

// The worker threads of the process and the teams that they work for. It lives until the process ends and its threads are never joined: so
// weir can be used in static destructors, and the end of the program waits for nobody. After fork() the child, in which none of the threads
// exist, begins with a new pool.
class Pool {
 public:
  static constexpr int workers_most = 127;

  static Pool& get();

  // A team that nobody leads. The leader may end while a worker still looks at it, so the pool keeps it and lends it again.
  Team& borrow();
  void give_back(Team& team);

  // Makes room for a leader that wants `more` workers than before, `wanted` in all. As long as leaders ask for no more, there are at most
  // as many threads as processors. Where the system refuses a thread, there are fewer.
  void grow(int more, int wanted);

  // Wakes a sleeping worker, which then serves the team as this member; false if none sleeps.
  bool hire(Team& team, int member);

 private:
  enum State : int { asleep, chosen, hired };
  struct alignas(64) Worker {
    std::atomic<int> state{asleep};
    std::atomic<bool> begun{false};
    Team* team = nullptr;  // these two are valid while hired
    int member = 0;
  };

  explicit Pool(Pool* before);
  static void forget();
  static void work(Worker& worker);

  static std::atomic<Pool*> now_, before_fork_;

  Pool* before_;  // the parent process's, kept reachable
  std::array<Worker, workers_most> workers_;
  std::atomic<int> count_{0};
  std::mutex mutex_;  // of all below
  int demand_ = 0, limit_;
  std::vector<std::unique_ptr<Team>> teams_;
  std::vector<Team*> free_;
};

}  // namespace weir::cpu
