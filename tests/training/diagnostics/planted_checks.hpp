#pragma once

#include <doctest/doctest.h>

#include <string>
#include <weir/core/error.hpp>
#include <weir/training/gradcheck.hpp>

namespace weir::test {

// Checks that gradcheck failed at this tensor, because of an error well above the bound and not of skipped entries.
inline void check_caught(const GradcheckReport& report, const std::string& tensor, const char* advice = "Correct the backward") {
  CAPTURE(report);
  CHECK(!report.passed);
  CHECK(report.problem.find("gradcheck: " + tensor + "[") == 0);
  CHECK(report.problem.find(advice) != std::string::npos);
  CHECK_THROWS_AS(report.throw_if_failed(), NumericError);
}

inline void check_right(const GradcheckReport& report) {
  CAPTURE(report);
  CHECK(report.passed);
  CHECK(report.problem.empty());
  CHECK(report.skipped == 0);
  CHECK_NOTHROW(report.throw_if_failed());
}

}  // namespace weir::test
