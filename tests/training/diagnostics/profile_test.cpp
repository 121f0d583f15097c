#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>
#include <weir/activations/activation.hpp>
#include <weir/core/error.hpp>
#include <weir/layers/add.hpp>
#include <weir/layers/dense.hpp>
#include <weir/layers/mean_squared_error.hpp>
#include <weir/layers/softmax_cross_entropy.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/fma_rate.hpp>
#include <weir/training/profile.hpp>

#include "core/model/profiling_hook.hpp"
#include "tests/support/compare.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

Graph two_layers() { return sequential({784}, Dense(128), ReLU(), Dense(10)); }

const ProfileReport::Row& find(const ProfileReport& report, const std::string& phase, const std::string& layer) {
  const auto row = std::find_if(report.rows.begin(), report.rows.end(),
                                [&](const ProfileReport::Row& r) { return r.phase == phase && r.layer == layer; });
  REQUIRE_MESSAGE(row != report.rows.end(), phase << " of " << layer);
  return *row;
}

double flop(const ProfileReport::Row& row) { return row.gflops * 1e9 * row.microseconds * 1e-6; }
double bytes(const ProfileReport::Row& row) { return row.gbytes * 1e9 * row.microseconds * 1e-6; }

}  // namespace

TEST_CASE("profile: the rows are the step in its order and add up to it") {
  const Model model(two_layers(), {.max_batch = 64});
  const Dataset data = blobs(640, 784, 10);
  const ProfileReport report = profile(model, {.loss = SoftmaxCrossEntropy(), .data = &data, .optimizer = Adam(), .seconds = 0.05});

  std::vector<std::string> names;
  double microseconds = 0, share = 0;
  for (const ProfileReport::Row& row : report.rows) {
    names.push_back(row.phase + (row.layer.empty() ? "" : " " + row.layer));
    microseconds += row.microseconds;
    share += row.share;
  }
  CHECK(names == std::vector<std::string>{"gather", "forward 0+1  dense(128) + relu", "forward 2  dense(10)", "loss softmax_cross_entropy",
                                          "backward 2  dense(10)", "backward 0+1  dense(128) + relu", "accuracy", "check", "update adam",
                                          "elsewhere"});
  CHECK(report.batch == 64);
  CHECK(microseconds == doctest::Approx(report.step_microseconds));
  CHECK(share == doctest::Approx(1));
  CHECK(report.peak_gflops > 0);
  CHECK(report.peak_gbytes > 0);
}

TEST_CASE("profile: arithmetic and bytes are those of the shapes") {
  const Model model(two_layers(), {.max_batch = 64});
  const Dataset data = blobs(640, 784, 10);
  const ProfileReport report = profile(model, {.loss = SoftmaxCrossEntropy(), .data = &data, .optimizer = Adam(), .seconds = 0.05});
  constexpr double batch = 64, first = 784 * 128, second = 128 * 10, parameters = first + 128 + second + 10;

  const auto& forward = find(report, "forward", "0+1  dense(128) + relu");
  CHECK(flop(forward) == doctest::Approx(2 * batch * first));
  CHECK(bytes(forward) == doctest::Approx(4 * (batch * 784 + first + 128 + batch * 128)));
  // The first layer needs no gradient of its input, the second one does.
  CHECK(flop(find(report, "backward", "0+1  dense(128) + relu")) == doctest::Approx(2 * batch * first));
  CHECK(flop(find(report, "backward", "2  dense(10)")) == doctest::Approx(2 * 2 * batch * second));
  CHECK(flop(find(report, "loss", "softmax_cross_entropy")) == 0);
  CHECK(bytes(find(report, "gather", "")) == doctest::Approx(batch * (784 * 8 + 8)));
  CHECK(bytes(find(report, "check", "")) == doctest::Approx(4 * (128 + 10)));  // the weights' gradients have bounds from their layers
  CHECK(bytes(find(report, "update", "adam")) == doctest::Approx(7 * 4 * parameters));  // g; w, m and v read and written
}

TEST_CASE("profile: needs nothing but the Model and leaves it as it is") {
  Graph graph;
  const Node x = graph.input({6}), hidden = graph.add(Dense(6), {x});
  const Node sum = graph.add(Add(), {x, hidden});
  graph.output(graph.add(Dense(2), {sum}));
  graph.output(hidden);
  const Model model(graph, {.dtype = DType::f64, .max_batch = 4});
  const auto before = bits(model.parameter_arena());
  const ProfileReport report = profile(model, {.seconds = 0});
  CHECK(report.batch == 4);
  CHECK(find(report, "loss", "mean_squared_error").microseconds > 0);
  CHECK(find(report, "update", "sgd").microseconds > 0);
  CHECK(flop(find(report, "forward", "1  add")) == 0);
  CHECK(bits(model.parameter_arena()) == before);
  CHECK(model.training_state().step == 0);
}

TEST_CASE("profile: says what is missing and stops watching") {
  const Model model(two_layers(), {.max_batch = 64});
  const Dataset data = blobs(64, 784, 10);
  CHECK_THROWS_WITH_AS(profile(model, {.loss = MeanSquaredError()}), "profile: a loss is given without data. Give both, or neither.",
                       ConfigError);
  CHECK_THROWS_WITH_AS(profile(model, {.data = &data}), "profile: data is given without a loss. Give both, or neither.", ConfigError);
  CHECK_THROWS_WITH_AS(profile(model, {.loss = SoftmaxCrossEntropy(), .data = &data, .batch = 65, .seconds = 0}),
                       "fit: batch is 65, the Model takes at most 64. Make it with a larger ModelOptions::max_batch.", ShapeError);
  CHECK(ProfilingHook::current() == nullptr);
  profile(model, {.batch = 2, .seconds = 0});
  CHECK(ProfilingHook::current() == nullptr);
}

TEST_CASE("profile: prints a table") {
  ProfileReport report;
  report.rows.push_back({"0  dense(2)", "forward", 75, 0.75, 123.4, 5.67, 0.5, "arithmetic"});
  report.rows.push_back({"", "elsewhere", 25, 0.25, 0, 0, 0, ""});
  report.step_microseconds = 100;
  report.batch = 2048;
  report.threads = 2;
  report.peak_gflops = 246.8;
  report.peak_gbytes = 39.6;
  std::ostringstream out;
  out << report;
  CHECK(out.str() ==
        "phase      layer        us    share   GFLOP/s  GB/s  of roofline  bound by\n"
        "forward    0  dense(2)  75.0  75.0 %  123      5.7   50 %         arithmetic\n"
        "elsewhere               25.0  25.0 %\n"
        "a step of 2,048: 100.0 us, 20480000 samples/s, 2 threads; roofline: 247 GFLOP/s, 40 GB/s\n");
}

TEST_CASE("fma rate: is no less than a scalar product and sum a clock of 100 MHz") { CHECK(sample_fma_rate() > 0.2); }
