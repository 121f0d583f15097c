#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/run.hpp"

#include "tests/support/temporary_folder.hpp"

using weir::test::run;
using weir::test::TemporaryFolder;

namespace {

// Runs a program of examples/ and compares its last line with the one that its header promises.
void check_example(const std::string& name, const std::string& last_line, const std::string& arguments = "") {
  const auto ran = run("\"" EXAMPLES_FOLDER "/" + name + "\"" + arguments);
  CHECK_MESSAGE(ran.status == 0, ran.output);
  CHECK(ran.last_line() == last_line);
}

}  // namespace

TEST_CASE("examples: a layer of your own is checked and trained") {
  const auto ran = run("\"" CUSTOM_LAYER_PROGRAM "\"");
  CHECK_MESSAGE(ran.status == 0, ran.output);
  CHECK(ran.last_line() == "found 1.000 -2.000 0.500");
}

TEST_CASE("examples: logic gates and xor") { check_example("logic_gates", "xor 0 1 1 0"); }

TEST_CASE("examples: a regression draws its fit") {
  const TemporaryFolder folder;
  const std::string file = (folder / "fit.svg").string();
  check_example("regression", "wrote " + file + ": the fit is within 0.2 of the curve", " " + file);
  std::ifstream drawing(file);
  const std::string text((std::istreambuf_iterator<char>(drawing)), std::istreambuf_iterator<char>());
  CHECK(text.starts_with("<svg "));
  CHECK(text.ends_with("</svg>\n"));
  CHECK(text.find("crimson") != std::string::npos);
}

TEST_CASE("examples: an autoencoder of the digits") {
  check_example("autoencoder", "12 numbers a digit miss a pixel by less than 0.15 of its range");
}

TEST_CASE("examples: two inputs and two outputs") {
  check_example("two_inputs", "more than 90 of 100 digits and more than 90 of 100 parities are right");
}
