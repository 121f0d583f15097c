#pragma once

#include <cstdint>
#include <string>
#include <vector>

// A grey-scale image, row-major; 0 is black.
struct Picture {
  std::int64_t width = 0, height = 0;
  std::vector<std::uint8_t> points;
};

// Reads a PGM file (P2 or P5, up to 8 bits) and scales it to [0, white]. Throws weir::FileError, weir::FormatError.
Picture read_pgm(const std::string& file, double white);
