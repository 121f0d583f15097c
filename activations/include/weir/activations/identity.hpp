#pragma once

#include <string_view>

#include <weir/core/host_device.hpp>
#include <weir/core/layer.hpp>

namespace weir {

// y = x, dx = dy.
struct Identity {
  static constexpr std::string_view name = "identity";
  static constexpr Needs needs = Needs::neither;

  template <class T>
  WEIR_HD T forward(T x) const {
    return x;
  }
  template <class T>
  WEIR_HD T backward(T /*unused*/, T dy) const {
    return dy;
  }
};

}  // namespace weir
