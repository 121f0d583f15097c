#pragma once

#include <memory>
#include <optional>
#include <type_traits>

namespace bench {

// A function that creates its value at the first call and returns the same one afterwards; copies share the value.
template <class F>
auto lazy(F make) {
  using T = std::invoke_result_t<F>;
  return [make, value = std::make_shared<std::optional<T>>()]() -> T& {
    if (!*value) value->emplace(make());
    return **value;
  };
}

}  // namespace bench
