#include <algorithm>

#include <weir/core/communicator.hpp>

namespace weir {

void Communicator::gather(std::span<const std::byte> own, std::span<std::byte> all) const {
  if (transport_) return transport_->gather(own, all);
  std::copy(own.begin(), own.end(), all.begin());
}

}  // namespace weir
