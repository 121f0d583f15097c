#pragma once

#include <filesystem>
#include <optional>
#include <string>

// How many threads weir uses unless it is told.

namespace weir::cpu {

struct ThreadCount {
  int count = 1;
  std::string reason;  // what decided: "processors", "affinity", "cgroup quota 0.5", "OMP_NUM_THREADS", ...
};

// OMP_NUM_THREADS as given; otherwise what OpenMP would use, at most as many as this process has processors and time of them.
ThreadCount default_threads();

// The least that limits the threads: the processors of the machine, those that this process may use, and its cgroup's share of their time.
// One implementation for each system.
ThreadCount processors();

// How many processors' time the cgroup of this process and the groups around it may use; nothing without a limit. Reads proc/self/cgroup,
// proc/self/mountinfo and the files to which they lead, all below `root`. Understands versions 1 and 2; what it cannot read sets no limit.
// On Linux only.
std::optional<double> cgroup_quota(const std::filesystem::path& root = "/");

}  // namespace weir::cpu
