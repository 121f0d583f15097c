#include "tests/activations/exhaustive_table.hpp"

namespace weir::test {

namespace {

std::string compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#elif defined(__GNUC__)
  return "g++ " __VERSION__;
#else
  return "another compiler";
#endif
}

std::string instruction_set() {
#if defined(__AVX512F__)
  return "AVX-512";
#elif defined(__AVX2__)
  return "AVX2";
#elif defined(__x86_64__)
  return "x86-64 (SSE2)";
#else
  return "this machine's";
#endif
}

std::string line(const std::vector<std::string>& cells) {
  std::string text = "|";
  for (const std::string& cell : cells) text += " " + cell + " |";
  return text + "\n";
}

constexpr const char* legend = R"(
- A derivative is judged as a function of what backward receives. The rows "through y" are not judged: they show what the derivative from
  a rounded y loses against the derivative at x.
- Beyond 2 ulp, in terms: the worst error among results that are not within 2 ulp, in 2^-24 of the largest term of the formula (or of one
  of its terms), which cancel there. 0: there is no such result.
- exact: equal to the formula rounded once to float, to the bit.
- Rules: NaN where and only where it belongs, the limits at the infinities, the range of the function, the sign of an exact zero.
- Bits differ: inputs whose result in a vector loop is not what the functor gives alone (with --fraction, of one input in eight).
- 18 special values are looked at again at the end, in 65,536 inputs.

)";

}  // namespace

std::string markdown(const std::vector<Row>& rows, std::uint64_t fraction) {
  const std::string inputs = fraction == 1 ? "all 2^32 floats" : "one float in " + std::to_string(fraction);
  std::string page = "# Every activation against the same formula in double, over " + inputs + "\n\n";
  page += "Made by `activations_exhaustive" + (fraction == 1 ? "" : " --fraction " + std::to_string(fraction)) +
          " --markdown FILE`, compiled by " + compiler() + " for " + instruction_set() + ". dy is 1.\n" + legend;
  page += line(Row::titles()) + "|";
  for (std::size_t i = 0; i < Row::titles().size(); ++i) page += " --- |";
  page += "\n";
  for (const Row& row : rows) page += line(row.cells());
  return page;
}

}  // namespace weir::test
