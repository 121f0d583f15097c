// Compares every activation and its derivative (dy = 1) with the same formula in double, for all 2^32 floats.
//
//   activations_exhaustive [--fraction N] [--markdown FILE]   N: test one float in N, evenly spread (1: all)
//   activations_exhaustive --dump-relu N                      writes blocks of x, relu(x), relu_grad(x) to stdout, for relu_numpy.py
//
// Exit status 1 if an error exceeds its bound. A derivative is tested as a function of what backward receives, x or y. The rows "through y"
// of a full run are informative only: they show how much accuracy is lost by computing the derivative from the rounded y instead of x.

#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "tests/activations/exhaustive_checks.hpp"
#include "tests/activations/exhaustive_table.hpp"

namespace {

using namespace weir::test;

struct Options {
  std::uint64_t fraction = 1;
  std::string markdown;
  bool dump = false;
};

Options parse(int count, char** words) {
  Options options;
  for (int i = 1; i < count; i += 2) {
    const std::string word = words[i];
    const std::string value = i + 1 < count ? words[i + 1] : "";
    if (word == "--markdown" && !value.empty()) {
      options.markdown = value;
      continue;
    }
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), options.fraction);
    const bool number = error == std::errc() && end == value.data() + value.size() && options.fraction >= 1 && options.fraction <= 65536;
    if ((word != "--fraction" && word != "--dump-relu") || !number) {
      throw std::invalid_argument("usage: activations_exhaustive [--fraction 1..65536] [--markdown FILE] | --dump-relu 1..65536");
    }
    options.dump = word == "--dump-relu";
  }
  return options;
}

void dump_relu(const Inputs& inputs) {
  std::vector<float> x(Inputs::block), y(Inputs::block);
  const auto write = [](const std::vector<float>& values) {
    if (std::fwrite(values.data(), sizeof(float), values.size(), stdout) != values.size())
      throw std::runtime_error("cannot write to stdout");
  };
  const weir::Shape shape{Inputs::block};
  for (std::int64_t b = 0; b < inputs.blocks(); ++b) {
    inputs.fill(b, x);
    write(x);
    weir::relu(weir::ConstTensorView(x.data(), shape), weir::TensorView(y.data(), shape));
    write(y);
    weir::relu_grad(weir::ConstTensorView(x.data(), shape), weir::TensorView(y.data(), shape));
    write(y);
  }
}

int run(const Options& options) {
  const Inputs inputs(options.fraction);
  if (options.dump) {
    dump_relu(inputs);
    return 0;
  }
  std::vector<Row> rows;
  bool good = true;
  for (const Check& check : all_checks(options.fraction == 1)) {
    rows.push_back({check, examine(check, inputs)});
    good = good && rows.back().good();
    std::cout << (rows.size() == 1 ? Row::heading() + "\n" : "") << rows.back().text() << std::endl;
  }
  if (!options.markdown.empty()) {
    std::ofstream file(options.markdown);
    file << markdown(rows, options.fraction);
    if (!file.flush()) throw std::runtime_error(options.markdown + ": cannot be written");
  }
  std::cout << (good ? "all within bounds" : "BEYOND BOUNDS") << std::endl;
  return good ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  try {
    return run(parse(count, words));
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}
