#pragma once

#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace weir {

// 1234567 -> "1,234,567".
std::string with_commas(std::int64_t number);
std::string with_commas(std::unsigned_integral auto number) { return with_commas(static_cast<std::int64_t>(number)); }

// The shortest text that reads back as the same number, independent of the locale: "0.1", "1e-08", "inf", "nan" (never "-nan").
std::string number_text(double number);
std::string number_text(float number);

// Appends to a text without the locale's help; takes memory only when the text grows beyond its capacity. The second writes so many
// decimals.
void append_number(std::string& text, double number);
void append_number(std::string& text, double number, int decimals);
void append_number(std::string& text, std::int64_t number);

// A table of text, printed left-aligned with each column as wide as its widest cell.
class TextTable {
 public:
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace weir
