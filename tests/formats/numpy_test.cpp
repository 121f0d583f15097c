#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <sstream>
#include <weir/activations/activation.hpp>
#include <weir/formats/save.hpp>
#include <weir/layers/dense.hpp>

#include "tests/support/compare.hpp"
#include "tests/support/layer_runner.hpp"
#include "tests/support/run.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir;
using namespace weir::test;

namespace {

std::vector<double> hexadecimals(std::istream& words) {
  std::vector<double> result;
  for (std::string word; words >> word;) result.push_back(std::strtod(word.c_str(), nullptr));
  return result;
}

}  // namespace

TEST_CASE("save: NumPy reads the weights to the bit and computes the same") {
  const std::string python = WEIR_PYTHON;
  if (python.empty() || run(python + " -c 'import numpy'").status != 0) {
    std::cout << "SKIPPED: python3-numpy is not installed\n";
    return;
  }
  const TemporaryFolder folder;
  for (const DType dtype : {DType::f32, DType::f64}) {
    Model model(sequential({4}, Dense(5), ReLU(), Dense(3)), {.dtype = dtype, .seed = 2});
    save(model, folder / "a", {{"note", "for numpy"}});
    const Ran ran = run(python + " " WEIR_SOURCE_DIR "/tests/formats/read_with_numpy.py " + (folder / "a").string());
    REQUIRE_MESSAGE(ran.status == 0, ran.output);
    std::map<std::string, std::string> lines;
    std::istringstream output(ran.output);
    for (std::string line; std::getline(output, line);) lines[line.substr(0, line.find(' '))] = line.substr(line.find(' ') + 1);
    CHECK(lines.size() == 6);
    CHECK(lines["types"] == "input dense activation dense");
    for (const auto& [name, shape] :
         std::map<std::string, std::string>{{"0.weight", "[5, 4]"}, {"0.bias", "[5]"}, {"2.weight", "[3, 5]"}, {"2.bias", "[3]"}}) {
      const std::string start = (dtype == DType::f32 ? "F32 " : "F64 ") + shape + " ";
      REQUIRE(lines[name].starts_with(start));
      std::istringstream words(lines[name].substr(start.size()));
      CHECK(hexadecimals(words) == numbers(model.parameter(name)));
    }
    std::vector<double> identity(16);
    for (std::size_t i = 0; i < 4; ++i) identity[5 * i] = 1;
    std::istringstream words(lines["forward"]);
    CHECK(worst_error(numbers(model.forward(tensor(identity, {4, 4}, dtype))), hexadecimals(words)) < (dtype == DType::f64 ? 1e-14 : 1e-6));
  }
}
