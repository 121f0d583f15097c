#include <doctest/doctest.h>

#include <regex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/core/threads.hpp>
#include <weir/formats/save.hpp>
#include <weir/training/checkpoint.hpp>
#include <weir/training/checkpoint_file.hpp>
#include <weir/training/csv_log.hpp>
#include <weir/training/early_stopping.hpp>
#include <weir/training/json_lines_log.hpp>
#include <weir/training/step.hpp>

#include "tests/support/run.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/training/callbacks/recorder.hpp"
#include "tests/training/checkpoints/runs.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// A checkpoint of the plain run after its third step, stopped there.
std::string stopped_after_three(const TemporaryFolder& folder, FitOptions options = options_of(plain_run())) {
  const std::string path = (folder / "three.safetensors").string();
  Model model = model_of(plain_run());
  options.on_step = [](const StepReport& report) { return report.total_steps == 3 ? Control::stop : Control::go_on; };
  options.callbacks = {Saver(0, [&](Model& m, bool) { save_checkpoint(m, path); })};
  fit(model, run_data(), options);
  REQUIRE(model.training_state().step == 3);
  return path;
}

std::string refusal(const std::string& path, const std::function<void(FitOptions&)>& change, const Dataset& data = run_data()) {
  Model model = model_of(plain_run());
  const Snapshot before(model);
  FitOptions options = options_of(plain_run());
  change(options);
  options.resume = path;
  int begun = 0;
  options.callbacks.push_back(Saver(0, [&](Model&, bool) { ++begun; }));
  std::string message;
  try {
    fit(model, data, options);
  } catch (const ConfigError& error) {
    message = error.what();
    const std::string start = "fit: " + path + ": was saved by a fit with other options: ";
    const std::string end = ". Give fit the same data and options, or leave out resume.";
    if (message.starts_with(start) && message.ends_with(end))
      message = message.substr(start.size(), message.size() - start.size() - end.size());
  }
  CHECK(Snapshot(model) == before);
  CHECK(model.training_state().run.entries().empty());
  CHECK(begun == 0);
  return message;
}

}  // namespace

TEST_CASE("resume: every run stopped after every step and resumed in a new process ends in the same bits") {
  const TemporaryFolder folder;
  std::vector<std::pair<std::string, std::string>> expected;
  set_num_threads(1);
  for (const SmallRun& run : small_runs()) {
    Model model = model_of(run);
    FitOptions options = options_of(run);
    std::vector<std::string> saved;
    // An epoch's last step is saved twice: before validation and after it.
    options.callbacks = {Saver(1, [&](Model& m, bool) {
      saved.push_back(run.name + "-" + std::to_string(saved.size()));
      save_checkpoint(m, folder / (saved.back() + ".safetensors"));
    })};
    const History history = fit(model, run_data(), options);
    const std::string whole = outcome(model, history);
    CHECK(saved.size() == model.training_state().step + 3);  // and at the end
    for (const std::string& name : saved) expected.emplace_back(name, whole);
  }
  const Ran ran = weir::test::run(WEIR_RESUME_RUN " " + folder.path().string());
  REQUIRE_MESSAGE(ran.status == 0, ran.output);
  for (const auto& [name, whole] : expected) {
    CAPTURE(name);
    CHECK(read_bytes(folder / (name + ".txt")) == whole);
  }
}

TEST_CASE("resume: what a stopped fit saves at its end goes on to the same bits") {
  const TemporaryFolder folder;
  Model whole = model_of(plain_run());
  const std::string expected = outcome(whole, fit(whole, run_data(), options_of(plain_run())));
  FitOptions options = options_of(plain_run());
  options.resume = stopped_after_three(folder);
  Model model = model_of(plain_run());
  CHECK(outcome(model, fit(model, run_data(), options)) == expected);

  SUBCASE("and a Model that has been trained otherwise is replaced") {
    FitOptions other = options_of(plain_run());
    other.optimizer = Adam({.lr = 0.1});
    fit(model, run_data(), other);
    CHECK(outcome(model, fit(model, run_data(), options)) == expected);
  }
  SUBCASE("and a run that was finished is not trained further") {
    save_checkpoint(model, folder / "whole.safetensors");
    options.resume = folder / "whole.safetensors";
    CHECK(outcome(model, fit(model, run_data(), options)) == expected);
    options.epochs = 3;
    const History longer = fit(model, run_data(), options);
    CHECK(longer.epochs.size() == 3);
    Model three = model_of(plain_run());
    FitOptions all = options_of(plain_run());
    all.epochs = 3;
    CHECK(outcome(model, longer) == outcome(three, fit(three, run_data(), all)));
  }
}

