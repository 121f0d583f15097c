#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/core/threads.hpp>
#include <weir/training/checkpoint.hpp>
#include <weir/training/evaluate.hpp>
#include <weir/training/predict.hpp>

#include "tests/support/passing_layer.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/thread_ranks.hpp"
#include "tests/support/trap_layer.hpp"
#include "tests/training/ranked_runs.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr int counts[] = {1, 2, 3, 4, 5, 8};

// What train_on returns on each rank, which must not throw.
std::vector<std::string> train_on_ranks(int ranks, const RankedRun& run, DType dtype, const std::function<void(FitOptions&)>& change = {},
                                        ThreadRanks* counted = nullptr) {
  std::vector<std::string> results(static_cast<std::size_t>(ranks));
  const auto errors = run_ranks(
      ranks,
      [&](const Communicator& communicator) {
        results[static_cast<std::size_t>(communicator.rank())] = train_on(communicator, run, dtype, change);
      },
      counted);
  for (const std::string& error : errors) CHECK(error == "");
  return results;
}

// The errors of four ranks that train with what `change` does to the model and options of one of them.
std::vector<std::string> errors_of(const RankedRun& run, const std::function<void(int, Model&, FitOptions&)>& change,
                                   std::vector<Snapshot>* after = nullptr, const std::function<Dataset(int)>& data = {}) {
  std::mutex mutex;
  return run_ranks(4, [&](const Communicator& communicator) {
    Model model = model_of(run, DType::f64);
    FitOptions options = run.options;
    options.communicator = communicator;
    if (change) change(communicator.rank(), model, options);
    try {
      fit(model, data ? data(communicator.rank()) : run.train, options);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (after != nullptr) after->emplace_back(model);
      throw;
    }
  });
}

// y = x; counts the samples that pass in training, and in inference.
struct Passed {
  std::atomic<std::int64_t> trained = 0, inferred = 0;
};
class Turnstile : public PassingLayer {
 public:
  explicit Turnstile(std::shared_ptr<Passed> passed) : PassingLayer("turnstile"), passed_(std::move(passed)) {}
  void forward(const Context& context, const LayerArgs& args) const override {
    PassingLayer::forward(context, args);
    (context.training ? passed_->trained : passed_->inferred) += args.batch;
  }

 private:
  std::shared_ptr<Passed> passed_;
};

FitOptions eight(std::int64_t epochs = 1) {
  return {.loss = MeanSquaredError(), .optimizer = SGD({.lr = 0.01}), .epochs = epochs, .batch = 2, .accumulate = 8};
}

}  // namespace

TEST_CASE("ranks: any number of them ends in the tensors and the history of one") {
  for (const RankedRun& run : ranked_runs()) {
    for (const DType dtype : {DType::f32, DType::f64}) {
      const std::string expected = train_on(single(), run, dtype);
      for (const int ranks : counts) {
        CAPTURE(run.name);
        CAPTURE(ranks);
        for (const std::string& result : train_on_ranks(ranks, run, dtype)) CHECK(result == expected);
      }
    }
  }
}

TEST_CASE("ranks: more micro-batches than a power of two and ranks without any in the last step") {
  RankedRun run = clipped_run();
  run.options.epochs = 2;
  run.options.batch = 3;
  for (const std::int64_t accumulate : {5, 6, 7, 9, 11, 13}) {
    run.options.accumulate = accumulate;
    const std::string expected = train_on(single(), run, DType::f32);
    for (const int ranks : {2, 3, 5}) {
      CAPTURE(accumulate);
      CAPTURE(ranks);
      for (const std::string& result : train_on_ranks(ranks, run, DType::f32)) CHECK(result == expected);
    }
  }
}

