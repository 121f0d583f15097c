#include "pgm.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>

#include <weir/weir.hpp>

namespace {

// The next number of a PGM header, after white space and comments; -1 if there is none.
int next_number(std::istream& in) {
  while ((in >> std::ws).peek() == '#') in.ignore(1 << 20, '\n');
  int number = 0;
  return in >> number ? number : -1;
}

}  // namespace

Picture read_pgm(const std::string& file, double white) {
  if (!std::filesystem::is_regular_file(file)) throw weir::FileError(file + ": is no file that can be read. Name a PGM file.");
  std::ifstream in(file, std::ios::binary);
  std::string kind;
  in >> kind;
  const int width = next_number(in), height = next_number(in), deepest = next_number(in);
  if ((kind != "P2" && kind != "P5") || width < 1 || height < 1 || width > 4096 || height > 4096 || deepest < 1 || deepest > 255) {
    throw weir::FormatError(file + ": is no PGM picture of at most 8 bits, expected P2 or P5. Convert it: convert in.png -depth 8 out.pgm");
  }
  in.get();
  Picture picture{width, height, {}};
  for (int i = 0; i < width * height; ++i) {
    const int value = kind == "P5" ? in.get() : next_number(in);
    if (!in || value < 0 || value > deepest) {
      throw weir::FormatError(file + ": ends after " + std::to_string(i) + " points or holds one above " + std::to_string(deepest) +
                              ", expected " + std::to_string(width * height) + ". Make it again.");
    }
    picture.points.push_back(static_cast<std::uint8_t>(std::lround(value * white / deepest)));
  }
  return picture;
}
