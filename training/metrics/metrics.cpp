#include <algorithm>
#include <string>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/data/loader.hpp>
#include <weir/training/metrics.hpp>

#include "core/convert.hpp"
#include "core/on_device.hpp"
#include "core/typed.hpp"
#include "training/check_data.hpp"
#include "training/check_ops.hpp"
#include "training/host_device_buffer.hpp"

namespace weir {

namespace {

void check_rows(const std::string& who, const ConstTensorView& outputs, const ConstTensorView& labels) {
  const std::string got =
      to_string(outputs.dtype()) + " " + to_string(outputs.shape()) + " and " + to_string(labels.dtype()) + " " + to_string(labels.shape());
  if ((outputs.dtype() != DType::f32 && outputs.dtype() != DType::f64) ||
      (labels.dtype() != DType::i32 && labels.dtype() != DType::i64 && labels.dtype() != DType::u8)) {
    throw ConfigError(who + ": outputs and labels are " + got +
                      ", expected f32 or f64 outputs and i32, i64 or u8 labels. Convert with Tensor::to(DType).");
  }
  const std::size_t rank = outputs.shape().rank();
  if (rank == 0 || outputs.elements() == 0 || Shape(outputs.shape().extents().first(rank - 1)) != labels.shape()) {
    throw ShapeError(who + ": outputs and labels are " + got +
                     ", expected [..., classes] and [...], not empty. Give one label for each row.");
  }
  if (outputs.device() != labels.device()) {
    throw DeviceError(who + ": outputs are on " + to_string(outputs.device()) + ", labels on " + to_string(labels.device()) +
                      ", expected one device. Copy with Tensor::to(Device).");
  }
}

void check_k(const std::string& who, std::int64_t k, std::int64_t classes) {
  if (k >= 1 && k <= classes) return;
  throw ConfigError(who + ": k is " + std::to_string(k) + ", expected 1 to " + std::to_string(classes) + ", the number of classes.");
}

// Labels on a device are not checked: that would need a copy to the host.
void check_range(const std::string& who, const ConstTensorView& labels, std::int64_t classes) {
  if (!labels.device().is_cpu()) return;
  typed_any(labels.dtype(), [&](auto type) {
    const auto values = labels.values<decltype(type)>();
    const auto is_bad = [last = static_cast<double>(classes - 1)](auto label) {
      return !(label >= 0 && static_cast<double>(label) <= last);
    };
    const std::int64_t bad = std::find_if(values.begin(), values.end(), is_bad) - values.begin();
    if (bad == labels.elements()) return;
    throw ConfigError(who + ": label " + std::to_string(bad) + " is " + element_text(labels, bad) + ", expected 0 to " +
                      std::to_string(classes - 1) + ". Correct the labels.");
  });
}

// The labels as counting takes them, i32 on their own device; `converted` keeps them where they are of another dtype.
ConstTensorView checked_labels(const std::string& who, const ConstTensorView& outputs, const ConstTensorView& labels, Tensor& converted) {
  check_rows(who, outputs, labels);
  const bool as_they_are = labels.dtype() == DType::i32;
  if (!as_they_are) converted = clone(labels).to(Device::cpu());
  check_range(who, as_they_are ? labels : converted, outputs.shape().last());
  if (as_they_are) return labels;
  converted = converted.to(DType::i32).to(labels.device());
  return converted;
}

// Calls count(context, outputs, labels) for every batch of a Dataset, after all its labels have been checked.
template <class Count>
void over_batches(const std::string& who, Model& model, const Dataset& data, std::size_t output, Count&& count) {
  const Shape& shape = model.graph().entries()[model.graph().outputs()[output]].plan.output;
  const ConstTensorView& labels = data.targets()[output].values;
  check_rows(who, ConstTensorView(nullptr, shape.with_front(data.samples()), model.dtype()), labels);
  check_range(who, labels, shape.last());
  const Context context = context_for(model.device());
  Loader loader(data, model.device(), model.dtype(), model.max_batch());
  for (std::int64_t i = 0; i < loader.batches(); ++i) {
    const Batch batch = loader.load(context, i);
    const ConstTensorView outputs = model.forward(batch.inputs)[output];
    count(context, outputs, batch.targets[output]);
  }
}

std::int64_t classes_of(const Model& model, std::size_t output) {
  const Shape& shape = model.graph().entries()[model.graph().outputs()[output]].plan.output;
  return shape.rank() == 0 ? 0 : shape.last();
}

}  // namespace

double accuracy(const ConstTensorView& outputs, const ConstTensorView& given) {
  Tensor converted;
  const ConstTensorView labels = checked_labels("accuracy", outputs, given, converted);
  const Context context = context_for(outputs.device());
  HostDeviceBuffer<std::int64_t> correct(outputs.device(), 1);
  correct.push(context);
  on_device(context.device, cpu::count_correct, cuda::count_correct)(context, outputs, labels, correct.on_device());
  correct.pull(context);
  return static_cast<double>(correct.host()[0]) / static_cast<double>(labels.elements());
}

ConfusionMatrix confusion_matrix(const ConstTensorView& outputs, const ConstTensorView& given) {
  Tensor converted;
  const ConstTensorView labels = checked_labels("confusion_matrix", outputs, given, converted);
  const std::int64_t classes = outputs.shape().last();
  const Context context = context_for(outputs.device());
  HostDeviceBuffer<std::int64_t> counts(outputs.device(), static_cast<std::size_t>(classes * classes));
  counts.push(context);
  on_device(context.device, cpu::count_confusion, cuda::count_confusion)(context, outputs, labels, counts.on_device());
  counts.pull(context);
  return {classes, std::vector<std::int64_t>(counts.host().begin(), counts.host().end())};
}

double top_k_accuracy(const ConstTensorView& outputs, const ConstTensorView& given, std::int64_t k) {
  Tensor converted;
  const ConstTensorView labels = checked_labels("top_k_accuracy", outputs, given, converted);
  check_k("top_k_accuracy", k, outputs.shape().last());
  const Context context = context_for(outputs.device());
  HostDeviceBuffer<std::int64_t> correct(outputs.device(), 1);
  correct.push(context);
  on_device(context.device, cpu::count_top_k, cuda::count_top_k)(context, outputs, labels, k, correct.on_device());
  correct.pull(context);
  return static_cast<double>(correct.host()[0]) / static_cast<double>(labels.elements());
}

double top_k_accuracy(Model& model, const Dataset& data, std::int64_t k, std::size_t output) {
  const Dataset own = checked_output("top_k_accuracy", model, data, output, Storage::i32);
  check_k("top_k_accuracy", k, classes_of(model, output));
  const Context context = context_for(model.device());
  HostDeviceBuffer<std::int64_t> correct(model.device(), 1);
  correct.push(context);
  over_batches("top_k_accuracy", model, own, output, [&](const Context& own, const ConstTensorView& rows, const ConstTensorView& labels) {
    on_device(own.device, cpu::count_top_k, cuda::count_top_k)(own, rows, labels, k, correct.on_device());
  });
  correct.pull(context);
  return static_cast<double>(correct.host()[0]) / static_cast<double>(data.targets()[output].values.elements());
}

ConfusionMatrix confusion_matrix(Model& model, const Dataset& data, std::size_t output) {
  const Dataset own = checked_output("confusion_matrix", model, data, output, Storage::i32);
  const std::int64_t classes = classes_of(model, output);
  const Context context = context_for(model.device());
  HostDeviceBuffer<std::int64_t> counts(model.device(), static_cast<std::size_t>(classes * classes));
  counts.push(context);
  over_batches("confusion_matrix", model, own, output, [&](const Context& own, const ConstTensorView& rows, const ConstTensorView& labels) {
    on_device(own.device, cpu::count_confusion, cuda::count_confusion)(own, rows, labels, counts.on_device());
  });
  counts.pull(context);
  return {classes, std::vector<std::int64_t>(counts.host().begin(), counts.host().end())};
}

}  // namespace weir
