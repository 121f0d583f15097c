#include <weir/training/checkpoint.hpp>

#include <doctest/doctest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <limits>
#include <string>
#include <thread>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/layers/lambda.hpp>
#include <weir/training/checkpoint_file.hpp>

#include "tests/support/temporary_folder.hpp"
#include "tests/training/callbacks/recorder.hpp"
#include "tests/training/checkpoints/runs.hpp"

using namespace weir;
using namespace weir::test;

namespace {

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

// Names of the checkpoints that a run of two epochs of five steps leaves, noted after each step.
std::vector<std::string> left_by(CheckpointOptions checkpoints, const std::function<void(FitOptions&)>& change = {}) {
  const TemporaryFolder folder;
  Model model = model_of(plain_run());
  FitOptions options = options_of(plain_run());
  options.callbacks = {Checkpoint(folder / "run", std::move(checkpoints))};
  if (change) change(options);
  fit(model, run_data(), options);
  return names_in(folder / "run");
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("Checkpoint: saves after epochs or steps and keeps the newest") {
  CHECK(left_by({}) == Names{"step-000000005.safetensors", "step-000000010.safetensors"});
  CHECK(left_by({.every_epochs = 2}) == Names{"step-000000010.safetensors"});
  CHECK(left_by({.keep = 1}) == Names{"step-000000010.safetensors"});
  CHECK(left_by({.every_steps = 3, .every_epochs = 0, .keep = 9}) ==
        Names{"step-000000003.safetensors", "step-000000008.safetensors", "step-000000010.safetensors"});
  CHECK(left_by({.every_steps = 4, .every_epochs = 1, .keep = 3}) ==
        Names{"step-000000005.safetensors", "step-000000009.safetensors", "step-000000010.safetensors"});
  CHECK(left_by({.every_epochs = 0}) == Names{"step-000000010.safetensors"});
  CHECK(left_by({.every_epochs = 0, .every_minutes = 1e-9, .keep = 9}) ==
        Names{"step-000000005.safetensors", "step-000000010.safetensors"});
  // Stopped within an epoch.
  CHECK(left_by({}, [](FitOptions& o) {
          o.on_step = [](const StepReport& report) { return report.total_steps == 7 ? Control::stop : Control::go_on; };
        }) == Names{"step-000000005.safetensors", "step-000000007.safetensors"});
}

TEST_CASE("Checkpoint: a folder of another run is not written into and a resumed one goes on") {
  const TemporaryFolder folder;
  const auto train = [&](Model& model, std::int64_t epochs, bool resume) {
    FitOptions options = options_of(plain_run());
    options.epochs = epochs;
    if (resume) options.resume = folder.path();
    options.callbacks = {Checkpoint(folder.path())};
    return fit(model, run_data(), options);
  };
  Model first = model_of(plain_run()), second = model_of(plain_run()), whole = model_of(plain_run());
  train(first, 1, true);  // an empty folder: begins
  CHECK_THROWS_WITH_AS(train(second, 1, false),
                       ("Checkpoint: the folder " + folder.path().string() +
                        " holds checkpoints of another run, up to step-000000005.safetensors. Go on from them with FitOptions::resume, or "
                        "name another folder.")
                           .c_str(),
                       ConfigError);
  CHECK(second.training_state().step == 0);
  const History history = train(second, 2, true);
  FitOptions options = options_of(plain_run());
  CHECK(outcome(second, history) == outcome(whole, fit(whole, run_data(), options)));
  train(second, 1, false);  // a second fit of the same Model
  CHECK(names_in(folder.path()) == Names{"step-000000010.safetensors", "step-000000015.safetensors"});
}

TEST_CASE("Checkpoint: a damaged newest one is named and the one before is used") {
  const TemporaryFolder folder;
  Model first = model_of(plain_run()), second = model_of(plain_run()), whole = model_of(plain_run());
  FitOptions options = options_of(plain_run());
  std::vector<std::string> problems;
  const auto note = [&](const std::string& message) { problems.push_back(message); };
  options.callbacks = {Checkpoint(folder.path(), {.every_steps = 2, .keep = 2, .on_problem = note})};
  options.on_step = [](const StepReport& report) { return report.total_steps == 8 ? Control::stop : Control::go_on; };
  fit(first, run_data(), options);
  REQUIRE(names_in(folder.path()) == Names{"step-000000007.safetensors", "step-000000008.safetensors"});
  const std::filesystem::path newest = folder / "step-000000008.safetensors";
  std::string bytes = read_bytes(newest);
  bytes[bytes.size() - 5] ^= 1;
  write_bytes(newest, bytes);
  options.on_step = {};
  options.resume = folder.path();
  const History history = fit(second, run_data(), options);
  REQUIRE(problems.size() == 1);
  CHECK(history.resumed_from == (folder / "step-000000007.safetensors").string());
  REQUIRE(history.damaged.size() == 1);
  CHECK(problems[0] == history.damaged[0] + " Training goes on from " + history.resumed_from + ".");
  CHECK(problems[0].starts_with(newest.string() + ": its digest is "));
  CHECK(problems[0].ends_with(" It is damaged: copy it again. Training goes on from " + (folder / "step-000000007.safetensors").string() +
                              "."));
  CHECK(outcome(second, history) == outcome(whole, fit(whole, run_data(), options_of(plain_run()))));
  CHECK(names_in(folder.path()) == Names{"step-000000009.safetensors", "step-000000010.safetensors"});

  for (const std::string& name : names_in(folder.path())) write_bytes(folder / name, "{");
  Model third = model_of(plain_run());
  try {
    fit(third, run_data(), options);
    FAIL("nothing was thrown");
  } catch (const FormatError& error) {
    const std::string message = error.what();
    CHECK(message.starts_with("fit: none of the checkpoints in " + folder.path().string() +
                              " can be used: " + (folder / "step-000000010.safetensors").string()));
    CHECK(message.ends_with(" Remove them to begin anew."));
  }
  CHECK(third.training_state().step == 0);
}

TEST_CASE("Checkpoint: a place that cannot be written is found before the first step") {
  const TemporaryFolder folder;
  write_bytes(folder / "file", "");
  Model model = model_of(plain_run());
  FitOptions options = options_of(plain_run());
  options.callbacks = {Checkpoint(folder / "file")};
  CHECK_THROWS_AS(fit(model, run_data(), options), FileError);
  options.callbacks = {Checkpoint("/proc/weir")};
  CHECK_THROWS_AS(fit(model, run_data(), options), FileError);
  options.callbacks = {Checkpoint(folder / "run", {.every_minutes = 1, .keep = std::int64_t{1} << 40})};
  CHECK_THROWS_AS(fit(model, run_data(), options), FileError);
  CHECK(model.training_state().step == 0);
  CHECK_THROWS_AS(Checkpoint(""), ConfigError);
  CHECK_THROWS_WITH_AS(Checkpoint("a.safetensors"),
                       "Checkpoint: got a.safetensors, expected a folder, in which each checkpoint is a file. Leave out '.safetensors'.",
                       ConfigError);
  CHECK_THROWS_AS(Checkpoint("a", {.keep = 0}), ConfigError);
  CHECK_THROWS_AS(Checkpoint("a", {.every_steps = -1}), ConfigError);
  CHECK_THROWS_AS(Checkpoint("a", {.every_minutes = std::numeric_limits<double>::quiet_NaN()}), ConfigError);
}

TEST_CASE("Checkpoint: a large keep is all and needs room for no more than the run will save") {
  constexpr std::int64_t all = std::numeric_limits<std::int64_t>::max();
  CHECK(left_by({.keep = all}).size() == 2);
  CHECK(left_by({.every_steps = 2, .keep = all}).size() == 6);  // after 2, 4, 5, 7, 9 and 10 steps
}

TEST_CASE("Checkpoint: a Model that cannot be saved is found before the first step") {
  const TemporaryFolder folder;
  const Lambda same([](const Context&, const ConstTensorView& x, const TensorView& y) { copy(x, y); },
                    [](const Context&, const ConstTensorView&, const ConstTensorView&, const ConstTensorView& dy, const TensorView& dx) {
                      copy(dy, dx);
                    });
  Model model(sequential({6}, Dense(3), same), {.max_batch = 8});
  FitOptions options = options_of(plain_run());
  options.callbacks = {Checkpoint(folder / "run")};
  CHECK_THROWS_WITH_AS(fit(model, run_data(), options),
                       "Checkpoint: this run cannot be saved: lambda: holds functions, which no file can. Write a subclass of weir::Layer "
                       "and register it with weir::register_layer().",
                       ConfigError);
  CHECK(model.training_state().step == 0);
  CHECK_FALSE(std::filesystem::exists(folder / "run"));
}

TEST_CASE("Checkpoint: a run that goes on from an older one does not remove newer ones") {
  const TemporaryFolder folder;
  const std::filesystem::path run = folder / "run";
  Model first = model_of(plain_run()), second = model_of(plain_run());
  FitOptions options = options_of(plain_run());
  options.callbacks = {Checkpoint(run)};
  fit(first, run_data(), options);
  options.resume = run / "step-000000005.safetensors";
  options.callbacks = {Checkpoint(run, {.every_steps = 1})};
  CHECK_THROWS_WITH_AS(fit(second, run_data(), options),
                       ("Checkpoint: the folder " + run.string() +
                        " holds checkpoints of another run, up to step-000000010.safetensors. Go on from them with FitOptions::resume, or "
                        "name another folder.")
                           .c_str(),
                       ConfigError);
  CHECK(names_in(run) == Names{"step-000000005.safetensors", "step-000000010.safetensors"});
  options.callbacks = {Checkpoint(folder / "other")};
  CHECK(fit(second, run_data(), options).epochs.size() == 2);
  CHECK(names_in(run).size() == 2);
}

TEST_CASE("Checkpoint: what others put into the folder stays and is not resumed") {
  const TemporaryFolder folder;
  const Names strangers{".weir-1.tmp", "notes.txt", "step-000000099.safetensors", "step-099.safetensors", "step-99x.safetensors"};
  for (const std::string& name : strangers) {
    if (name == ".weir-1.tmp" || name == "step-000000099.safetensors") {
      std::filesystem::create_directory(folder / name);
    } else {
      write_bytes(folder / name, "not ours");
    }
  }
  Model model = model_of(plain_run());
  FitOptions options = options_of(plain_run());
  options.resume = folder.path();
  options.callbacks = {Checkpoint(folder.path(), {.keep = 1})};
  CHECK(fit(model, run_data(), options).resumed_from.empty());
  Names expected = strangers;
  expected.push_back("step-000000010.safetensors");
  std::ranges::sort(expected);
  CHECK(names_in(folder.path()) == expected);
}

TEST_CASE("Checkpoint: two runs at once in one folder are refused") {
  const TemporaryFolder folder;
  Model first = model_of(plain_run()), second = model_of(plain_run());
  FitOptions options = options_of(plain_run());
  options.callbacks = {Checkpoint(folder.path())};
  FitOptions outer = options;
  int refused = 0;
  outer.on_step = [&](const StepReport&) {
    CHECK_THROWS_WITH_AS(fit(second, run_data(), options),
                         ("Checkpoint: another run, or another Checkpoint of this one, writes into the folder " + folder.path().string() +
                          ". Wait for it, or name another folder.")
                             .c_str(),
                         FileError);
    ++refused;
    return Control::go_on;
  };
  fit(first, run_data(), outer);
  CHECK(refused == 10);
  CHECK(second.training_state().step == 0);
  options.resume = folder.path();
  CHECK(fit(second, run_data(), options).epochs.size() == 2);  // when the first has ended
}

TEST_CASE("Checkpoint: a best one that could not be written is no best one") {
  const TemporaryFolder folder;
  const std::filesystem::path best = folder / "best.safetensors";
  std::filesystem::create_directory(best);  // in the way
  Model model = model_of(plain_run());
  FitOptions options = options_of(plain_run());
  options.epochs = 3;
  options.metrics = {{"score", [next = 0](const ConstTensorView&, const ConstTensorView&) mutable { return 3.0 - next++; }}};
  std::vector<std::string> problems;
  options.callbacks = {Checkpoint(
      folder.path(),
      {.keep_best = "val_score", .mode = Mode::max, .on_problem = [&](const std::string& message) { problems.push_back(message); }})};
  options.on_epoch = [&](const EpochReport& report) {
    if (report.epoch == 2) std::filesystem::remove(best);
    return Control::go_on;
  };
  fit(model, run_data(), options);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0] == best.string() + ": is a folder, expected a file. Name a file in it. Training goes on.");
  Model kept = model_of(plain_run());
  load_checkpoint(kept, best.string());
  CHECK(kept.training_state().epochs == 2);  // its score is the best of those that could be written
}

