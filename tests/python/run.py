"""Runs pytest on the files given, and says in a line "SKIPPED: why" for each reason why a test was skipped.

Exits with 77 if nothing failed and nothing ran.
"""

import sys

try:
    import numpy  # noqa: F401
    import pytest
except ImportError as error:
    print(f"SKIPPED: {error.name} is not installed. On Debian: apt-get install python3-{error.name}")
    sys.exit(77)


class Reasons:
    def __init__(self):
        self.passed = 0
        self.skipped = {}

    def pytest_runtest_logreport(self, report):
        if report.when == "call" and report.passed:
            self.passed += 1
        self.pytest_collectreport(report)

    def pytest_collectreport(self, report):
        if report.skipped and isinstance(report.longrepr, tuple):
            reason = report.longrepr[2].removeprefix("Skipped: ")
            self.skipped[reason] = self.skipped.get(reason, 0) + 1


if __name__ == "__main__":  # a process that a test starts by spawn imports this file
    reasons = Reasons()
    code = pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]], plugins=[reasons])
    for reason in reasons.skipped:
        print(f"SKIPPED: {reason}")
    if code in (0, 5) and reasons.skipped and reasons.passed == 0:
        sys.exit(77)
    sys.exit(code)