TEST_CASE("ranks: each computes and sends its share alone") {
  const RankedRun run = clipped_run();
  constexpr int ranks = 4;
  ThreadRanks counted(ranks);
  std::vector<std::shared_ptr<Passed>> passed;
  for (int r = 0; r < ranks; ++r) passed.push_back(std::make_shared<Passed>());
  const Dataset train = curve(128, 3, DType::f64), validation = curve(64, 3, DType::f64);  // two steps of 8 micro-batches
  std::int64_t elements = 0;
  const auto errors = run_ranks(
      ranks,
      [&](const Communicator& communicator) {
        Model model(sequential({3}, Dense(4000), Turnstile(passed[static_cast<std::size_t>(communicator.rank())]), ReLU(), Dense(1)),
                    {.dtype = DType::f64, .max_batch = 8});
        FitOptions options = eight(3);
        options.batch = 8;
        options.validation = &validation;
        options.communicator = communicator;
        fit(model, train, options);
        if (communicator.is_first()) elements = model.parameter_arena().elements();
      },
      &counted);
  for (const std::string& error : errors) CHECK(error == "");
  for (int r = 0; r < ranks; ++r) {
    CHECK(passed[static_cast<std::size_t>(r)]->trained == 3 * 128 / ranks);
    CHECK(passed[static_cast<std::size_t>(r)]->inferred == 3 * 64 / ranks + 8);  // and the batch that warms up
    // Six steps: three quarters of the arena for the sum, and three times a quarter of its result. Rank 0 sends the model at the end.
    const double arena = 8 * static_cast<double>(elements), sent = static_cast<double>(counted.bytes_sent(r)) / arena;
    CHECK(sent == doctest::Approx(r == 0 ? 6 * 1.5 + 3 : 6 * 1.5).epsilon(0.05));
  }
}

TEST_CASE("ranks: evaluate and predict share out the batches and give what one rank gives") {
  const RankedRun run = two_outputs_run();
  Model one = model_of(run, DType::f32);
  const std::vector<Metric>& metrics = run.options.metrics;
  const Evaluation expected = evaluate(one, run.train, run.options.loss, metrics);
  const std::vector<Tensor> outputs = predict(one, run.train);
  for (const int ranks : {2, 3, 8, 13}) {  // there are 11 batches of 8
    CAPTURE(ranks);
    const auto errors = run_ranks(ranks, [&](const Communicator& communicator) {
      Model model = model_of(run, DType::f32);
      const Evaluation got = evaluate(model, run.train, run.options.loss, metrics, communicator);
      const std::vector<Tensor> y = predict(model, run.train, communicator);
      if (got.loss != expected.loss || got.accuracy != expected.accuracy || got.samples != expected.samples ||
          got.metrics[0].value != expected.metrics[0].value) {
        throw Error("another evaluation");
      }
      for (std::size_t i = 0; i < y.size(); ++i) {
        if (bits(y[i]) != bits(outputs[i])) throw Error("another prediction");
      }
    });
    for (const std::string& error : errors) CHECK(error == "");
  }
}

TEST_CASE("ranks: one that differs is named with the first thing that does") {
  const RankedRun run = clipped_run();
  RankedRun steps = run;
  steps.options.batch = 4;
  steps.options.accumulate = 8;
  const std::string end = ". Give fit the same Model, data and options on every rank.";
  const auto message = [&](const std::function<void(Model&, FitOptions&)>& change, const std::function<Dataset(int)>& data = {}) {
    std::vector<Snapshot> after;
    const auto errors = errors_of(
        steps,
        [&](int rank, Model& model, FitOptions& options) {
          if (rank == 2 && change) change(model, options);
        },
        &after, data);
    for (const std::string& error : errors) CHECK(error == errors[0]);
    REQUIRE(after.size() == 4);
    for (const Snapshot& snapshot : after) CHECK(snapshot.optimizer.empty());  // no step was taken
    std::string text = errors[0];
    const std::string begin = "fit: rank 2 differs from rank 0 in ";
    if (text.starts_with(begin) && text.ends_with(end)) text = text.substr(begin.size(), text.size() - begin.size() - end.size());
    return text;
  };
  CHECK(message([](Model&, FitOptions& options) { options.batch = 8; }) == "batch (8, on rank 0 4)");
  CHECK(message([](Model&, FitOptions& options) { options.epochs = 9; }) == "epochs (9, on rank 0 1)");
  CHECK(message([](Model&, FitOptions& options) { options.deterministic = false; }) == "deterministic (false, on rank 0 true)");
  CHECK(message([](Model&, FitOptions& options) { options.optimizer = SGD(); }).starts_with("optimizer ("));
  CHECK(message([](Model& model, FitOptions&) { model.parameter("2.bias").values<double>()[1] = 1; }) == "the parameter 2.bias");
  CHECK(message([](Model& model, FitOptions&) {
          model = Model(sequential({3}, Dense(40), ReLU(), Dense(12), ReLU(), Dense(1)), model.options());
        }) == "the graph");
  CHECK(message([](Model& model, FitOptions&) { model.training_state().step = 3; }) == "the number of steps so far (3, on rank 0 0)");
  CHECK(message({}, [&](int rank) { return rank == 2 ? curve(107, 3, DType::f64) : run.train; }) ==
        "training data: input 0 (shape and dtype) ([107, 3] f64, on rank 0 [107, 3] f32)");
  CHECK(message({}, [&](int rank) {
          std::vector<double> x = numbers(run.train.inputs()[0].values);
          if (rank == 2) x[5] += 1;
          return Dataset(tensor(x, Shape{107, 3}, DType::f32), run.train.targets()[0]);
        }) == "training data: input 0");
}

