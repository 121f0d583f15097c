#pragma once

#include <locale.h>
#include <stdlib.h>

#include <doctest/doctest.h>
#include <clocale>
#include <cstdio>
#include <locale>
#include <string>

#include "tests/support/environment.hpp"
#include "tests/support/temporary_folder.hpp"

namespace weir::test {

// While it lives, the program writes 1234.5 as "1.234,5": C++ streams by a facet, C functions by a locale that localedef makes in a
// temporary folder. Where localedef is missing the C functions keep the point: c_too() is false, and "SKIPPED: ..." is printed.
class DecimalComma {
 public:
  DecimalComma() {
    write_bytes(folder_ / "source", "LC_NUMERIC\ndecimal_point \",\"\nthousands_sep \".\"\ngrouping 3;3\nEND LC_NUMERIC\n");
    const std::string path = folder_.path().string();
    // Its exit status is 1 because of the categories that the source leaves out.
    [[maybe_unused]] const int ignored =
        std::system(("localedef -c --no-archive -i " + path + "/source " + path + "/comma > /dev/null 2>&1").c_str());
    const Environment locales("LOCPATH", path);
    c_too_ = std::setlocale(LC_NUMERIC, "comma") != nullptr;
    if (!c_too_) MESSAGE("SKIPPED: the C functions: localedef made no locale with a decimal comma");
    std::locale::global(std::locale(std::locale::classic(), new Comma));
    if (c_too_) std::setlocale(LC_NUMERIC, "comma");  // global() may have changed it
    char text[8];
    std::snprintf(text, sizeof text, "%.1f", 0.5);
    CHECK(text == std::string(c_too_ ? "0,5" : "0.5"));
  }
  DecimalComma(const DecimalComma&) = delete;
  DecimalComma& operator=(const DecimalComma&) = delete;
  ~DecimalComma() {
    std::locale::global(before_);
    std::setlocale(LC_NUMERIC, "C");
  }

  bool c_too() const { return c_too_; }

 private:
  struct Comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };

  TemporaryFolder folder_;
  std::locale before_;
  bool c_too_ = false;
};

}  // namespace weir::test
