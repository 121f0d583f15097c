#include <doctest/doctest.h>
#include <zlib.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/formats/load.hpp>
#include <weir/formats/load_state_dict.hpp>
#include <weir/formats/save.hpp>
#include <weir/training/checkpoint_file.hpp>

#include "tests/support/in_memory.hpp"
#include "tests/support/sealed.hpp"
#include "tests/training/callbacks/recorder.hpp"
#include "tests/training/checkpoints/runs.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// A callback with a state of every kind.
class Keeper : public Callback {
 public:
  std::string name() const override { return "keeper"; }
  void save_state(CallbackState& state) const override {
    state.config = Config().set("waited", std::int64_t{3}).set("best", -0.1).set("worst", std::numeric_limits<double>::infinity());
    state.tensors.clear();
    state.tensors.push_back(Tensor::from({1.5F, -2.5F}, Shape{2}));
    state.tensors.push_back(Tensor::from({std::int32_t{7}}, Shape{1}));
  }
};

// A checkpoint within the second epoch.
std::vector<std::byte> checkpoint(const SmallRun& run, Model& model) {
  FitOptions options = options_of(run);
  options.callbacks = {Keeper()};
  options.on_step = [](const StepReport& report) { return report.total_steps == 7 ? Control::stop : Control::go_on; };
  fit(model, run_data(), options);
  std::vector<std::byte> bytes;
  save_checkpoint(model, bytes);
  return bytes;
}

const SmallRun& run_with_state() {
  static const SmallRun found = [] {
    for (SmallRun& run : small_runs()) {
      if (run.name == "state") return run;
    }
    throw std::logic_error("no such run");
  }();
  return found;
}

}  // namespace

TEST_CASE("checkpoint: everything in TrainingState comes back") {
  Model model = model_of(run_with_state());
  model.set_data_info({{{.columns = {"a", "b", "c", "d", "e", "f"}}}, {{.classes = {"x", "y", "z"}}}});
  const std::vector<std::byte> bytes = checkpoint(run_with_state(), model);
  Model other = model_of(run_with_state());
  load_checkpoint(other, std::span<const std::byte>(bytes));
  CHECK(Snapshot(other) == Snapshot(model));
  const TrainingState &a = model.training_state(), &b = other.training_state();
  CHECK(b.running.steps == 2);
  CHECK(b.running.seconds == a.running.seconds);
  CHECK(b.running.learning_rate == 0.01);
  CHECK(b.optimizer.config == a.optimizer.config);
  CHECK(b.parameters == a.parameters);
  CHECK(b.run == a.run);
  REQUIRE(b.history.size() == 1);
  CHECK(b.history[0].loss == a.history[0].loss);
  CHECK(b.history[0].seconds == a.history[0].seconds);
  CHECK(b.history[0].validation_loss == a.history[0].validation_loss);
  CHECK(b.history[0].validation_accuracy == a.history[0].validation_accuracy);
  REQUIRE(b.callbacks.size() == 2);
  CHECK(b.callbacks[0].name == "keeper");
  CHECK(b.callbacks[0].config == a.callbacks[0].config);
  REQUIRE(b.callbacks[0].tensors.size() == 2);
  CHECK(b.callbacks[0].tensors[0].values<float>()[1] == -2.5F);
  CHECK(b.callbacks[0].tensors[1].values<std::int32_t>()[0] == 7);
  CHECK(other.data_info() == model.data_info());
  CHECK(other.data_info().targets[0].classes == std::vector<std::string>{"x", "y", "z"});
  std::vector<std::byte> again;
  save_checkpoint(other, again);
  CHECK(again == bytes);
}

TEST_CASE("checkpoint: it is a model file too") {
  Model model = model_of(run_with_state());
  const std::vector<std::byte> bytes = checkpoint(run_with_state(), model);
  const Model read = load_model(std::span<const std::byte>(bytes));
  CHECK(bits(read.parameter_arena()) == bits(model.parameter_arena()));
  CHECK(bits(read.state_arena()) == bits(model.state_arena()));
  Model other = model_of(run_with_state());
  CHECK(load_state_dict(other, std::span<const std::byte>(bytes)).unexpected.empty());
  CHECK(load_metadata(std::span<const std::byte>(bytes)).empty());
}

TEST_CASE("digest: it is the CRC-32 of all bytes with its own digits as zeros") {
  Model model = model_of(plain_run());
  std::vector<std::byte> bytes;
  save(model, bytes, {{"note", "weir.digest\":\"12345678"}});  // does not look like the entry: quotes are escaped in JSON
  std::string text = text_of(bytes);
  const std::string key = "\"weir.digest\":\"";
  const std::size_t at = text.find(key) + key.size();
  const std::string digits = text.substr(at, 8);
  const TensorFile file{std::span<const std::byte>(bytes)};
  CHECK(digits == file.metadata().at("weir.digest"));
  text.replace(at, 8, "00000000");
  char expected[9];
  std::snprintf(expected, sizeof expected, "%08lx",
                ::crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size())));
  CHECK(digits == expected);
}

TEST_CASE("digest: every flipped byte and every cut of a checkpoint is found and changes nothing") {
  Model model = model_of(plain_run());
  const std::vector<std::byte> bytes = checkpoint(plain_run(), model);
  Model other = model_of(plain_run());
  const Snapshot before(other);
  int refused = 0, expected = 0;
  const auto refuse = [&](std::span<const std::byte> damaged) {
    ++expected;
    try {
      load_checkpoint(other, damaged);
    } catch (const FormatError&) {
      ++refused;
    }
    ++expected;
    try {
      load_model(damaged);
    } catch (const FormatError&) {
      ++refused;
    }
  };
  std::vector<std::byte> damaged = bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto bit = static_cast<unsigned char>(1U << (i % 8));
    for (const unsigned char mask : {bit, static_cast<unsigned char>(0xff)}) {
      damaged[i] = bytes[i] ^ std::byte{mask};
      refuse(damaged);
    }
    damaged[i] = bytes[i];
    refuse(std::span(bytes).first(i));
  }
  damaged.push_back(std::byte{0});
  refuse(damaged);
  CHECK(refused == expected);
  CHECK(Snapshot(other) == before);
}

TEST_CASE("checkpoint: one whose values were changed together with its digest is refused in words") {
  Model model = model_of(plain_run());
  const std::vector<std::byte> bytes = checkpoint(plain_run(), model);
  const auto said = [&](const std::string& from, const std::string& to) {
    std::string text = text_of(bytes);
    const std::size_t found = text.find(from);
    REQUIRE(found != std::string::npos);
    REQUIRE(from.size() == to.size());
    text.replace(found, from.size(), to);
    text = sealed(text);
    Model other = model_of(plain_run());
    try {
      load_checkpoint(other, in_memory(text));
    } catch (const FormatError& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  const std::string start = "(memory): its state of training cannot be used: ", end = " It is damaged: copy or save it again.";
  CHECK(said(R"(\"version\":1)", R"(\"version\":9)") == start + "its version is unknown: it was saved by another weir." + end);
  CHECK(said(R"(\"step\":7)", R"(\"stop\":7)") == start + "its 'step' is missing." + end);
  CHECK(said(R"(\"epochs\":1)", R"(\"epochs\":x)") != "nothing");
  CHECK(said(R"(\"steps\":2)", R"(\"steps\":-)") != "nothing");
  CHECK(said("weir.history", "weir.mistory") ==
        start + "(memory): has no tensor 'weir.history'. Look at its entries() for what it has." + end);
}