TEST_CASE("resume: logs of a resumed run are those of one without a stop") {
  const TemporaryFolder folder;
  // Without the column or member that holds seconds.
  const auto rows = [&](const std::string& name) {
    const std::string text = read_bytes(folder / name);
    return std::regex_replace(text, std::regex(R"((,[^,\n]*\n)|("seconds":[^,}]*))"), "\n");
  };
  const auto with_logs = [&](const std::string& start) {
    FitOptions options = options_of(plain_run());
    options.callbacks = {CsvLog(folder / (start + ".csv")), CsvLog(folder / (start + ".steps"), {.every = 1}),
                         JsonLinesLog(folder / (start + ".jsonl"), {.every = 2})};
    return options;
  };
  Model whole = model_of(plain_run());
  fit(whole, run_data(), with_logs("whole"));
  // Saved after the third and the seventh step, killed after the ninth.
  for (const std::uint64_t saved : {3U, 7U}) {
    FitOptions options = with_logs("run");
    options.callbacks.push_back(Saver(1, [&](Model& m, bool) {
      if (m.training_state().step == saved) save_checkpoint(m, folder / "saved.safetensors");
    }));
    options.on_step = [](const StepReport& report) {
      if (report.total_steps == 9) throw std::runtime_error("killed");
      return Control::go_on;
    };
    Model model = model_of(plain_run());
    CHECK_THROWS_WITH(fit(model, run_data(), options), "killed");
    options = with_logs("run");
    options.resume = folder / "saved.safetensors";
    Model again = model_of(plain_run());
    fit(again, run_data(), options);
    for (const std::string end : {".csv", ".steps", ".jsonl"}) {
      CAPTURE(end);
      CHECK(rows("run" + end) == rows("whole" + end));
    }
  }
}

TEST_CASE("resume: EarlyStopping waits on where it was and restores the same weights") {
  const TemporaryFolder folder;
  const auto with_stopping = [](std::int64_t patience) {
    FitOptions options = options_of(plain_run());
    options.optimizer = SGD({.lr = 3});  // so that it gets worse
    options.epochs = 12;
    options.callbacks = {EarlyStopping({.patience = patience, .restore_best_weights = true})};
    return options;
  };
  Model whole = model_of(plain_run());
  const std::string expected = outcome(whole, fit(whole, run_data(), with_stopping(3)));
  FitOptions options = with_stopping(3);
  std::vector<std::string> saved;
  options.callbacks.push_back(Saver(1, [&](Model& m, bool) {
    saved.push_back((folder / (std::to_string(saved.size()) + ".safetensors")).string());
    save_checkpoint(m, saved.back());
  }));
  Model model = model_of(plain_run());
  const History history = fit(model, run_data(), options);
  CHECK(history.stopped);
  CHECK(history.epochs.size() < 12);
  for (const std::string& path : saved) {
    CAPTURE(path);
    Model again = model_of(plain_run());
    FitOptions resumed = with_stopping(3);
    resumed.resume = path;
    CHECK(outcome(again, fit(again, run_data(), resumed)) == expected);
  }
}

TEST_CASE("resume: data and options that differ are named before the first step") {
  const TemporaryFolder folder;
  const std::string path = stopped_after_three(folder);
  const auto said = [&](const std::function<void(FitOptions&)>& change) { return refusal(path, change); };
  CHECK(said([](FitOptions& o) { o.batch = 4; }) == "batch=8, now batch=4");
  CHECK(said([](FitOptions& o) { o.accumulate = 2; }) == "accumulate=1, now accumulate=2");
  CHECK(said([](FitOptions& o) { o.drop_last = true; }) == "drop_last=false, now drop_last=true");
  CHECK(said([](FitOptions& o) { o.shuffle = false; }) == "shuffle=true, now shuffle=false");
  CHECK(said([](FitOptions& o) { o.check_finite = false; }) == "check_finite=true, now check_finite=false");
  CHECK(said([](FitOptions& o) { o.clip.global_norm = 2; }) == "clip.global_norm=inf, now clip.global_norm=2");
  CHECK(said([](FitOptions& o) { o.groups = {{.names = "*.bias", .lr = 0.5}}; }) == "groups: 0.bias has other options");
  const std::string lr = said([](FitOptions& o) { o.optimizer = SGD({.lr = 0.04}); });
  CHECK(lr.starts_with("optimizer=sgd(lr=0.05,"));
  CHECK(lr.find(", now optimizer=sgd(lr=0.04,") != std::string::npos);
  CHECK(said([](FitOptions& o) { o.schedule = StepLR({.step_size = 2}); }) ==
        "no schedule, now schedule=StepLR(step_size=2, gamma=0.1); no schedule_unit, now schedule_unit=epoch");
  CHECK(said([](FitOptions& o) { o.loss = {{SoftmaxCrossEntropy(), 0.5}}; }) != "");
  CHECK(said([](FitOptions& o) { o.loss = SoftmaxCrossEntropy({.label_smoothing = 0.1}); }).find("label_smoothing=0.1") !=
        std::string::npos);
  CHECK(said([](FitOptions& o) {
          static const Tensor ones = Tensor::from(std::span<const float>(std::vector<float>(37, 1.0F)), Shape{37});
          o.sample_weights = {ones.view()};
        }) != "");
  const auto same = [](FitOptions&) {};
  const std::string fewer = refusal(path, same, blobs(36)), other = refusal(path, same, blobs(37, 6, 3, 2));
  CHECK(fewer.starts_with("data=37 samples with the digest "));
  CHECK(fewer.find(", now data=36 samples with the digest ") != std::string::npos);
  CHECK(other.find(", now data=37 samples with the digest ") != std::string::npos);
}

