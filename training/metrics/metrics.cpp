#include <algorithm>
#include <string>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/data/loader.hpp>
#include <weir/training/metrics.hpp>

#include "core/convert.hpp"
#include "core/cpu/standard_floats.hpp"
#include "core/typed.hpp"
#include "training/check_data.hpp"
#include "training/check_ops.hpp"
#include "training/host_device_buffer.hpp"

namespace weir {

namespace {

using By = Classification::By;

void check_shapes(const std::string& who, const Classification& how, const ConstTensorView& outputs, const ConstTensorView& targets) {
  const bool labels = how.by == By::label;
  const std::string got = who + (labels ? ": outputs and labels are " : ": outputs and targets are ") + to_string(outputs.dtype()) + " " +
                          to_string(outputs.shape()) + " and " + to_string(targets.dtype()) + " " + to_string(targets.shape());
  const auto real = [](DType dtype) { return dtype == DType::f32 || dtype == DType::f64; };
  const auto whole = [](DType dtype) { return dtype == DType::i32 || dtype == DType::i64 || dtype == DType::u8; };
  if (!real(outputs.dtype()) || !(whole(targets.dtype()) || (!labels && real(targets.dtype())))) {
    throw ConfigError(got + ", expected f32 or f64 outputs and " + (labels ? "i32, i64 or u8 labels" : "f32, f64, i32, i64 or u8 targets") +
                      ". Convert with Tensor::to(DType).");
  }
  const Shape& shape = outputs.shape();
  const bool rows = how.by != By::threshold;
  if (outputs.elements() == 0 || (rows && shape.rank() == 0) ||
      (labels ? Shape(shape.extents().first(shape.rank() - 1)) : shape) != targets.shape()) {
    throw ShapeError(got + (labels ? ", expected [..., classes] and [...], not empty. Give one label for each row."
                                   : ", expected equal shapes, not empty. Give one target for each output."));
  }
  if (outputs.device() != targets.device()) {
    throw DeviceError(who + ": outputs are on " + to_string(outputs.device()) + ", " + (labels ? "labels" : "targets") + " on " +
                      to_string(targets.device()) + ", expected one device. Copy with Tensor::to(Device).");
  }
}

// Targets of the outputs' shape are one-hot, others are labels.
Classification classification_of(const Shape& outputs, const Shape& targets) {
  return {.by = outputs == targets ? By::largest : By::label};
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

// The targets as counting takes them, i32 labels or of the outputs' dtype, on their own device; `converted` keeps them where they are of
// another dtype.
ConstTensorView checked_targets(const std::string& who, const Classification& how, const ConstTensorView& outputs,
                                const ConstTensorView& targets, Tensor& converted) {
  check_shapes(who, how, outputs, targets);
  const DType wanted = how.by == By::label ? DType::i32 : outputs.dtype();
  const bool as_they_are = targets.dtype() == wanted;
  if (!as_they_are) converted = clone(targets).to(Device::cpu());
  if (how.by == By::label) check_range(who, as_they_are ? targets : converted, outputs.shape().last());
  if (as_they_are) return targets;
  converted = converted.to(wanted).to(targets.device());
  return converted;
}

// Calls count(context, outputs, targets) for every batch of a Dataset, after all its targets have been checked.
template <class Count>
void over_batches(const std::string& who, const Classification& how, Model& model, const Dataset& data, std::size_t output, Count&& count) {
  const Shape& shape = model.graph().output_shape(output);
  const ConstTensorView& targets = data.targets()[output].values;
  check_shapes(who, how, ConstTensorView(nullptr, shape.with_front(data.samples()), model.dtype()), targets);
  if (how.by == By::label) check_range(who, targets, shape.last());
  const Context context = context_for(model.device());
  Loader loader(data, model.device(), model.dtype(), model.max_batch());
  for (std::int64_t i = 0; i < loader.batches(); ++i) {
    const Batch batch = loader.load(context, i);
    const ConstTensorView outputs = model.forward(batch.inputs)[output];
    count(context, outputs, batch.targets[output]);
  }
}

// Runs count(context, counts) with so many counts, 0 at first, in the device's memory.
template <class Count>
std::vector<std::int64_t> counted(Device device, std::int64_t how_many, Count&& count) {
  const Context context = context_for(device);
  HostDeviceBuffer<std::int64_t> counts(device, static_cast<std::size_t>(how_many));
  counts.push(context);
  count(context, counts.on_device());
  counts.pull(context);
  return {counts.host().begin(), counts.host().end()};
}

double fraction(std::int64_t correct, std::int64_t all) { return static_cast<double>(correct) / static_cast<double>(all); }

double accuracy(const std::string& who, const Classification& how, const ConstTensorView& outputs, const ConstTensorView& given) {
  const cpu::StandardFloats standard;
  Tensor converted;
  const ConstTensorView targets = checked_targets(who, how, outputs, given, converted);
  const auto correct = counted(outputs.device(), 1, [&](const Context& context, std::int64_t* count) {
    on_device::count_correct(context, how, outputs, targets, count);
  });
  return fraction(correct[0], how.by == By::threshold ? outputs.elements() : outputs.elements() / outputs.shape().last());
}

ConfusionMatrix confusion(const std::string& who, const Classification& how, const ConstTensorView& outputs, const ConstTensorView& given) {
  const cpu::StandardFloats standard;
  Tensor converted;
  const ConstTensorView targets = checked_targets(who, how, outputs, given, converted);
  const std::int64_t classes = how.by == By::threshold ? 2 : outputs.shape().last();
  return {classes, counted(outputs.device(), classes * classes, [&](const Context& context, std::int64_t* counts) {
            on_device::count_confusion(context, how, outputs, targets, counts);
          })};
}

ConfusionMatrix confusion(const std::string& who, const Classification& how, Model& model, const Dataset& data, std::size_t output) {
  const cpu::StandardFloats standard;
  const Dataset own = checked_output(who, model, data, output, how.by == By::label ? Storage::i32 : Storage::compute);
  const Shape& shape = model.graph().output_shape(output);
  const std::int64_t classes = how.by == By::threshold ? 2 : shape.rank() == 0 ? 0 : shape.last();
  return {classes, counted(model.device(), classes * classes, [&](const Context&, std::int64_t* counts) {
            over_batches(who, how, model, own, output, [&](const Context& context, const ConstTensorView& x, const ConstTensorView& t) {
              on_device::count_confusion(context, how, x, t, counts);
            });
          })};
}

}  // namespace

double accuracy(const ConstTensorView& outputs, const ConstTensorView& targets) {
  return accuracy("accuracy", classification_of(outputs.shape(), targets.shape()), outputs, targets);
}

double binary_accuracy(const ConstTensorView& outputs, const ConstTensorView& targets, double threshold) {
  return accuracy("binary_accuracy", {By::threshold, threshold}, outputs, targets);
}

ConfusionMatrix confusion_matrix(const ConstTensorView& outputs, const ConstTensorView& targets) {
  return confusion("confusion_matrix", classification_of(outputs.shape(), targets.shape()), outputs, targets);
}

ConfusionMatrix binary_confusion_matrix(const ConstTensorView& outputs, const ConstTensorView& targets, double threshold) {
  return confusion("binary_confusion_matrix", {By::threshold, threshold}, outputs, targets);
}

double top_k_accuracy(const ConstTensorView& outputs, const ConstTensorView& given, std::int64_t k) {
  const cpu::StandardFloats standard;
  Tensor converted;
  const ConstTensorView labels = checked_targets("top_k_accuracy", {}, outputs, given, converted);
  check_k("top_k_accuracy", k, outputs.shape().last());
  const auto correct = counted(outputs.device(), 1, [&](const Context& context, std::int64_t* count) {
    on_device::count_top_k(context, outputs, labels, k, count);
  });
  return fraction(correct[0], labels.elements());
}

double top_k_accuracy(Model& model, const Dataset& data, std::int64_t k, std::size_t output) {
  const cpu::StandardFloats standard;
  const std::string who = "top_k_accuracy";
  const Dataset own = checked_output(who, model, data, output, Storage::i32);
  const Shape& shape = model.graph().output_shape(output);
  check_k(who, k, shape.rank() == 0 ? 0 : shape.last());
  const auto correct = counted(model.device(), 1, [&](const Context&, std::int64_t* count) {
    over_batches(who, {}, model, own, output, [&](const Context& context, const ConstTensorView& x, const ConstTensorView& labels) {
      on_device::count_top_k(context, x, labels, k, count);
    });
  });
  return fraction(correct[0], data.targets()[output].values.elements());
}

ConfusionMatrix confusion_matrix(Model& model, const Dataset& data, std::size_t output) {
  const bool exists = output < model.graph().outputs().size() && output < data.targets().size();
  const Classification how = exists ? classification_of(model.graph().output_shape(output), data.target_shape(output)) : Classification{};
  return confusion("confusion_matrix", how, model, data, output);
}

ConfusionMatrix binary_confusion_matrix(Model& model, const Dataset& data, double threshold, std::size_t output) {
  return confusion("binary_confusion_matrix", {By::threshold, threshold}, model, data, output);
}

}  // namespace weir
