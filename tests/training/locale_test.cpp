// Reports and messages of training in a host program whose locale writes decimal commas.

#include <doctest/doctest.h>

#include <sstream>
#include <weir/layers/huber.hpp>
#include <weir/layers/multi_margin.hpp>
#include <weir/training/adam.hpp>
#include <weir/training/compare_devices.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/gradcheck.hpp>
#include <weir/training/one_cycle_lr.hpp>
#include <weir/training/profile_report.hpp>
#include <weir/training/sgd.hpp>
#include <weir/training/step_lr.hpp>

#include "tests/formats/container.hpp"
#include "tests/support/decimal_comma.hpp"
#include "tests/training/toy.hpp"

using namespace weir;
using namespace weir::test;

namespace {

template <class T>
std::string printed(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

std::vector<std::string> texts() {
  ProfileReport profile;
  profile.rows.push_back({"0  dense(3)", "forward", 1234.5, 0.125, 2.5, 1234.5, 0.5, "memory"});
  profile.step_microseconds = 2469.25;
  profile.batch = 1234;
  profile.threads = 2;
  profile.peak_gflops = 1500.5;
  GradcheckReport check;
  check.checked = 12345;
  check.worst_two_points = {.tensor = "0.weight", .entry = 1234, .analytic = 0.5, .numeric = 1234.5, .error = 0.25, .bound = 1e-7};
  check.worst_relative = 0.125;
  DeviceComparison comparison;
  comparison.rows.push_back({"loss", 0.5, 1e-5});
  std::vector<std::string> result{printed(profile),
                                  printed(check),
                                  printed(comparison),
                                  Adam({.lr = 0.001}).describe(),
                                  SGD({.lr = 0.5, .momentum = 0.9}).describe(),
                                  StepLR({.step_size = 1234, .gamma = 0.1}).describe(),
                                  OneCycleLR({.total_steps = 1234, .max_lr = 0.5}).describe(),
                                  Huber({.delta = 0.5}).describe(),
                                  SoftmaxCrossEntropy({.label_smoothing = 0.25}).describe()};
  const auto add = [&](auto&& f) { result.push_back(message_of<Error>(f)); };
  add([] { Adam({.lr = -0.5}); });
  add([] { StepLR({.gamma = -0.5}); });
  add([] { SoftmaxCrossEntropy({.label_smoothing = 1.5}); });
  add([] { SoftmaxCrossEntropy({.weight = {0.5, -0.5}}); });
  add([] { MultiMargin({.margin = std::numeric_limits<double>::infinity()}); });
  add([] { gradcheck(sequential({2}, Dense(2)), {.h = -0.5}); });
  add([] { gradcheck(sequential({2}, Dense(2)), {.max_skipped = 1.5}); });
  add([] {
    Model model = classifier();
    const Dataset data = blobs(6);
    fit(model, Dataset(clone(data.inputs()[0].values), tensor(std::vector<double>(18, 0.25), Shape{6, 3}, DType::f32)),
        {.loss = SoftmaxCrossEntropy(), .optimizer = Adam(), .batch = 3});
  });
  add([] { Dataset({Field(Tensor(Shape{2, 3}, DType::u8), {.divisor = -0.5})}, {}); });
  add([] { Dataset({Field(Tensor::from<float>({1.5F, std::numeric_limits<float>::infinity()}, Shape{2, 1}))}, {}); });
  return result;
}

}  // namespace

TEST_CASE("locale: reports and descriptions and messages are the same with a decimal comma") {
  const std::vector<std::string> plain = texts();
  CHECK(plain[0].find("1234.5") != std::string::npos);
  CHECK(plain[1].find("analytic 0.5, numeric 1234.5") != std::string::npos);
  const DecimalComma comma;
  const std::vector<std::string> written = texts();
  REQUIRE(written.size() == plain.size());
  for (std::size_t i = 0; i < plain.size(); ++i) CHECK(written[i] == plain[i]);
}
