// What a build without CUDA links in place of the .cu files: every operation says so.

#include <weir/core/error.hpp>

#include "core/array_ops.hpp"
#include "core/memory_ops.hpp"

namespace weir::cuda {

namespace {

constexpr const char* reason = "built without CUDA: configure with -DWEIR_CUDA=ON where the CUDA Toolkit is installed, or use Device::cpu()";

[[noreturn]] void refuse() { throw DeviceError(std::string("cuda: ") + reason + "."); }

}  // namespace

int device_count() noexcept { return 0; }
const char* status() noexcept { return reason; }

Allocation allocate(Device, std::size_t) { refuse(); }
void copy(const Context&, const ConstTensorView&, const TensorView&) { refuse(); }
void fill(const Context&, const TensorView&, double) { refuse(); }

void matmul(const Context&, const ConstTensorView&, const ConstTensorView&, const TensorView&, const MatmulOptions&) { refuse(); }
void reduce_sum(const Context&, const ConstTensorView&, const TensorView&) { refuse(); }
void add(const Context&, const ConstTensorView&, const ConstTensorView&, const TensorView&) { refuse(); }
void set_loss_gradient(const Context&, const ConstTensorView&, double, const TensorView&) { refuse(); }
void accumulate_loss(const Context&, const ConstTensorView&, const ConstTensorView&, double, const TensorView&) { refuse(); }

}  // namespace weir::cuda
