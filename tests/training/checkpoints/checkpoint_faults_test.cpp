// What is left of a run's checkpoints when one of the calls that write them fails.

#include <doctest/doctest.h>

#include <cerrno>
#include <cstdint>
#include <set>
#include <string>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/core/threads.hpp>
#include <weir/training/checkpoint.hpp>
#include <weir/training/checkpoint_file.hpp>

#include "tests/support/system_calls.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/training/checkpoints/runs.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// The plain run, of which a callback may save checkpoints.
History train(Model& model, std::vector<AnyCallback> callbacks, const std::filesystem::path& resume = {}) {
  FitOptions options = options_of(plain_run());
  options.callbacks = std::move(callbacks);
  options.resume = resume;
  return fit(model, run_data(), options);
}

// The name of the call that failed; empty when there were fewer calls.
std::string failed_call(const SystemCalls& calls, std::int64_t n) {
  return calls.failed() ? calls.calls()[static_cast<std::size_t>(n)].name : "";
}

}  // namespace

TEST_CASE("checkpoint: whichever call fails the file is the old one or the new one and whole") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder / "a.safetensors";
  Model first = model_of(plain_run()), second = model_of(plain_run());
  train(first, {});
  train(second, {});
  train(second, {});
  save_checkpoint(second, folder / "after");
  const std::string after = read_bytes(folder / "after");
  std::filesystem::remove(folder / "after");
  for (const int error : {EIO, ENOSPC}) {
    std::set<std::string> refused;
    for (std::int64_t n = 0;; ++n) {
      save_checkpoint(first, file);
      const std::string before = read_bytes(file);
      bool thrown = false;
      std::string which;
      {
        const SystemCalls calls({.fails = n, .error = error});
        try {
          save_checkpoint(second, file);
        } catch (const FileError&) {
          thrown = true;
        }
        which = failed_call(calls, n);
      }
      CAPTURE(which);
      const std::string now = read_bytes(file);
      CHECK((now == before || now == after));
      if (!thrown) CHECK(now == after);
      CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);  // no unfinished file
      if (which.empty()) break;
      if (thrown) refused.insert(which);
    }
    CHECK(refused.contains("write"));
    CHECK(refused.contains("pwrite"));
    CHECK(refused.contains("fsync"));
    CHECK(refused.contains("rename"));
  }
}

TEST_CASE("checkpoint: whichever call of a run fails it can be resumed to the same bits") {
  set_num_threads(1);
  Model whole = model_of(plain_run());
  const std::string expected = outcome(whole, train(whole, {}));
  int told = 0, refused = 0;
  for (std::int64_t n = 0;; ++n) {
    const TemporaryFolder folder;
    const std::filesystem::path run = folder / "run";
    Model model = model_of(plain_run());
    std::string which;
    {
      const SystemCalls calls({.fails = n});
      try {
        train(model, {Checkpoint(run, {.every_steps = 4, .on_problem = [&](const std::string&) { ++told; }})});
      } catch (const FileError&) {
        ++refused;
        CHECK(model.training_state().step == 0);  // only before the first step
      }
      which = failed_call(calls, n);
    }
    CAPTURE(n);
    CAPTURE(which);
    Model again = model_of(plain_run());
    CHECK(outcome(again, train(again, {Checkpoint(run)}, run)) == expected);
    if (which.empty()) break;
  }
  CHECK(told > 0);
  CHECK(refused > 0);
}
