#pragma once

#include <memory>
#include <optional>
#include <type_traits>

namespace bench {

// A function that makes its value at the first call and gives that one ever after; its copies share it.
template <class F>
auto lazy(F make) {
  using T = std::invoke_result_t<F>;
  return [make, value = std::make_shared<std::optional<T>>()]() -> T& {
    if (!*value) value->emplace(make());
    return **value;
  };
}

}  // namespace bench
