#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/activations/exhaustive_checks.hpp"

namespace weir::test {

// A row of the table.
struct Row {
  Check check;
  Findings found;

  bool good() const { return !check.judged || (found.beyond == 0 && found.broken_rules == 0 && found.differ == 0 && found.inputs > 0); }

  std::vector<std::string> cells() const {
    const auto number = [](const char* format, double value) {
      char text[64];
      std::snprintf(text, sizeof text, format, value);
      return std::string(text);
    };
    const auto worst = [&](double error, double at) {
      return error == 0 ? std::string("0") : number("%.4g", error) + " at " + number("%.9g", at);
    };
    const std::string bound = !check.judged ? "none" : check.exact ? "exact" : check.largest_term ? "2 ulp or 1 term" : "2 ulp";
    return {check.name,
            std::to_string(found.inputs),
            worst(found.worst_ulp, found.worst_ulp_at),
            check.largest_term ? worst(found.worst_term, found.worst_term_at) : "-",
            std::to_string(found.broken_rules),
            std::to_string(found.differ),
            bound,
            !check.judged ? "-"
            : good()      ? "yes"
                          : "NO: " + std::to_string(found.beyond + found.broken_rules + found.differ) + " inputs"};
  }

  std::string text() const { return line(cells()); }
  static std::string heading() { return line(titles()); }
  static std::vector<std::string> titles() {
    return {"function", "inputs", "worst error in ulp", "beyond 2 ulp, in terms", "rules broken", "bits differ", "bound", "within"};
  }

 private:
  static std::string line(const std::vector<std::string>& cells) {
    constexpr std::size_t widths[] = {24, 12, 30, 30, 21, 13, 17, 8};
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      text += cells[i] + std::string(cells[i].size() < widths[i] ? widths[i] - cells[i].size() : 1, ' ');
    }
    return text.substr(0, text.find_last_not_of(' ') + 1);
  }
};

// A Markdown page with the table and how it was made.
std::string markdown(const std::vector<Row>& rows, std::uint64_t fraction);

}  // namespace weir::test
