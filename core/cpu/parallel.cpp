#include <weir/core/parallel.hpp>

#include <atomic>
#include <string>

#include <weir/core/error.hpp>
#include <weir/core/threads.hpp>

#include "core/cpu/region.hpp"

namespace weir {

namespace {

std::atomic<int>& thread_setting() {
  static std::atomic<int> threads{cpu::default_threads()};
  return threads;
}

}  // namespace

void set_num_threads(int threads) {
  if (threads < 1) throw ConfigError("set_num_threads: got " + std::to_string(threads) + ", expected at least 1. Use 1 for a serial run.");
  thread_setting() = threads;
}

int num_threads() { return thread_setting(); }

}  // namespace weir
