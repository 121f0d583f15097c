#pragma once

#include <cstddef>
#include <string>
#include <vector>
#include <weir/core/layer.hpp>

namespace weir::test {

// A user-written dense layer with all mistakes that its backward may have. y = x W^T + b; f64 only.
enum class DensePlant {
  none,
  weight_sign,            // dW has the wrong sign
  weight_transposed,      // dW is written as [in, out]
  weight_off_by_one_row,  // row o of dW uses dy of o + 1
  weight_first_sample,    // dW uses the first sample only
  weight_dropped_last,    // dW and db forget the last sample
  weight_per_batch,       // dW is divided by the batch size again
  weight_accumulates,     // dW is added to the old content
  weight_in_float,        // dW is rounded to float
  weight_nearly,          // dW is 1 + 1e-9 times too large
  weight_stale_scratch,   // dW is summed in uninitialised scratch
  bias_missing,           // db is 0
  bias_unwritten,         // db is not written at all
  bias_wrong_axis,        // db sums over features
  input_twice,            // dx has a factor 2
  input_unwritten,        // dx is not written at all
  input_detached,         // dx is 0
  input_untransposed,     // dx = dy W^T
  input_accumulates,      // dx is added to the old content
  input_without_skip,     // y = x + x W^T + b, but dx lacks the first x
};

class PlantedDense : public Layer {
 public:
  // in = out = width, so that no mistake writes out of bounds.
  explicit PlantedDense(std::int64_t width, DensePlant plant = DensePlant::none, bool skip = false)
      : width_(width), plant_(plant), skip_(skip || plant == DensePlant::input_without_skip) {}

  std::string type() const override { return "planted_dense"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "planted_dense"; }

  LayerPlan infer(std::span<const Shape>) const override {
    LayerPlan plan;
    plan.output = Shape{width_};
    plan.parameters = {{"weight", Shape{width_, width_}, Initializer::glorot_uniform()}, {"bias", Shape{width_}, Initializer::zeros()}};
    plan.scratch = {{Shape{width_, width_}, Storage::compute, false}};
    plan.backward_needs = Needs::x;
    return plan;
  }

  void forward(const Context&, const LayerArgs& args) const override {
    const auto x = args.x[0].values<double>(), w = args.parameters[0].values<double>(), b = args.parameters[1].values<double>();
    const auto y = args.y.values<double>();
    const std::size_t n = width();
    for (std::size_t s = 0; s < samples(args); ++s) {
      for (std::size_t o = 0; o < n; ++o) {
        double sum = b[o] + (skip_ ? x[s * n + o] : 0);
        for (std::size_t i = 0; i < n; ++i) sum += x[s * n + i] * w[o * n + i];
        y[s * n + o] = sum;
      }
    }
  }

  void backward(const Context&, const LayerArgs& args) const override {
    if (!args.dparameters[0].empty()) {
      weight_gradient(args);
      bias_gradient(args);
    }
    if (!args.dx[0].empty() && plant_ != DensePlant::input_unwritten) input_gradient(args);
  }

 private:
  std::size_t width() const { return static_cast<std::size_t>(width_); }
  static std::size_t samples(const LayerArgs& args) { return static_cast<std::size_t>(args.batch); }

  void weight_gradient(const LayerArgs& args) const {
    const auto x = args.x[0].values<double>(), dy = args.dy.values<double>();
    const auto dw = args.dparameters[0].values<double>(), scratch = args.scratch[0].values<double>();
    const std::size_t n = width();
    std::size_t batch = samples(args);
    if (plant_ == DensePlant::weight_first_sample) batch = 1;
    if (plant_ == DensePlant::weight_dropped_last) --batch;
    for (std::size_t o = 0; o < n; ++o) {
      for (std::size_t i = 0; i < n; ++i) {
        double sum = 0;
        for (std::size_t s = 0; s < batch; ++s) {
          sum += dy[s * n + (plant_ == DensePlant::weight_off_by_one_row ? (o + 1) % n : o)] * x[s * n + i];
        }
        const std::size_t place = plant_ == DensePlant::weight_transposed ? i * n + o : o * n + i;
        switch (plant_) {
          case DensePlant::weight_sign:
            sum = -sum;
            break;
          case DensePlant::weight_per_batch:
            sum /= static_cast<double>(batch);
            break;
          case DensePlant::weight_accumulates:
            sum += dw[place];
            break;
          case DensePlant::weight_in_float:
            sum = static_cast<double>(static_cast<float>(sum));
            break;
          case DensePlant::weight_nearly:
            sum *= 1 + 1e-9;
            break;
          case DensePlant::weight_stale_scratch:
            sum = scratch[place] += sum;
            break;
          default:
            break;
        }
        dw[place] = sum;
      }
    }
  }

  void bias_gradient(const LayerArgs& args) const {
    const auto dy = args.dy.values<double>();
    const auto db = args.dparameters[1].values<double>();
    const std::size_t n = width(), batch = samples(args) - (plant_ == DensePlant::weight_dropped_last ? 1 : 0);
    if (plant_ == DensePlant::bias_unwritten) return;
    for (std::size_t o = 0; o < n; ++o) {
      db[o] = 0;
      if (plant_ == DensePlant::bias_missing) continue;
      for (std::size_t s = 0; s < batch; ++s) db[o] += plant_ == DensePlant::bias_wrong_axis ? dy[s * n + s] : dy[s * n + o];
    }
  }

  void input_gradient(const LayerArgs& args) const {
    const auto w = args.parameters[0].values<double>(), dy = args.dy.values<double>();
    const auto dx = args.dx[0].values<double>();
    const std::size_t n = width();
    for (std::size_t s = 0; s < samples(args); ++s) {
      for (std::size_t i = 0; i < n; ++i) {
        double sum = skip_ && plant_ != DensePlant::input_without_skip ? dy[s * n + i] : 0;
        for (std::size_t o = 0; o < n; ++o) sum += dy[s * n + o] * w[plant_ == DensePlant::input_untransposed ? i * n + o : o * n + i];
        if (plant_ == DensePlant::input_twice) sum *= 2;
        if (plant_ == DensePlant::input_detached) sum = 0;
        if (plant_ == DensePlant::input_accumulates) sum += dx[s * n + i];
        dx[s * n + i] = sum;
      }
    }
  }

  std::int64_t width_;
  DensePlant plant_;
  bool skip_;
};

}  // namespace weir::test
