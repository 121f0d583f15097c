#include <algorithm>
#include <atomic>
#include <exception>
#include <string>

#include <omp.h>

#include <weir/core/error.hpp>
#include <weir/core/parallel.hpp>
#include <weir/core/threads.hpp>

namespace weir {

namespace {

std::atomic<int>& thread_setting() {
  static std::atomic<int> threads{omp_get_max_threads()};
  return threads;
}

// The exception of the lowest tile that threw, so that which one is seen does not depend on timing.
class FirstFailure {
 public:
  void keep(std::int64_t tile) {
#pragma omp critical(weir_first_failure)
    if (!failure_ || tile < tile_) {
      tile_ = tile;
      failure_ = std::current_exception();
    }
  }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::int64_t tile_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

void set_num_threads(int threads) {
  if (threads < 1) throw ConfigError("set_num_threads: got " + std::to_string(threads) + ", expected at least 1. Use 1 for a serial run.");
  thread_setting() = threads;
}

int num_threads() { return thread_setting(); }

namespace detail {

void run_tiles(int threads, std::int64_t tiles, TileFunction function, void* user) {
  if (threads <= 1 || tiles <= 1) {
    for (std::int64_t tile = 0; tile < tiles; ++tile) function(user, tile);
    return;
  }
  FirstFailure failure;
  const int team = static_cast<int>(std::min<std::int64_t>(threads, tiles));
#pragma omp parallel for schedule(static) num_threads(team)
  for (std::int64_t tile = 0; tile < tiles; ++tile) {
    try {
      function(user, tile);
    } catch (...) {
      failure.keep(tile);
    }
  }
  failure.rethrow();
}

}  // namespace detail

}  // namespace weir
