#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/core/layer.hpp>
#include <weir/core/make_layer.hpp>
#include <weir/core/tensor.hpp>

namespace weir::test {

// The elements of a tensor on any device, as doubles.
inline std::vector<double> numbers(const ConstTensorView& block) {
  Tensor host(block.shape(), block.dtype());
  copy(block, host);
  const auto widen = [&]<class T>(std::span<const T> values) { return std::vector<double>(values.begin(), values.end()); };
  switch (block.dtype()) {
    case DType::f32:
      return widen(std::span<const float>(host.values<float>()));
    case DType::f64:
      return widen(std::span<const double>(host.values<double>()));
    case DType::i32:
      return widen(std::span<const std::int32_t>(host.values<std::int32_t>()));
    default:
      return widen(std::span<const std::uint8_t>(host.values<std::uint8_t>()));
  }
}

// A host tensor of these values, each cast to dtype. The counts must be equal.
inline Tensor tensor(const std::vector<double>& values, const Shape& shape, DType dtype) {
  Tensor result(shape, dtype);
  const auto narrow = [&]<class T>(std::span<T> to) {
    if (to.size() != values.size())
      throw ShapeError("tensor: got " + std::to_string(values.size()) + " values for " + to_string(shape) + ".");
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = static_cast<T>(values[i]);
  };
  switch (dtype) {
    case DType::f32:
      narrow(result.values<float>());
      break;
    case DType::f64:
      narrow(result.values<double>());
      break;
    case DType::i32:
      narrow(result.values<std::int32_t>());
      break;
    default:
      narrow(result.values<std::uint8_t>());
  }
  return result;
}

struct LayerRunOptions {
  std::int64_t batch = 1;
  DType dtype = DType::f32;
  int threads = 1;
  bool training = true;
  Device device = {};
  std::uint64_t seed = 1;
};

// Runs the forward and backward of a single layer, with the buffers that its infer() asks for. Everything that the layer must write is
// filled with NaN first, so that elements it forgets are found. By default dx of every floating point input is requested.
class LayerRunner {
 public:
  // For a layer that outlives the runner ...
  LayerRunner(const Layer& layer, const std::vector<Shape>& inputs, LayerRunOptions options = {})
      : LayerRunner(std::shared_ptr<const Layer>(std::shared_ptr<void>(), &layer), inputs, options) {}
  // ... a temporary ...
  template <class L>
  requires std::derived_from<L, Layer> LayerRunner(L&& layer, const std::vector<Shape>& inputs, LayerRunOptions options = {})
      : LayerRunner(make_layer(std::move(layer)), inputs, options) {}
  // ... or a shared one.
  LayerRunner(std::shared_ptr<const Layer> layer, const std::vector<Shape>& inputs, LayerRunOptions options = {})
      : layer_(std::move(layer)), options_(options), plan_(layer_->infer(inputs)), step_(Shape{1}, DType::f64, options.device) {
    const auto storage = [this](std::size_t i) { return plan_.inputs.empty() ? Storage::compute : plan_.inputs[i]; };
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      x_.push_back(block(batched(inputs[i]), storage(i)));
      dx_.push_back(storage(i) == Storage::compute ? unwritten(batched(inputs[i])) : Tensor());
    }
    y_ = unwritten(batched(plan_.output));
    dy_ = block(batched(plan_.output));
    for (std::size_t i = 0; i < plan_.parameters.size(); ++i) {
      Tensor host(plan_.parameters[i].shape, options.dtype);
      plan_.parameters[i].initializer.fill(host, RandomKey{options.seed}.with(i));
      parameters_.push_back(host.to(options.device));
      dparameters_.push_back(unwritten(plan_.parameters[i].shape));
    }
    for (const StateSpec& spec : plan_.state) {
      state_.push_back(block(spec.shape));
      fill(state_.back(), spec.initial);
      if (spec.initial_values) copy(spec.initial_values->to(options.dtype), state_.back());
      state_next_.push_back(spec.constant ? Tensor() : unwritten(spec.shape));
    }
    for (const BufferSpec& spec : plan_.saved) saved_.push_back(buffer(spec));
    for (const BufferSpec& spec : plan_.scratch) scratch_.push_back(buffer(spec));
  }

