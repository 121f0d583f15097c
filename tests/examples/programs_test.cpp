#include <cstdlib>
#include <filesystem>
#include <iostream>

#include <doctest/doctest.h>

#include "tests/support/run.hpp"
#include "tests/support/temporary_folder.hpp"

using weir::test::run;

TEST_CASE("examples: a layer of your own is checked and trained") {
  const auto ran = run("\"" CUSTOM_LAYER_PROGRAM "\"");
  CHECK_MESSAGE(ran.status == 0, ran.output);
  CHECK(ran.last_line() == "found 1.000 -2.000 0.500");
}

TEST_CASE("examples: the quick start reads 97 of 100 digits") {
  const char* data = std::getenv("WEIR_DATA_DIR");
  if (data == nullptr || !std::filesystem::exists(std::filesystem::path(data) / "mnist")) {
    std::cout << "SKIPPED: MNIST is not here (WEIR_DATA_DIR)\n";
    return;
  }
  const weir::test::TemporaryFolder folder;
  const auto ran = run("cd " + folder.path().string() + " && \"" QUICKSTART_PROGRAM "\"");
  REQUIRE_MESSAGE(ran.status == 0, ran.output);
  CHECK(ran.last_line().ends_with(" % of the test images are recognised"));
  CHECK(std::stod(ran.last_line()) >= 97);
  CHECK(std::filesystem::exists(folder / "mnist.safetensors"));
}
