#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/support/run.hpp"
#include "tests/support/temporary_folder.hpp"

using weir::test::run;
using weir::test::TemporaryFolder;

namespace {

const std::string mnist = "\"" MNIST_PROGRAM "\"";

nlohmann::json read_json(const std::filesystem::path& file) { return nlohmann::json::parse(std::ifstream(file)); }

// The folder of the real MNIST, or empty; says so.
std::string real_mnist() {
  const char* folder = std::getenv("WEIR_DATA_DIR");
  if (folder != nullptr && std::filesystem::exists(std::filesystem::path(folder) / "mnist")) return std::string(folder) + "/mnist";
  std::cout << "SKIPPED: MNIST is not here (WEIR_DATA_DIR)\n";
  return {};
}

}  // namespace

TEST_CASE("mnist: the real images reach 97 percent in mean 97.3 over three seeds") {
  const std::string data = real_mnist();
  if (data.empty()) return;
  const TemporaryFolder folder;
  double mean = 0;
  for (const char* seed : {"1", "2", "3"}) {
    const auto json = folder / "figures.json";
    const auto ran =
        run(mnist + " --quiet --data " + data + " --optimizer adam --epochs 5 --batch 64 --seed " + seed + " --json " + json.string());
    REQUIRE_MESSAGE(ran.status == 0, ran.output);
    const auto figures = read_json(json);
    CHECK(figures["dataset"] == "mnist");
    CHECK(figures["train_samples"] == 60000);
    CHECK(figures["test_samples"] == 10000);
    CHECK(figures["test_accuracy"].get<double>() >= 0.970);
    mean += figures["test_accuracy"].get<double>() / 3;
  }
  CHECK(mean >= 0.973);
}

TEST_CASE("examples: the quick start reads 97 of 100 digits") {
  if (real_mnist().empty()) return;
  const weir::test::TemporaryFolder folder;
  const auto ran = run("cd " + folder.path().string() + " && \"" QUICKSTART_PROGRAM "\"");
  REQUIRE_MESSAGE(ran.status == 0, ran.output);
  CHECK(ran.last_line().ends_with(" % of the test images are recognised"));
  CHECK(std::stod(ran.last_line()) >= 97);
  CHECK(std::filesystem::exists(folder / "mnist.safetensors"));
}
