#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>
#include <weir/core/array.hpp>
#include <weir/data/loader.hpp>
#include <weir/training/compare_devices.hpp>
#include <weir/training/step.hpp>

#include "core/cpu/standard_floats.hpp"
#include "core/text.hpp"
#include "core/typed.hpp"
#include "data/finite.hpp"
#include "training/check_data.hpp"

namespace weir {

namespace {

double products_bound(const CompareOptions& options) {
  if (options.dtype == DType::f64) return 1e-12;
  return options.precision == Precision::f32 ? 5e-5 : options.precision == Precision::tf32 ? 5e-3 : 5e-2;
}

double update_bound(const CompareOptions& options) { return options.dtype == DType::f64 ? 1e-12 : 1e-6; }

// max |device - cpu| / max |cpu|. Where both are NaN, or the same infinity, there is no difference.
template <class T>
double difference_of(std::span<const T> device, std::span<const T> cpu) {
  double max_difference = 0, scale = 0;
  for (std::size_t i = 0; i < cpu.size(); ++i) {
    const auto a = static_cast<double>(device[i]), b = static_cast<double>(cpu[i]);
    if ((std::isnan(a) && std::isnan(b)) || a == b) {
      if (std::isfinite(b)) scale = std::max(scale, std::abs(b));
      continue;
    }
    if (!std::isfinite(a) || !std::isfinite(b)) return std::numeric_limits<double>::infinity();
    max_difference = std::max(max_difference, std::abs(a - b));
    scale = std::max(scale, std::abs(b));
  }
  return max_difference == 0 ? 0 : max_difference / scale;
}

double difference(const ConstTensorView& device, const ConstTensorView& cpu) {
  const Tensor host = clone(device).to(Device::cpu());
  double result = 0;
  typed(cpu.dtype(), [&]<class T>(T) { result = difference_of<T>(host.values<T>(), cpu.values<T>()); });
  return result;
}

// The Model of one device, with the Loader that gives it its batch.
struct Side {
  Model model;
  Dataset data;
  Loader loader;

  Side(const Graph& graph, const Dataset& given, const CompareOptions& options, Device device, bool fuse)
      : model(graph, {.device = device,
                      .dtype = options.dtype,
                      .max_batch = options.batch,
                      .seed = options.seed,
                      .fuse = fuse,
                      .reuse_memory = fuse,
                      .precision = device.is_cuda() ? options.precision : Precision::f32}),
        data(checked_data("compare_devices", model, options.loss, given)),
        loader(data, device, options.dtype, options.batch) {
    model.plan_training(options.loss, target_shapes(data));
  }
  Side(const Side&) = delete;  // the loader refers to the data
  void backward() { model.backward(loader.load(context_for(model.device()), 0)); }
};

class Comparison {
 public:
  Comparison(const Graph& graph, const Dataset& data, const CompareOptions& options, bool fuse)
      : options_(options),
        fuse_(fuse),
        cpu_(graph, data, options, Device::cpu(), fuse),
        device_(graph, data, options, options.device, fuse) {}

  void run(DeviceComparison& result) {
    cpu_.backward();
    device_.backward();
    const Graph& graph = cpu_.model.graph();
    const double bound = products_bound(options_);
    if (fuse_) {
      for (std::size_t i = 0; i < cpu_.model.outputs().size(); ++i) {
        add(result, "output of " + graph.entries()[graph.outputs()[i]].name, device_.model.outputs()[i], cpu_.model.outputs()[i], bound);
      }
    } else {
      for (const Graph::Entry& entry : graph.entries()) {
        if (!entry.layer) continue;
        add(result, "output of " + entry.name + " " + entry.layer->describe(), device_.model.activation(entry.name),
            cpu_.model.activation(entry.name), bound);
      }
    }
    const double loss = cpu_.model.loss(), device_loss = device_.model.loss();
    add(result, "loss", ConstTensorView(&device_loss, Shape{1}), ConstTensorView(&loss, Shape{1}), bound);
    const auto& parameters = cpu_.model.parameters();
    for (std::size_t i = parameters.size(); i-- > 0;) {
      const std::string& name = parameters[i].name;
      add(result, "gradient of " + name, device_.model.gradient(name), cpu_.model.gradient(name), bound);
    }
    if (!options_.optimizer || parameters.empty()) return;
    copy(cpu_.model.gradient_arena(), device_.model.gradient_arena());
    step(cpu_.model, *options_.optimizer);
    step(device_.model, *options_.optimizer);
    for (const ArenaEntry& entry : parameters) {
      add(result, entry.name + " after the update", std::as_const(device_.model).parameter(entry.name),
          std::as_const(cpu_.model).parameter(entry.name), update_bound(options_));
    }
  }

 private:
  void add(DeviceComparison& result, const std::string& what, const ConstTensorView& device, const ConstTensorView& cpu, double bound) {
    DeviceComparison::Row row{what + (fuse_ ? ", fused" : ""), difference(device, cpu), bound};
    if (!(row.difference <= bound) && result.problem.empty()) {
      result.problem = to_string(options_.device) + ": the " + row.what + " differs from the CPU's by " + number_text(row.difference) +
                       " of its largest number, expected at most " + number_text(bound) + ".";
    }
    result.rows.push_back(std::move(row));
  }

  const CompareOptions& options_;
  bool fuse_;
  Side cpu_, device_;
};

}  // namespace

DeviceComparison compare_devices(const Graph& graph, const Dataset& data, const CompareOptions& options) {
  const cpu::StandardFloats standard;
  DeviceComparison result;
  for (const bool fuse : {false, true}) Comparison(graph, data, options, fuse).run(result);
  return result;
}

std::ostream& operator<<(std::ostream& out, const DeviceComparison& comparison) {
  TextTable table;
  table.row({"what", "difference", "bound", ""});
  for (const DeviceComparison::Row& row : comparison.rows) {
    table.row({row.what, number_text(row.difference), number_text(row.bound), row.difference <= row.bound ? "" : "BEYOND"});
  }
  table.print(out);
  return out << (comparison.passed() ? "every difference is within its bound" : comparison.problem) << '\n';
}

}  // namespace weir