TEST_CASE("Checkpoint: one that cannot be written later is reported and training goes on") {
  const TemporaryFolder folder;
  Model model = model_of(plain_run()), whole = model_of(plain_run());
  FitOptions options = options_of(plain_run());
  std::vector<std::string> problems;
  options.callbacks = {Checkpoint(folder / "run", {.on_problem = [&](const std::string& message) { problems.push_back(message); }})};
  options.on_step = [&](const StepReport& report) {
    if (report.total_steps == 7) std::filesystem::remove_all(folder / "run");  // after the first checkpoint
    return Control::go_on;
  };
  const History history = fit(model, run_data(), options);
  REQUIRE(problems.size() == 2);  // after the second epoch, and once more at the end
  CHECK(problems[0].starts_with((folder / "run" / "step-000000010.safetensors").string() + ": cannot be saved: there is no folder "));
  CHECK(problems[0].ends_with(" Training goes on."));
  CHECK(outcome(model, history) == outcome(whole, fit(whole, run_data(), options_of(plain_run()))));

  Model silent = model_of(plain_run());
  options.callbacks = {Checkpoint(folder / "run")};
  CHECK_THROWS_AS(fit(silent, run_data(), options), FileError);  // after training
  CHECK(Snapshot(silent) == Snapshot(model));
}

