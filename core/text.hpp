#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace weir {

// 1234567 -> "1,234,567".
std::string with_commas(std::int64_t number);

// The fewest digits that read back as the same number, whatever the locale: "0.1", "1e-08", "inf"; "nan" without its sign.
std::string number_text(double number);
std::string number_text(float number);

// Rows of cells, printed in columns as wide as their widest cell.
class TextTable {
 public:
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace weir
