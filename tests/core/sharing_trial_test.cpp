#include "core/sharing_trial.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include <doctest/doctest.h>

namespace {

using std::chrono::microseconds;
using weir::detail::SharingTrial;

// A machine on which a call takes so long in each way.
struct Machine {
  microseconds shared, alone;
};

constexpr Machine near{microseconds(3), microseconds(4)}, far{microseconds(7), microseconds(4)};

// The ways in which the calls of one trial are made.
std::vector<bool> try_both(SharingTrial& trial, const Machine& machine) {
  std::vector<bool> shared;
  while (trial.timed()) {
    shared.push_back(trial.shares());
    trial.took(shared.back() ? machine.shared : machine.alone);
  }
  return shared;
}

// How many calls are made without a look at the clock until the next trial, all of them in one way.
int keep(SharingTrial& trial, bool shared) {
  int calls = 0;
  for (; !trial.timed(); ++calls) {
    trial.run([&](bool this_one) { CHECK(this_one == shared); });
  }
  return calls;
}

}  // namespace

TEST_CASE("sharing trial: calls are timed in each way and the faster one is kept to") {
  for (const Machine& machine : {near, far}) {
    SharingTrial trial;
    std::vector<bool> expected(2 * SharingTrial::samples, false);
    std::fill_n(expected.begin(), SharingTrial::samples, true);
    CHECK(try_both(trial, machine) == expected);
    CHECK(trial.shares() == (machine.shared < machine.alone));
    CHECK(keep(trial, machine.shared < machine.alone) == SharingTrial::kept_first);
  }
}

TEST_CASE("sharing trial: a machine that changes is found out") {
  SharingTrial trial;
  for (const bool is_near : {true, false, false, true}) {
    try_both(trial, is_near ? near : far);
    keep(trial, is_near);
  }
}

TEST_CASE("sharing trial: the longer it goes on the rarer both ways are tried") {
  SharingTrial trial;
  int before = SharingTrial::kept_first / 2;
  for (int i = 0; i < 10; ++i) {
    try_both(trial, near);
    const int kept = keep(trial, true);
    CHECK(kept == std::min(2 * before, SharingTrial::kept_most));
    before = kept;
  }
  CHECK(before == SharingTrial::kept_most);
}

TEST_CASE("sharing trial: a few calls that are late decide nothing") {
  SharingTrial trial;
  for (int call = 0; trial.timed(); ++call) {
    const bool late = call < SharingTrial::samples / 2;  // a thread is woken
    trial.took(late ? std::chrono::milliseconds(8) : trial.shares() ? near.shared : near.alone);
  }
  CHECK(trial.shares());
}

TEST_CASE("sharing trial: a long call is not tried alone and one that takes far longer alone only once") {
  SharingTrial trial;
  const auto alone_calls = [&](const Machine& machine) {
    const std::vector<bool> shared = try_both(trial, machine);
    return std::count(shared.begin(), shared.end(), false);
  };
  CHECK(alone_calls({microseconds(101), microseconds(1)}) == 0);
  keep(trial, true);
  CHECK(alone_calls({microseconds(10), microseconds(21)}) == 1);
  keep(trial, true);
  CHECK(alone_calls({microseconds(10), microseconds(19)}) == SharingTrial::samples);
  keep(trial, true);
}

TEST_CASE("sharing trial: what is run is timed") {
  SharingTrial trial;
  int shared_calls = 0;
  for (int call = 0; call < 2 * SharingTrial::samples; ++call) {
    trial.run([&](bool shared) {
      shared_calls += shared ? 1 : 0;
      const auto end = SharingTrial::Clock::now() + (shared ? microseconds(20) : microseconds(0));
      while (SharingTrial::Clock::now() < end) {
      }
    });
  }
  CHECK(shared_calls == SharingTrial::samples);
  CHECK(!trial.timed());
  CHECK(!trial.shares());
}