TEST_CASE("ranks: a wrong option on one ends all before the first step") {
  RankedRun run = clipped_run();
  run.options.batch = 4;
  run.options.accumulate = 8;
  const auto errors = errors_of(run, [](int rank, Model&, FitOptions& options) {
    if (rank == 1) options.epochs = 0;
  });
  const std::string message = "fit: epochs is 0, expected at least 1.";
  CHECK(errors == std::vector<std::string>{"fit: rank 1 failed: " + message, message, "fit: rank 1 failed: " + message,
                                           "fit: rank 1 failed: " + message});
}

TEST_CASE("ranks: more of them than micro-batches are refused") {
  RankedRun run = clipped_run();
  run.options.accumulate = 3;
  for (const std::string& error : errors_of(run, {})) {
    CHECK(error ==
          "fit: there are 4 ranks for 3 batches in a step, expected at least one for each rank. Start fewer, or raise "
          "FitOptions::accumulate.");
  }
}

TEST_CASE("ranks: one that throws within a step ends all with its message") {
  const auto errors = run_ranks(4, [](const Communicator& communicator) {
    Model model(sequential({3}, Dense(4), Trap([&](std::uint64_t step, const TensorView&) {
                             if (step == 3 && communicator.rank() == 2) throw std::runtime_error("the disk is on fire");
                           }),
                           Dense(1)),
                {.dtype = DType::f64});
    FitOptions options = eight(5);
    options.communicator = communicator;
    fit(model, curve(32), options);
  });
  for (int r = 0; r < 4; ++r) {
    CHECK(errors[static_cast<std::size_t>(r)] == (r == 2 ? "the disk is on fire" : "rank 2 failed: the disk is on fire"));
  }
}

TEST_CASE("ranks: a callback that throws on rank 0 ends all") {
  const auto errors = run_ranks(3, [](const Communicator& communicator) {
    Model model = regression();
    FitOptions options = eight(5);
    options.communicator = communicator;
    options.on_step = [](const StepReport& report) {
      if (report.total_steps == 3) throw std::runtime_error("enough");
      return Control::go_on;
    };
    fit(model, curve(32), options);
  });
  CHECK(errors == std::vector<std::string>{"enough", "rank 0 failed: enough", "rank 0 failed: enough"});
}

TEST_CASE("ranks: numbers that are not finite on one stop all in the same step and the communicator stays usable") {
  // The loss, and a gradient alone.
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), 1e200}) {
    CAPTURE(value);
    std::vector<std::string> parameters(4);
    const auto errors = run_ranks(4, [&](const Communicator& communicator) {
      Model model(sequential({3}, Dense(4), Trap([&](std::uint64_t step, const TensorView& y) {
                               if (step == 3 && communicator.rank() == 2) y.values<double>()[1] = value;
                             }),
                             Dense(1)),
                  {.dtype = DType::f64});
      FitOptions options = eight(5);
      options.communicator = communicator;
      try {
        fit(model, curve(32), options);
      } catch (const NumericError& error) {
        if (model.training_state().step != 3) throw Error("another step");
        parameters[static_cast<std::size_t>(communicator.rank())] = digest_of(model.parameter_arena());
        communicator.barrier();
        throw;
      }
    });
    for (int r = 0; r < 4; ++r) {
      const std::string& error = errors[static_cast<std::size_t>(r)];
      CAPTURE(error);
      CHECK(error == errors[0]);
      CHECK(error.starts_with("fit: rank 2: step 4: "));
      CHECK(error.find(std::isnan(value) ? "the output of 1 (trap) is nan at [0, 1]" : "loss 0 (mean_squared_error) is inf at [0]") !=
            std::string::npos);
      CHECK(parameters[static_cast<std::size_t>(r)] == parameters[0]);
    }
  }
}

