#include <string>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/data/loader.hpp>
#include <weir/training/regression_metrics.hpp>

#include "core/cpu/standard_floats.hpp"
#include "training/check_data.hpp"
#include "training/check_ops.hpp"

namespace weir {

namespace {

constexpr const char* regression_name = "regression_metrics";

void check(const ConstTensorView& outputs, const ConstTensorView& targets) {
  const std::string got = to_string(outputs.dtype()) + " " + to_string(outputs.shape()) + " and " + to_string(targets.dtype()) + " " +
                          to_string(targets.shape());
  if ((outputs.dtype() != DType::f32 && outputs.dtype() != DType::f64) || targets.dtype() != outputs.dtype()) {
    throw ConfigError(std::string(regression_name) + ": outputs and targets are " + got +
                      ", expected one dtype, f32 or f64. Convert with Tensor::to().");
  }
  if (outputs.shape() != targets.shape() || outputs.shape().rank() == 0 || outputs.elements() == 0) {
    throw ShapeError(std::string(regression_name) + ": outputs and targets are " + got +
                     ", expected equal shapes [samples, ...], not empty.");
  }
  if (outputs.device() != targets.device()) {
    throw DeviceError(std::string(regression_name) + ": outputs are on " + to_string(outputs.device()) + ", targets on " +
                      to_string(targets.device()) + ", expected one device. Copy with Tensor::to(Device).");
  }
}

// Sums kept on the device and read once at the end. The targets' variance is computed about the first target instead of 0, so that little
// accuracy is lost to cancellation.
class Sums {
 public:
  Sums(std::int64_t features, Device device) : features_(features), sums_(Shape{4, features}, DType::f64, device) {}

  void add(const Context& context, const ConstTensorView& x, const ConstTensorView& t) {
    if (centre_.empty()) {
      centre_ = Tensor(Shape{features_}, t.dtype(), t.device());
      copy(context, t.rows(0, 1).reshaped({features_}), centre_);
    }
    on_device::regression_sums(context, x, t, centre_, sums_);
    samples_ += x.shape()[0];
  }

  RegressionMetrics read() const {
    const Tensor host = sums_.to(Device::cpu());
    const auto sum = [&](std::int64_t row, std::int64_t j) { return host.values<double>()[static_cast<std::size_t>(row * features_ + j)]; };
    const double n = static_cast<double>(samples_), all = n * static_cast<double>(features_);
    RegressionMetrics result;
    for (std::int64_t j = 0; j < features_; ++j) {
      const double spread = sum(3, j) - sum(2, j) * sum(2, j) / n;
      const double share = spread > 0 ? 1 - sum(1, j) / spread : sum(1, j) == 0 ? 1 : 0;
      result.mean_absolute_error += sum(0, j) / all;
      result.mean_squared_error += sum(1, j) / all;
      result.r2 += share / static_cast<double>(features_);
    }
    return result;
  }

 private:
  std::int64_t features_, samples_ = 0;
  Tensor centre_, sums_;
};

}  // namespace

RegressionMetrics regression_metrics(const ConstTensorView& outputs, const ConstTensorView& targets) {
  const cpu::StandardFloats standard;
  check(outputs, targets);
  Sums sums(outputs.elements() / outputs.shape()[0], outputs.device());
  sums.add(context_for(outputs.device()), outputs, targets);
  return sums.read();
}

RegressionMetrics regression_metrics(Model& model, const Dataset& data, std::size_t output) {
  const cpu::StandardFloats standard;
  const Dataset own = checked_output(regression_name, model, data, output, Storage::compute);
  const Shape& shape = model.graph().output_shape(output);
  check(ConstTensorView(nullptr, shape.with_front(data.samples()), model.dtype()),
        ConstTensorView(nullptr, data.targets()[output].values.shape(), model.dtype()));
  const Context context = context_for(model.device());
  Loader loader(own, model.device(), model.dtype(), model.max_batch());
  Sums sums(shape.elements(), model.device());
  for (std::int64_t i = 0; i < loader.batches(); ++i) {
    const Batch batch = loader.load(context, i);
    const ConstTensorView outputs = model.forward(batch.inputs)[output];
    sums.add(context, outputs, batch.targets[output]);
  }
  return sums.read();
}

}  // namespace weir
