#include <weir/core/parallel.hpp>

#include <algorithm>
#include <atomic>
#include <string>

#include <weir/core/error.hpp>
#include <weir/core/threads.hpp>

#include "core/cpu/processors.hpp"

namespace weir {

namespace {

struct Setting {
  cpu::ThreadCount by_default = cpu::default_threads();
  std::atomic<int> set = 0;  // by the program
};

Setting& setting() {
  static Setting& setting = *new Setting;  // also there in static destructors
  return setting;
}

}  // namespace

void set_num_threads(int threads) {
  if (threads < 1 || threads > max_threads) {
    throw ConfigError("set_num_threads: got " + std::to_string(threads) + ", expected 1 to " + std::to_string(max_threads) +
                      ". Use 1 for a serial run.");
  }
  setting().set = threads;
}

int num_threads() {
  const int set = setting().set;
  return set > 0 ? set : std::min(setting().by_default.count, max_threads);
}

std::string num_threads_reason() { return setting().set > 0 ? "set_num_threads" : setting().by_default.reason; }

}  // namespace weir
