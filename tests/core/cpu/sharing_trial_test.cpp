#include "core/cpu/sharing_trial.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include <doctest/doctest.h>

namespace {

using std::chrono::microseconds;
using weir::detail::SharingTrial;

// A simulated machine: how long a call takes when shared and when on one thread.
struct Machine {
  microseconds shared, alone;
};

constexpr Machine near{microseconds(3), microseconds(4)}, far{microseconds(7), microseconds(4)};

constexpr int none = -1;

// Makes the calls of one trial; returns which of them were shared. `late`: index of a call that takes 8 ms.
std::vector<bool> try_both(SharingTrial& trial, const Machine& machine, int late = none) {
  std::vector<bool> shared;
  for (int call = 0; trial.trying(); ++call) {
    CHECK(trial.timed());
    shared.push_back(trial.shares());
    trial.took(call == late ? std::chrono::milliseconds(8) : shared.back() ? machine.shared : machine.alone);
  }
  return shared;
}

// Makes calls until the next trial, expecting all of them to be shared or all not; returns their number.
int keep(SharingTrial& trial, bool shared) {
  int calls = 0;
  for (; !trial.trying(); ++calls) {
    CHECK(trial.shares() == shared);
    if (trial.timed()) {
      trial.took(microseconds(4));
    } else {
      trial.run([&](bool this_one) { CHECK(this_one == shared); });
    }
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

TEST_CASE("sharing trial: calls that are late decide nothing") {
  SharingTrial woken;
  for (int call = 0; woken.trying(); ++call) {
    const bool late = call < SharingTrial::samples / 2;  // because threads are still waking up
    woken.took(late ? std::chrono::milliseconds(8) : woken.shares() ? near.shared : near.alone);
  }
  CHECK(woken.shares());
  for (int call = 0; call < 2 * SharingTrial::samples; ++call) {
    for (const Machine& machine : {near, far}) {
      SharingTrial trial;
      for (int i = 0; i < 2; ++i) {  // nor when such calls occur in the next trial too
        const bool expected = machine.shared < machine.alone;
        try_both(trial, machine, call);
        CHECK(trial.shares() == expected);
        keep(trial, expected);
      }
    }
  }
}

TEST_CASE("sharing trial: calls that are made alone and become long are shared again") {
  SharingTrial trial;
  try_both(trial, far);
  int calls = 0;
  for (; !trial.shares() && calls < 100; ++calls) {
    if (trial.timed()) {
      trial.took(microseconds(101));
    } else {
      trial.run([](bool) {});
    }
  }
  CHECK(calls <= 8);
  CHECK(!trial.trying());
}

TEST_CASE("sharing trial: a long call is not tried alone and one that takes far longer alone only twice") {
  SharingTrial trial;
  const auto alone_calls = [&](const Machine& machine) {
    const std::vector<bool> shared = try_both(trial, machine);
    return std::count(shared.begin(), shared.end(), false);
  };
  CHECK(alone_calls({microseconds(101), microseconds(1)}) == 0);
  keep(trial, true);
  CHECK(alone_calls({microseconds(10), microseconds(21)}) == 2);
  keep(trial, true);
  CHECK(alone_calls({microseconds(10), microseconds(19)}) == SharingTrial::samples);
  keep(trial, true);
}

namespace {

// Whether a trial of calls that really spin, longer when shared, chooses one thread.
bool finds_out() {
  SharingTrial trial;
  while (trial.trying()) {
    trial.run([&](bool shared) {
      CHECK(shared == trial.shares());
      const auto end = SharingTrial::Clock::now() + (shared ? microseconds(20) : microseconds(0));
      while (SharingTrial::Clock::now() < end) {
      }
    });
  }
  return !trial.shares();
}

}  // namespace

TEST_CASE("sharing trial: what is run is timed") {
  int trials = 1;
  while (!finds_out() && trials < 100) ++trials;  // on a busy machine some trials are interrupted
  CHECK(trials < 100);
}
