#include <doctest/doctest.h>

#include <cstdio>
#include <locale>
#include <sstream>
#include <string>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/progress_bar.hpp>

#include "tests/training/callbacks/recorder.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

template <class... T>
std::string text(const char* format, T... values) {
  char buffer[200];
  std::snprintf(buffer, sizeof buffer, format, values...);
  return buffer;
}

struct Commas : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

EpochReport an_epoch() {
  EpochReport report;
  report.epoch = 2;
  report.epochs = 1000;
  report.loss = 0.15314;
  report.accuracy = 0.95467;
  report.validation_loss = 12345.6;
  report.validation_accuracy = 1;
  report.metrics = {{"f1", 0.25}};
  report.seconds = 0.204;
  return report;
}

}  // namespace

TEST_CASE("progress bar: a line for each epoch with what the run has") {
  std::ostringstream out;
  Model model = classifier();
  FitOptions options = options_with({ProgressBar(out)});
  const History alone = fit(model, data(), options);
  options.validation = &data();
  options.metrics = {{"one", [](const ConstTensorView&, const ConstTensorView&) { return 1.0; }}};
  options.callbacks = {ProgressBar(out, {.validation = "test"})};
  const History validated = fit(model, data(), options);
  std::string expected;
  for (const EpochReport& e : alone.epochs) {
    expected += text("epoch %d/2  loss %.4f  accuracy %.2f %%  %.2f s\n", static_cast<int>(e.epoch), e.loss, 100 * *e.accuracy, e.seconds);
  }
  for (const EpochReport& e : validated.epochs) {
    expected += text("epoch %d/2  loss %.4f  accuracy %.2f %%  test loss %.4f  test accuracy %.2f %%  one 1.0000  %.2f s\n",
                     static_cast<int>(e.epoch), e.loss, 100 * *e.accuracy, *e.validation_loss, 100 * *e.validation_accuracy, e.seconds);
  }
  CHECK(out.str() == expected);
}

TEST_CASE("progress bar: numbers do not depend on the locale") {
  std::ostringstream out;
  out.imbue(std::locale(std::locale(), new Commas));
  Model model = classifier();
  ProgressBar bar(out);
  bar.on_begin(model, {});
  bar.on_epoch(model, an_epoch());
  CHECK(out.str() ==
        "epoch 2/1000  loss 0.1531  accuracy 95.47 %  validation loss 12345.6000  validation accuracy 100.00 %  f1 0.2500  0.20 s\n");
}

TEST_CASE("progress bar: on a terminal the line is drawn over and ends with the run") {
  std::ostringstream out;
  Model model = classifier();
  ProgressBar bar(out, {.bar = true, .every = 7});
  CHECK(bar.every() == 7);
  CHECK(ProgressBar(out, {.every = 7}).every() == 0);
  bar.on_begin(model, {});
  StepReport step;
  step.epoch = 2;
  step.epochs = 3;
  step.step = 5;
  step.steps = 20;
  step.samples = 300;
  step.epoch_loss = 0.5;
  step.loss = 9;
  step.accuracy = 0.25;
  step.seconds = 2;
  bar.on_step(model, step);
  const std::string drawn = "\r\033[Kepoch 2/3 [=====               ] loss 0.5000  accuracy 25.00 %  150 samples/s  14 s left";
  CHECK(out.str() == drawn);  // 35 steps of 0.4 s are left
  bar.on_step(model, step);   // less than 0.1 s later
  CHECK(out.str() == drawn);
  SUBCASE("an epoch's line replaces it") {
    bar.on_epoch(model, an_epoch());
    CHECK(out.str().substr(drawn.size()).starts_with("\r\033[Kepoch 2/1000  loss "));
    const std::string all = out.str();
    bar.on_end(model, {});
    CHECK(out.str() == all);
  }
  SUBCASE("a run that stops within an epoch leaves it on a line of its own") {
    bar.on_end(model, {});
    CHECK(out.str() == drawn + "\n");
  }
}

TEST_CASE("progress bar: a number of steps below 1 is refused") {
  std::ostringstream out;
  CHECK_THROWS_WITH_AS(ProgressBar(out, {.every = 0}), "progress_bar: every is 0, expected at least 1.", ConfigError);
}
