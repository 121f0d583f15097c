#include <sys/resource.h>

#include "core/cpu/thread_time.hpp"

namespace weir::cpu {

ThreadTime thread_time() {
  const auto of = [](const timeval& t) { return std::chrono::seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec); };
  rusage usage{};
  if (getrusage(RUSAGE_THREAD, &usage) != 0) return {};
  return {of(usage.ru_utime) + of(usage.ru_stime), usage.ru_nivcsw};
}

}  // namespace weir::cpu
