#include <weir/core/dtype.hpp>

#include <ostream>
#include <weir/core/device.hpp>
#include <weir/core/precision.hpp>

#include "core/memory_ops.hpp"
#include "core/typed.hpp"

namespace weir {

std::size_t size_of(DType dtype) {
  std::size_t size = 2;  // of bf16
  typed_any(dtype, [&](auto number) { size = sizeof(number); });
  return size;
}

std::string to_string(DType dtype) {
  constexpr const char* names[] = {"f32", "f64", "bf16", "i32", "u8", "i64"};  // in the order of the enumerators
  return names[static_cast<std::size_t>(dtype)];
}

std::string to_string(Precision precision) {
  constexpr const char* names[] = {"f32", "tf32", "bf16"};  // in the order of the enumerators
  return names[static_cast<std::size_t>(precision)];
}

std::string to_string(Device device) { return device.is_cpu() ? "cpu" : "cuda:" + std::to_string(device.index()); }

std::ostream& operator<<(std::ostream& out, Device device) { return out << to_string(device); }

Device best_device() noexcept { return cuda::device_count() > 0 ? Device::cuda() : Device::cpu(); }

std::string cuda_status() { return cuda::status(); }

}  // namespace weir
