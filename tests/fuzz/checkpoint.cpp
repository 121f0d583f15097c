// A checkpoint: load_checkpoint from memory, and FitOptions::resume, which trains on with what it read.
#include <optional>
#include <string>
#include <utility>
#include <vector>
#include <weir/weir.hpp>

#include "tests/fuzz/target.hpp"
#include "tests/support/in_memory.hpp"
#include "tests/support/sealed.hpp"
#include "tests/support/temporary_folder.hpp"

namespace weir::test {

namespace {

Model new_model() { return Model(sequential({3}, Dense(3), BatchNorm(), ReLU(), Dense(2)), {.max_batch = 4, .seed = 7}); }

const Dataset& data() {
  static const Dataset all = [] {
    std::vector<float> x;
    std::vector<std::int32_t> labels;
    for (int i = 0; i < 30; ++i) x.push_back(static_cast<float>(i * i % 7) - 3);
    for (int i = 0; i < 10; ++i) labels.push_back(i % 2);
    return Dataset(Tensor::from(std::span<const float>(x), Shape{10, 3}), Tensor::from(std::span<const std::int32_t>(labels), Shape{10}));
  }();
  return all;
}

// A run with all that has a state of its own: 3 steps an epoch.
FitOptions options_in(const std::filesystem::path& folder) {
  return {.loss = SoftmaxCrossEntropy(),
          .optimizer = Adam({.lr = 0.01}),
          .groups = {{.names = "*.bias", .lr = 0.1, .weight_decay = 0}},
          .schedule = ReduceLROnPlateau({.patience = 0}),
          .average = WeightAverage{.decay = 0.9},
          .epochs = 3,
          .batch = 4,
          .validation = &data(),
          .callbacks = {EarlyStopping({.patience = 5, .restore_best_weights = true}), CsvLog(folder / "log.csv"),
                        Checkpoint(folder, {.every_epochs = 2, .keep_best = "val_loss"})}};
}

std::string checkpoint_of(const Model& model) {
  std::vector<std::byte> bytes;
  save_checkpoint(model, bytes);
  return text_of(bytes);
}

// The checkpoint of a run that was stopped after so many steps; 0: before the first.
std::string stopped_after(std::uint64_t steps) {
  const TemporaryFolder folder;
  Model model = new_model();
  FitOptions options = options_in(folder.path());
  options.on_step = [&](const StepReport& report) { return report.total_steps == steps ? Control::stop : Control::go_on; };
  if (steps > 0) fit(model, data(), options);
  return checkpoint_of(model);
}

void load(const std::string& file) {
  Model model = new_model();
  const std::string before = checkpoint_of(model);
  try {
    load_checkpoint(model, in_memory(file));
  } catch (const Error&) {
    require(checkpoint_of(model) == before, "load_checkpoint threw and changed the Model");
    return;
  }
  const std::string once = checkpoint_of(model);
  load_checkpoint(model, in_memory(once));
  require(checkpoint_of(model) == once, "a checkpoint that was loaded, saved and loaded is another");
}

void resume(const std::string& file) {
  const TemporaryFolder folder;
  write_bytes(folder / "step-000000000.safetensors", file);
  Model model = new_model();
  const std::string before = checkpoint_of(model);
  FitOptions options = options_in(folder.path());
  options.resume = folder.path();
  int steps = 0;
  options.on_step = [&](const StepReport&) { return ++steps == 4 ? Control::stop : Control::go_on; };
  bool begun = false;
  class Begins : public Callback {
   public:
    explicit Begins(bool& begun) : begun_(&begun) {}
    std::string name() const override { return "begins"; }
    Control on_begin(Model&, const BeginReport&) override {
      *begun_ = true;
      return Control::go_on;
    }

   private:
    bool* begun_;
  };
  options.callbacks.insert(options.callbacks.begin(), Begins(begun));
  try {
    fit(model, data(), options);
  } catch (const Error&) {
    if (!begun) require(checkpoint_of(model) == before, "fit threw before the first step and changed the Model");
  }
}

}  // namespace

void fuzz_one(const std::string& bytes) {
  const std::string file = sealed(bytes);
  load(file);
  resume(file);
}

std::map<std::string, std::string> seeds() {
  return {{"before_the_first_step", stopped_after(0)},
          {"in_the_first_epoch", stopped_after(2)},
          {"after_an_epoch", stopped_after(3)},
          {"in_the_second_epoch", stopped_after(5)},
          {"in_the_third_epoch", stopped_after(8)}};
}

}  // namespace weir::test