TEST_CASE("resume: a u8 field with another divisor is other data and names of classes are not") {
  const TemporaryFolder folder;
  std::vector<std::uint8_t> pixels(37 * 6);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 7);
  const auto with = [&](double divisor, std::vector<std::string> classes) {
    std::vector<std::int32_t> labels;
    for (int i = 0; i < 37; ++i) labels.push_back(i % 3);
    return Dataset({Tensor::from(std::span(std::as_const(pixels)), Shape{37, 6}), {.divisor = divisor}},
                   {Tensor::from(std::span(std::as_const(labels)), Shape{37}), {.classes = std::move(classes)}});
  };
  FitOptions options = options_of(plain_run());
  options.resume = folder.path();
  options.callbacks = {Checkpoint(folder.path())};
  Model first = model_of(plain_run()), second = model_of(plain_run());
  fit(first, with(255, {}), options);
  CHECK_THROWS_AS(fit(second, with(16, {}), options), ConfigError);
  CHECK_NOTHROW(fit(second, with(255, {"a", "b", "c"}), options));
}

TEST_CASE("resume: another seed or dtype or graph is named and the Model stays as it was") {
  const TemporaryFolder folder;
  const std::string path = stopped_after_three(folder);
  const auto said = [&](Model model) {
    const Snapshot before(model);
    FitOptions options = options_of(plain_run());
    options.resume = path;
    std::string message;
    try {
      fit(model, run_data(), options);
    } catch (const ConfigError& error) {
      message = error.what();
    }
    CHECK(Snapshot(model) == before);
    return message;
  };
  const std::string start = path + ": was saved from another Model: ", end = ". Make the Model as the one that was saved.";
  CHECK(said(Model(small_net(), {.max_batch = 8, .seed = 8})) == start + "seed 7, this Model has 8" + end);
  CHECK(said(Model(small_net(), {.dtype = DType::f64, .max_batch = 8, .seed = 7})) == start + "dtype f32, this Model has f64" + end);
  const std::string wider = said(Model(sequential({6}, Dense(9), ReLU(), Dense(3)), {.max_batch = 8, .seed = 7}));
  CHECK(wider.find("the graph has the node {\"name\":\"0\",\"type\":\"dense\",\"config\":{\"out\":5") != std::string::npos);
  CHECK(wider.find("this Model {\"name\":\"0\",\"type\":\"dense\",\"config\":{\"out\":9") != std::string::npos);
  CHECK(said(Model(sequential({6}, Dense(5), ReLU(), Dense(3), ReLU()), {.max_batch = 8, .seed = 7})) ==
        start + "the graph has 4 nodes, this Model 5" + end);
}

TEST_CASE("resume: files that are no checkpoint of a fit are told apart") {
  const TemporaryFolder folder;
  Model model = model_of(plain_run());
  const auto said = [&](const std::string& path) {
    FitOptions options = options_of(plain_run());
    options.resume = path;
    try {
      fit(model, run_data(), options);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  save(model, folder / "model.safetensors");
  const std::string file = (folder / "model.safetensors").string();
  CHECK(
      said(file) ==
      file +
          ": is no checkpoint: it has no weir.training. Save one with weir::save_checkpoint; weir::load_model reads a file of weir::save.");
  save_checkpoint(model, folder / "loop.safetensors");
  const std::string loop = (folder / "loop.safetensors").string();
  CHECK(said(loop) ==
        "fit: " + loop + ": was not saved during a fit. Use weir::load_checkpoint, and go on with a loop of your own or a new fit.");
  const std::string none = (folder / "none.safetensors").string();
  CHECK(said(none) == none + ": cannot be opened: No such file or directory. Check the path.");
  CHECK(model.training_state().step == 0);
}

TEST_CASE("checkpoint: a loop of your own goes on to the same bits") {
  const TemporaryFolder folder;
  const Dataset& data = run_data();
  for (const DType dtype : {DType::f32, DType::f64}) {
    const auto loop = [&](Model& model, int steps) {
      model.plan_training(SoftmaxCrossEntropy(), {Shape{}});
      const Dataset eight = data.slice(0, 8);
      const Tensor x = clone(eight.inputs()[0].values).to(dtype);
      const ConstTensorView inputs[] = {x.view()}, targets[] = {eight.targets()[0].values};
      for (int i = 0; i < steps; ++i) {
        model.backward({.inputs = inputs, .targets = targets, .sample_weights = {}});
        step(model, Adam({.lr = 0.01}));
      }
    };
    Model whole(net_with_state(), {.dtype = dtype, .max_batch = 8, .seed = 3}),
        first(net_with_state(), {.dtype = dtype, .max_batch = 8, .seed = 3}),
        second(net_with_state(), {.dtype = dtype, .max_batch = 8, .seed = 3});
    loop(whole, 7);
    loop(first, 4);
    save_checkpoint(first, folder / "loop.safetensors");
    load_checkpoint(second, (folder / "loop.safetensors").string());
    loop(second, 3);
    CHECK(Snapshot(second) == Snapshot(whole));
  }
}
