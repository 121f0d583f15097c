#include <ostream>

#include <weir/core/device.hpp>

#include "core/memory_ops.hpp"

namespace weir {

std::string to_string(Device device) { return device.is_cpu() ? "cpu" : "cuda:" + std::to_string(device.index()); }

std::ostream& operator<<(std::ostream& out, Device device) { return out << to_string(device); }

Device best_device() noexcept { return cuda::device_count() > 0 ? Device::cuda() : Device::cpu(); }

std::string cuda_status() { return cuda::status(); }

}  // namespace weir
