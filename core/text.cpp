#include <algorithm>
#include <charconv>
#include <cmath>
#include <ostream>

#include "core/text.hpp"

namespace weir {

std::string with_commas(std::int64_t number) {
  std::string text = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t i = text.size(); i > first + 3;) text.insert(i -= 3, 1, ',');
  return text;
}

namespace {

template <class T, class... Format>
void append(std::string& text, T number, Format... format) {
  if (std::isnan(static_cast<double>(number))) return void(text += "nan");
  char digits[400];  // the largest double has 309 before the point
  text.append(digits, std::to_chars(digits, digits + sizeof digits, number, format...).ptr);
}

}  // namespace

std::string number_text(double number) {
  std::string text;
  append(text, number, std::chars_format::general);
  return text;
}

std::string number_text(float number) {
  std::string text;
  append(text, number, std::chars_format::general);
  return text;
}

void append_number(std::string& text, double number) { append(text, number, std::chars_format::general); }
void append_number(std::string& text, double number, int decimals) { append(text, number, std::chars_format::fixed, decimals); }
void append_number(std::string& text, std::int64_t number) { append(text, number); }

void TextTable::print(std::ostream& out) const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

}  // namespace weir