TEST_CASE("ranks: stop on any of them ends all after the same step") {
  std::vector<std::uint64_t> steps(4);
  std::vector<std::atomic<bool>> stop(4);
  const auto errors = run_ranks(4, [&](const Communicator& communicator) {
    const auto rank = static_cast<std::size_t>(communicator.rank());
    Model model(sequential({3}, Dense(4), Trap([&](std::uint64_t step, const TensorView&) {
                             if (step == 4 && rank == 3) stop[3] = true;
                           }),
                           Dense(1)),
                {.dtype = DType::f64});
    FitOptions options = eight(50);
    options.communicator = communicator;
    options.stop = &stop[rank];
    const History history = fit(model, curve(48), options);
    steps[rank] = model.training_state().step;
    if (!history.stopped) throw Error("not stopped");
  });
  for (const std::string& error : errors) CHECK(error == "");
  CHECK(steps == std::vector<std::uint64_t>{5, 5, 5, 5});
}

TEST_CASE("ranks: callbacks run on rank 0 alone and what they decide goes for all") {
  std::atomic<int> calls = 0;
  std::vector<std::uint64_t> steps(3);
  const auto errors = run_ranks(3, [&](const Communicator& communicator) {
    Model model = regression();
    FitOptions options = eight(50);
    options.communicator = communicator;
    options.on_step = [&](const StepReport& report) {
      ++calls;
      return report.total_steps == 7 ? Control::stop : Control::go_on;
    };
    options.on_step_every = 1;
    fit(model, curve(48), options);
    steps[static_cast<std::size_t>(communicator.rank())] = model.training_state().step;
  });
  for (const std::string& error : errors) CHECK(error == "");
  CHECK(calls == 7);
  CHECK(steps == std::vector<std::uint64_t>{7, 7, 7});
}

TEST_CASE("ranks: saved on four a run is resumed on two or one to the same bits") {
  RankedRun run = ranked_runs()[0];
  const std::string expected = train_on(single(), run, DType::f32);
  const TemporaryFolder folder;
  const std::string path = (folder / "run").string();
  const auto until = [&](std::uint64_t step) {
    return [step, path](FitOptions& options) {
      options.callbacks.push_back(Checkpoint(path, {.every_steps = 1, .every_epochs = 0, .keep = 100}));
      options.resume = path;
      options.on_step = [step](const StepReport& report) { return report.total_steps == step ? Control::stop : Control::go_on; };
    };
  };
  train_on_ranks(4, run, DType::f32, until(3));
  CHECK(std::filesystem::exists(folder / "run" / "step-000000003.safetensors"));
  train_on_ranks(2, run, DType::f32, until(8));
  CHECK(std::filesystem::exists(folder / "run" / "step-000000008.safetensors"));
  std::filesystem::copy(folder / "run", folder / "copy");
  for (const int ranks : {1, 3}) {
    for (const std::string& result :
         train_on_ranks(ranks, run, DType::f32, [&](FitOptions& options) { options.resume = (folder / "copy").string(); })) {
      CHECK(result == expected);
    }
  }
}

TEST_CASE("ranks: with the order of sums left to the communicator the history says so and the numbers are near") {
  RankedRun run = ranked_runs()[2];
  std::vector<double> expected;
  for (const bool deterministic : {true, false}) {
    std::vector<std::string> order(3);
    std::vector<std::vector<double>> got(3);
    const auto errors = run_ranks(3, [&](const Communicator& communicator) {
      const auto rank = static_cast<std::size_t>(communicator.rank());
      Model model = model_of(run, DType::f64);
      FitOptions options = run.options;
      options.communicator = communicator;
      options.deterministic = deterministic;
      order[rank] = fit(model, run.train, options).order_of_sums;
      got[rank] = numbers(model.parameter_arena());
    });
    for (const std::string& error : errors) CHECK(error == "");
    for (const std::string& text : order) CHECK(text == (deterministic ? "" : "threads"));
    if (deterministic) expected = got[0];
    for (const auto& parameters : got) CHECK(worst_error(parameters, expected) < 1e-10);
  }
}
