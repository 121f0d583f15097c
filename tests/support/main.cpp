#define DOCTEST_CONFIG_IMPLEMENT
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN  // both: a precompiled header may have the first part of doctest already
#include <doctest/doctest.h>
