#include "data/finite.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

#include <weir/core/array.hpp>
#include <weir/core/parallel.hpp>

#include "core/convert.hpp"

namespace weir {

namespace {

constexpr std::int64_t finite_tile = 64 * 1024;

template <class T>
bool is_beyond(T value, T limit) {
  return !(std::abs(value) <= limit);
}

template <class T>
std::int64_t first_beyond_in(std::span<const T> values, T limit) {
  const auto count = static_cast<std::int64_t>(values.size());
  std::atomic<bool> found = false;
  parallel_for(context_for(Device::cpu()), (count + finite_tile - 1) / finite_tile, [&](std::int64_t tile) {
    const T* begin = values.data() + tile * finite_tile;
    const T* end = values.data() + std::min(count, (tile + 1) * finite_tile);
    int bad = 0;
    for (const T* value = begin; value != end; ++value) bad |= is_beyond(*value, limit) ? 1 : 0;
    if (bad != 0) found = true;
  });
  if (!found) return -1;
  return std::find_if(values.begin(), values.end(), [&](T value) { return is_beyond(value, limit); }) - values.begin();
}

}  // namespace

std::int64_t first_beyond(const ConstTensorView& values, double limit) {
  if (values.dtype() == DType::f32) return first_beyond_in(values.values<float>(), static_cast<float>(limit));
  return first_beyond_in(values.values<double>(), limit);
}

std::string describe_element(const ConstTensorView& values, std::int64_t index) {
  const std::int64_t features = values.shape().without_front().elements();
  std::string text = "sample " + std::to_string(index / features);
  if (values.shape().rank() > 1) text += ", feature " + std::to_string(index % features);
  return text + " is " + element_text(values, index);
}

}  // namespace weir
