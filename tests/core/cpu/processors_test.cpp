#include "core/cpu/processors.hpp"

#include <sched.h>

#include <filesystem>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include <weir/core/threads.hpp>

#include "core/cpu/openmp.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/temporary_folder.hpp"

using weir::cpu::cgroup_quota;
using weir::test::TemporaryFolder;

namespace {

// A made-up root folder with the files that the kernel shows.
class Root {
 public:
  Root(const std::string& groups, const std::string& mounts) {
    file("proc/self/cgroup", groups);
    file("proc/self/mountinfo", mounts);
  }
  void file(const std::string& name, const std::string& content) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    weir::test::write_bytes(folder_ / name, content);
  }
  std::optional<double> quota() const { return cgroup_quota(folder_.path()); }

 private:
  TemporaryFolder folder_;
};

const std::string version_1 =
    "25 20 0:22 / /proc rw - proc proc rw\n"
    "32 31 0:29 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset\n"
    "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 master:2 - cgroup cgroup rw,cpu,cpuacct\n";
const std::string version_2 = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

}  // namespace

TEST_CASE("processors: quota of a version 2 cgroup and of the groups around it") {
  Root root("0::/pod/container\n", version_2);
  CHECK(!root.quota());
  root.file("sys/fs/cgroup/pod/container/cpu.max", "max 100000\n");
  CHECK(!root.quota());
  root.file("sys/fs/cgroup/pod/container/cpu.max", "150000 100000\n");
  CHECK(root.quota() == 1.5);
  root.file("sys/fs/cgroup/pod/cpu.max", "max 100000\n");
  CHECK(root.quota() == 1.5);
  root.file("sys/fs/cgroup/pod/cpu.max", "25000 50000\n");
  CHECK(root.quota() == 0.5);
  root.file("sys/fs/cgroup/other/cpu.max", "1000 100000\n");
  CHECK(root.quota() == 0.5);
}

TEST_CASE("processors: a container sees its own group as the root of the mount") {
  Root own_namespace("0::/\n", version_2);
  own_namespace.file("sys/fs/cgroup/cpu.max", "200000 100000\n");
  CHECK(own_namespace.quota() == 2);
  Root outside("0::/../../elsewhere\n", version_2);
  outside.file("sys/fs/cgroup/cpu.max", "300000 100000\n");
  CHECK(outside.quota() == 3);
}

TEST_CASE("processors: quota of a version 1 cgroup whose mount begins at a group and whose path has a space") {
  Root root("12:cpuset:/\n4:cpu,cpuacct:/a b/inner\n1:name=systemd:/\n",
            "33 31 0:30 /a\\040b /mnt/c\\040pu rw - cgroup cgroup rw,cpu,cpuacct\n");
  root.file("mnt/c pu/inner/cpu.cfs_quota_us", "-1\n");
  root.file("mnt/c pu/inner/cpu.cfs_period_us", "100000\n");
  CHECK(!root.quota());
  root.file("mnt/c pu/cpu.cfs_quota_us", "50000\n");
  CHECK(!root.quota());  // without a period
  root.file("mnt/c pu/cpu.cfs_period_us", "100000\n");
  CHECK(root.quota() == 0.5);
  root.file("mnt/c pu/inner/cpu.cfs_quota_us", "20000\n");
  CHECK(root.quota() == 0.2);
}

TEST_CASE("processors: both versions mounted and the smaller quota counts") {
  Root root("4:cpu,cpuacct:/job\n0::/job\n", version_1 + "34 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  root.file("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "400000\n");
  root.file("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  root.file("sys/fs/cgroup/cpuset/job/cpu.cfs_quota_us", "1\n");
  CHECK(root.quota() == 4);
  root.file("sys/fs/cgroup/unified/job/cpu.max", "300000 100000\n");
  CHECK(root.quota() == 3);
}

TEST_CASE("processors: what cannot be read sets no limit") {
  CHECK(!cgroup_quota("/nonexistent"));
  for (const char* content : {"", "\n", "max", "100000", "x 100000", "1e5 100000", "100000 0", "-5 100000", "0 100000", "1 2 3",
                              "99999999999999999999999 100000", " 100000 100000"}) {
    CAPTURE(std::string(content));
    Root root("0::/g\n", version_2);
    root.file("sys/fs/cgroup/g/cpu.max", content);
    CHECK(!root.quota());
  }
  for (const char* groups : {"", ":", "::", "0:/g", "no colons", "0:memory:/g"}) {
    CAPTURE(std::string(groups));
    Root root(groups, version_2);
    root.file("sys/fs/cgroup/g/cpu.max", "100000 100000");
    CHECK(!root.quota());
  }
  for (const char* mounts :
       {"", "-", "a - cgroup2", "29 23 0:26 / /sys/fs/cgroup rw cgroup2 cgroup2 rw", "29 23 0:26 / /sys/fs/cgroup rw - cgroup2"}) {
    CAPTURE(std::string(mounts));
    Root root("0::/g\n", mounts);
    root.file("sys/fs/cgroup/g/cpu.max", "100000 100000");
    CHECK(!root.quota());
  }
}

TEST_CASE("processors: affinity limits the threads and OMP_NUM_THREADS is obeyed") {
  if (!weir::cpu::several_threads()) {
    MESSAGE("SKIPPED: weir is built for one thread");
    return;
  }
  const weir::test::Environment unset("OMP_NUM_THREADS", std::nullopt);
  const weir::cpu::ThreadCount before = weir::cpu::processors();
  CHECK(before.count >= 1);
  cpu_set_t all, one;
  REQUIRE(sched_getaffinity(0, sizeof all, &all) == 0);
  CPU_ZERO(&one);
  for (int i = 0; CPU_COUNT(&one) == 0; ++i) {
    if (CPU_ISSET(i, &all)) CPU_SET(i, &one);
  }
  REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
  const weir::cpu::ThreadCount limited = weir::cpu::default_threads();
  {
    const weir::test::Environment set("OMP_NUM_THREADS", "7");
    CHECK(weir::cpu::default_threads().reason == "OMP_NUM_THREADS");
    CHECK(weir::cpu::default_threads().count == weir::cpu::openmp_threads());
  }
  REQUIRE(sched_setaffinity(0, sizeof all, &all) == 0);
  CHECK(limited.count == 1);
  if (before.reason == "processors" && before.count > 1) CHECK(limited.reason == "affinity");
}

TEST_CASE("processors: what decided the number of threads is said") {
  const int before = weir::num_threads();
  CHECK(weir::num_threads_reason() != "");
  weir::set_num_threads(before);
  CHECK(weir::num_threads_reason() == "set_num_threads");
}