  const LayerPlan& plan() const { return plan_; }
  TensorView x(std::size_t i = 0) { return x_[i]; }
  TensorView y() { return y_; }
  TensorView dy() { return dy_; }
  TensorView dx(std::size_t i = 0) { return dx_[i]; }
  TensorView parameter(std::size_t i) { return parameters_[i]; }
  TensorView dparameter(std::size_t i) { return dparameters_[i]; }
  TensorView state_next(std::size_t i) { return state_next_[i]; }
  TensorView saved(std::size_t i) { return saved_[i]; }

  static void set(const TensorView& block, const std::vector<double>& values) { copy(tensor(values, block.shape(), block.dtype()), block); }
  void set_x(const std::vector<double>& values, std::size_t i = 0) { set(x_[i], values); }
  void set_dy(const std::vector<double>& values) { set(dy_, values); }
  void set_parameter(std::size_t i, const std::vector<double>& values) { set(parameters_[i], values); }

  // Fills every floating point input, dy and parameter with uniform numbers in (-1, 1).
  void randomize(std::uint64_t seed = 7) {
    std::uint64_t stream = 0;
    const auto draw = [&](const TensorView& view) {
      if (view.dtype() != options_.dtype) return;
      Tensor host(view.shape(), view.dtype());
      Initializer::uniform(-1, 1).fill(host, RandomKey{seed}.with(stream++));
      copy(host, view);
    };
    for (Tensor& x : x_) draw(x);
    for (Tensor& parameter : parameters_) draw(parameter);
    draw(dy_);
  }

  void skip_dx(std::size_t i = 0) { dx_[i] = Tensor(); }
  void skip_dparameters() {
    for (Tensor& gradient : dparameters_) gradient = Tensor();
  }

  void forward() {
    bind();
    layer_->forward(context(), args_);
  }
  void backward() {
    bind();
    layer_->backward(context(), args_);
  }

  // The arguments that the layer will get; a test may modify them, for example to alias buffers.
  LayerArgs& bind() {
    const auto views = []<class View>(std::vector<Tensor>& tensors, std::vector<View>& list) {
      list.clear();
      for (Tensor& tensor : tensors) list.push_back(tensor);
    };
    views(x_, x_views_);
    views(parameters_, parameter_views_);
    views(state_, state_views_);
    views(state_next_, state_next_views_);
    views(saved_, saved_views_);
    views(scratch_, scratch_views_);
    views(dx_, dx_views_);
    views(dparameters_, dparameter_views_);
    args_ = {options_.batch, x_views_,       y_,  parameter_views_, state_views_,     state_next_views_,
             saved_views_,   scratch_views_, dy_, dx_views_,        dparameter_views_};
    return args_;
  }
  Context context() const {
    Context context;
    context.device = options_.device;
    context.training = options_.training;
    context.key = RandomKey{options_.seed};
    context.step = static_cast<const std::uint64_t*>(ConstTensorView(step_.view()).raw());
    context.threads = options_.threads;
    return context;
  }

 private:
  Shape batched(const Shape& shape) const { return shape.with_front(options_.batch); }
  Tensor block(const Shape& shape, Storage storage = Storage::compute) const {
    return Tensor(shape, dtype_for(storage, options_.dtype), options_.device);
  }
  Tensor unwritten(const Shape& shape) const {
    Tensor result = block(shape);
    fill(result, std::numeric_limits<double>::quiet_NaN());
    return result;
  }
  Tensor buffer(const BufferSpec& spec) const {
    const Shape shape = spec.per_sample ? batched(spec.shape) : spec.shape;
    return spec.storage == Storage::compute ? unwritten(shape) : block(shape, spec.storage);
  }

  std::shared_ptr<const Layer> layer_;
  LayerRunOptions options_;
  LayerPlan plan_;
  Tensor step_;  // all zero bytes: step 0
  std::vector<Tensor> x_, dx_, parameters_, dparameters_, state_, state_next_, saved_, scratch_;
  Tensor y_, dy_;
  std::vector<ConstTensorView> x_views_, parameter_views_, state_views_;
  std::vector<TensorView> state_next_views_, saved_views_, scratch_views_, dx_views_, dparameter_views_;
  LayerArgs args_;
};

}  // namespace weir::test
