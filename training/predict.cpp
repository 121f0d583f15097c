#include <algorithm>
#include <optional>
#include <string>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/data/loader.hpp>
#include <weir/training/predict.hpp>

#include "core/convert.hpp"
#include "core/cpu/standard_floats.hpp"
#include "training/check_data.hpp"
#include "training/ranks.hpp"
#include "training/sum_tree.hpp"

namespace weir {

namespace {

void check_single(const Model& model) {
  const std::size_t inputs = model.graph().inputs().size(), outputs = model.graph().outputs().size();
  if (inputs == 1 && outputs == 1) return;
  throw ConfigError("predict: the graph has " + std::to_string(inputs) + " inputs and " + std::to_string(outputs) +
                    " outputs, expected one of each. Give a Dataset with one Field for each input.");
}

void check_x(const Model& model, const ConstTensorView& x, DType dtype) {
  const Graph::Entry& input = model.graph().entries()[model.graph().inputs()[0]];
  if (x.shape().rank() == 0 || x.shape().without_front() != input.plan.output) {
    throw ShapeError("predict: x is " + to_string(x.shape()) + ", the graph's " + input.name + " takes samples of shape " +
                     to_string(input.plan.output) + ". Give it [samples, ...].");
  }
  if (x.dtype() != dtype) {
    throw ConfigError("predict: x holds " + to_string(x.dtype()) + ", the Model takes " + to_string(dtype) +
                      ". Convert with Tensor::to(DType).");
  }
  require_aligned("predict: x", x);
  if (!x.device().is_cpu() && x.device() != model.device()) {
    throw DeviceError("predict: x is on " + to_string(x.device()) + ", expected cpu" +
                      (model.device().is_cpu() ? "" : " or " + to_string(model.device())) + ". Copy it with Tensor::to(Device).");
  }
}

}  // namespace

Tensor predict(Model& model, const ConstTensorView& x) {
  const cpu::StandardFloats standard;
  check_single(model);
  const DType dtype = dtype_for(model.graph().entries()[model.graph().inputs()[0]].storage, model.dtype());
  const bool whole = x.dtype() == DType::u8 || x.dtype() == DType::i64;
  if (whole && x.dtype() != dtype && x.device().is_cpu()) return std::move(predict(model, Dataset({Field(x, nullptr)}, {})).front());
  check_x(model, x, dtype);
  const Context context = context_for(model.device());
  const std::int64_t samples = x.shape()[0], most = std::min(model.max_batch(), samples);
  Tensor result(model.graph().output_shape(0).with_front(samples), model.dtype());
  Tensor staging = x.device() == model.device() ? Tensor() : Tensor(x.shape().without_front().with_front(most), x.dtype(), model.device());
  for (std::int64_t begin = 0; begin < samples; begin += most) {
    const std::int64_t count = std::min(most, samples - begin);
    ConstTensorView piece = x.rows(begin, count);
    if (!staging.empty()) {
      copy(context, piece, staging.view().rows(0, count));
      piece = staging.view().rows(0, count);
    }
    copy(context, model.forward(piece), result.view().rows(begin, count));
  }
  return result;
}

std::vector<Tensor> predict(Model& model, const Dataset& data, const Communicator& communicator) {
  const cpu::StandardFloats standard;
  Ranks ranks("predict", communicator);
  std::optional<Dataset> own;
  std::optional<Loader> loader;
  std::vector<Tensor> results;
  ranks.together([&] {
    own = with_info(data, model.data_info());
    check_inputs("predict", model, *own);
    for (std::size_t i = 0; i < model.graph().outputs().size(); ++i) {
      results.emplace_back(model.graph().output_shape(i).with_front(data.samples()), model.dtype());
    }
    loader.emplace(*own, model.device(), model.dtype(), model.max_batch());
  });
  return ranks.guarded([&] {
    const Context context = context_for(model.device());
    const auto rows_of = [&](std::int64_t batch) { return std::min(batch * loader->batch(), data.samples()); };
    const IndexRange run = deal(loader->batches(), ranks.size(), ranks.rank());
    for (std::int64_t i = run.begin; i < run.end; ++i) {
      const std::span<const ConstTensorView> outputs = model.forward(loader->load(context, i).inputs);
      for (std::size_t o = 0; o < outputs.size(); ++o) copy(context, outputs[o], results[o].view().rows(rows_of(i), outputs[o].shape()[0]));
    }
    for (int r = 0; r < ranks.size() && !ranks.alone(); ++r) {
      const IndexRange theirs = deal(loader->batches(), ranks.size(), r);
      const std::int64_t begin = rows_of(theirs.begin), count = rows_of(theirs.end) - begin;
      for (Tensor& result : results) communicator.broadcast({}, r, result.view().rows(begin, count));
    }
    return std::move(results);
  });
}

}  // namespace weir