TEST_CASE("Checkpoint: a run that is killed again and again can always be resumed") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  std::uint64_t last = 0;
  std::uint64_t random = 12345;
  const int rounds = WEIR_KILL_ROUNDS;
  int resumed = 0;
  for (int round = 0; round < rounds; ++round) {
    int out[2];
    REQUIRE(::pipe(out) == 0);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    ::posix_spawn_file_actions_addclose(&actions, out[0]);
    std::string program = WEIR_KILLED_RUN, argument = path;
    char* arguments[] = {program.data(), argument.data(), nullptr};
    ::pid_t child = 0;
    REQUIRE(::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environ) == 0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    // The first line says that it has saved a step and begun the next; then it is killed within some milliseconds.
    std::string line;
    for (char c = 0; ::read(out[0], &c, 1) == 1 && c != '\n';) line += c;
    random = random * 6364136223846793005U + 1442695040888963407U;
    std::this_thread::sleep_for(std::chrono::microseconds((random >> 33) % 8000));
    ::kill(child, SIGKILL);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    ::close(out[0]);
    CAPTURE(round);
    CAPTURE(line);
    const std::string start = "resumed after ";
    if (!WIFSIGNALED(status) || !line.starts_with(start)) FAIL("the run could not be resumed");
    const std::uint64_t step = std::stoull(line.substr(start.size()));
    CHECK(step >= last);
    last = step;
    ++resumed;
  }
  CHECK(resumed == rounds);
  CHECK(last + 1 >= static_cast<std::uint64_t>(rounds));  // each round saved at least one step
  CHECK(names_in(folder.path()).size() <= 3);             // two checkpoints, and perhaps one that was being written
}
