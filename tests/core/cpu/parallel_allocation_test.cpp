#include <string>
#include <thread>

#include <doctest/doctest.h>

#include <weir/core/parallel.hpp>

#include "tests/support/malloc_counter.hpp"

TEST_CASE("parallel: short calls allocate nothing from the second on whether they are shared or made alone") {
  if (const char* why = weir::test::allocations_unknown()) {
    MESSAGE("SKIPPED: " << std::string(why));
    return;
  }
  std::thread([] {  // a thread that has made no calls before
    weir::Context context;
    context.threads = 2;
    const auto call = [&] { weir::parallel_for(context, 2, [](std::int64_t) {}); };
    call();
    const auto before = weir::test::allocations();
    for (int i = 0; i < 3000; ++i) call();  // the first alone, the others shared
    CHECK(weir::test::allocations() == before);
  })
      .join();
}
