#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace weir {

// 1234567 -> "1,234,567".
std::string with_commas(std::int64_t number);

// Rows of cells, printed in columns as wide as their widest cell.
class TextTable {
 public:
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace weir
