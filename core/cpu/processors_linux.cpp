#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <string_view>
#include <thread>
#include <vector>

#include "core/cpu/processors.hpp"
#include "core/text.hpp"

namespace weir::cpu {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// mountinfo writes a space as \040.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int code = 0;
    const char* digits = text.data() + i + 1;
    if (text[i] == '\\' && i + 3 < text.size() && std::from_chars(digits, digits + 3, code, 8).ptr == digits + 3) {
      plain += static_cast<char>(code);
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

// The first numbers of a file; fewer where it holds other words, or is not there.
std::vector<double> numbers_in(const fs::path& file) {
  std::vector<double> numbers;
  const std::vector<std::string> lines = lines_of(file);
  for (const std::string& word : split(lines.empty() ? std::string() : lines.front(), ' ')) {
    std::int64_t number = 0;
    const char* end = word.data() + word.size();
    if (const auto [stop, error] = std::from_chars(word.data(), end, number); error != std::errc() || stop != end) break;
    numbers.push_back(static_cast<double>(number));
  }
  return numbers;
}

std::optional<double> quota_of(const fs::path& group, bool version_2) {
  std::vector<double> numbers = numbers_in(group / (version_2 ? "cpu.max" : "cpu.cfs_quota_us"));  // quota, and with version 2 the period
  if (!version_2 && numbers.size() == 1) {
    const std::vector<double> period = numbers_in(group / "cpu.cfs_period_us");
    numbers.insert(numbers.end(), period.begin(), period.end());
  }
  if (numbers.size() != 2 || numbers[0] <= 0 || numbers[1] <= 0) return std::nullopt;
  return numbers[0] / numbers[1];
}

// A file system of cgroups: the group that its root is, and where it is mounted.
struct Mount {
  std::string group, folder;
  bool version_2 = false;
};

// "31 24 0:28 /group /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup rw": any number of fields before the dash.
std::vector<Mount> cpu_mounts(const fs::path& root) {
  std::vector<Mount> mounts;
  for (const std::string& line : lines_of(root / "proc/self/mountinfo")) {
    const std::vector<std::string> fields = split(line, ' ');
    const auto dash = std::find(fields.begin(), fields.end(), "-");
    if (dash - fields.begin() < 6 || fields.end() - dash < 4) continue;
    const bool version_2 = dash[1] == "cgroup2";
    if (version_2 || (dash[1] == "cgroup" && contains(split(dash[3], ','), "cpu"))) {
      mounts.push_back({unescaped(fields[3]), unescaped(fields[4]), version_2});
    }
  }
  return mounts;
}

// The folder of `group` in a mount; the mount's own where the group lies outside of what is mounted, as in some containers.
fs::path folder_in(const Mount& mount, const fs::path& group) {
  const fs::path inside = group.lexically_relative(mount.group);
  return inside.empty() || *inside.begin() == ".." ? fs::path(".") : inside;
}

}  // namespace

std::optional<double> cgroup_quota(const fs::path& root) {
  std::optional<double> least;
  const std::vector<Mount> mounts = cpu_mounts(root);
  for (const std::string& line : lines_of(root / "proc/self/cgroup")) {  // "4:cpu,cpuacct:/group"; version 2: "0::/group"
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (!controllers.empty() && !contains(split(controllers, ','), "cpu")) continue;
    for (const Mount& mount : mounts) {
      if (mount.version_2 != controllers.empty()) continue;
      const fs::path top = root / fs::path(mount.folder).relative_path();
      for (fs::path group = folder_in(mount, line.substr(second + 1));; group = group.parent_path()) {
        const std::optional<double> quota = quota_of(top / group, mount.version_2);
        if (quota && (!least || *quota < *least)) least = quota;
        if (group.empty() || group == ".") break;
      }
    }
  }
  return least;
}

ThreadCount processors() {
  const auto online = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  ThreadCount most{std::max(1, online), "processors"};
  cpu_set_t mine;  // fails on machines with more processors than it holds
  if (sched_getaffinity(0, sizeof mine, &mine) == 0 && CPU_COUNT(&mine) < most.count) most = {CPU_COUNT(&mine), "affinity"};
  if (const std::optional<double> quota = cgroup_quota(); quota && *quota <= most.count - 1) {
    most = {std::max(1, static_cast<int>(std::ceil(*quota))), "cgroup quota " + number_text(std::round(100 * *quota) / 100)};
  }
  return most;
}

}  // namespace weir::cpu
