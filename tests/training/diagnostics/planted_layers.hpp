#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>
#include <weir/core/layer.hpp>

#include "tests/training/diagnostics/planted_activation.hpp"

// Layers that are neither dense nor elementwise, each with a typical mistake. f64 only.
namespace weir::test {

class PlantedLayer : public Layer {
 public:
  explicit PlantedLayer(bool wrong) : wrong_(wrong) {}
  std::string type() const override { return "planted"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "planted"; }
  LayerPlan infer(std::span<const Shape> inputs) const override {
    LayerPlan plan;
    plan.output = inputs[0];
    return plan;
  }

 protected:
  static std::size_t width(const LayerArgs& args) { return static_cast<std::size_t>(args.x[0].elements() / args.batch); }
  static std::size_t samples(const LayerArgs& args) { return static_cast<std::size_t>(args.batch); }
  bool wrong_;
};

// y = softmax(x) over a sample. Wrong: the sum in dx runs over the batch instead of the features (axis), or is missing.
class PlantedSoftmax : public PlantedLayer {
 public:
  PlantedSoftmax(bool wrong, bool axis = false) : PlantedLayer(wrong), axis_(axis) {}
  void forward(const Context&, const LayerArgs& args) const override {
    const auto x = args.x[0].values<double>();
    const std::size_t n = width(args);
    for (std::size_t k = 0; k < x.size(); ++k) {
      double sum = 0;
      for (std::size_t i = 0; i < n; ++i) sum += std::exp(x[k / n * n + i] - x[k]);
      args.y.values<double>()[k] = 1 / sum;
    }
  }
  void backward(const Context&, const LayerArgs& args) const override {
    const auto y = args.y.values<double>(), dx = args.dx[0].values<double>();
    const auto dy = args.dy.values<double>();
    const std::size_t n = width(args);
    for (std::size_t k = 0; k < dy.size(); ++k) {
      double sum = 0;
      if (wrong_ && axis_) {
        for (std::size_t s = 0; s < samples(args); ++s) sum += y[s * n + k % n] * dy[s * n + k % n];
      } else if (!wrong_) {
        for (std::size_t i = 0; i < n; ++i) sum += y[k / n * n + i] * dy[k / n * n + i];
      }
      dx[k] = y[k] * (dy[k] - sum);
    }
  }

 private:
  bool axis_;
};

// y = a b. Wrong: each input gets the other's gradient.
class PlantedProduct : public PlantedLayer {
 public:
  using PlantedLayer::PlantedLayer;
  void forward(const Context&, const LayerArgs& args) const override {
    for (std::size_t i = 0; i < args.y.values<double>().size(); ++i) {
      args.y.values<double>()[i] = args.x[0].values<double>()[i] * args.x[1].values<double>()[i];
    }
  }
  void backward(const Context&, const LayerArgs& args) const override {
    for (std::size_t input = 0; input < 2; ++input) {
      if (args.dx[input].empty()) continue;
      const auto other = args.x[wrong_ ? input : 1 - input].values<double>(), dy = args.dy.values<double>();
      for (std::size_t i = 0; i < dy.size(); ++i) args.dx[input].values<double>()[i] = dy[i] * other[i];
    }
  }
};

// y_i = x_i x_(i+1), cyclic. Wrong: dx takes only one of the two uses of each entry.
class PlantedNeighbours : public PlantedLayer {
 public:
  using PlantedLayer::PlantedLayer;
  void forward(const Context&, const LayerArgs& args) const override {
    const auto x = args.x[0].values<double>();
    for (std::size_t k = 0; k < x.size(); ++k) args.y.values<double>()[k] = x[k] * x[next(args, k)];
  }
  void backward(const Context&, const LayerArgs& args) const override {
    const auto x = args.x[0].values<double>(), dy = args.dy.values<double>();
    const auto dx = args.dx[0].values<double>();
    for (std::size_t k = 0; k < x.size(); ++k) dx[k] = dy[k] * x[next(args, k)];
    for (std::size_t k = 0; k < x.size() && !wrong_; ++k) dx[next(args, k)] += dy[k] * x[k];
  }

 private:
  static std::size_t next(const LayerArgs& args, std::size_t k) { return k / width(args) * width(args) + (k + 1) % width(args); }
};

// y = x - its mean over the batch. Wrong: the mean is taken for a constant.
class PlantedCentre : public PlantedLayer {
 public:
  using PlantedLayer::PlantedLayer;
  void forward(const Context&, const LayerArgs& args) const override {
    centre(args, args.x[0].values<double>(), args.y.values<double>(), false);
  }
  void backward(const Context&, const LayerArgs& args) const override {
    centre(args, args.dy.values<double>(), args.dx[0].values<double>(), wrong_);
  }

 private:
  static void centre(const LayerArgs& args, std::span<const double> from, std::span<double> to, bool keep_mean) {
    const std::size_t n = width(args);
    for (std::size_t i = 0; i < n; ++i) {
      double mean = 0;
      for (std::size_t s = 0; s < samples(args) && !keep_mean; ++s) mean += from[s * n + i] / static_cast<double>(samples(args));
      for (std::size_t s = 0; s < samples(args); ++s) to[s * n + i] = from[s * n + i] - mean;
    }
  }
};

// In training half of the entries are dropped, the others doubled. Wrong: backward draws a new mask.
class PlantedDropout : public PlantedLayer {
 public:
  using PlantedLayer::PlantedLayer;
  void forward(const Context& context, const LayerArgs& args) const override {
    mask(context, context.key, args.x[0].values<double>(), args.y.values<double>());
  }
  void backward(const Context& context, const LayerArgs& args) const override {
    mask(context, wrong_ ? context.key.with(1) : context.key, args.dy.values<double>(), args.dx[0].values<double>());
  }

 private:
  static void mask(const Context& context, RandomKey key, std::span<const double> from, std::span<double> to) {
    for (std::size_t k = 0; k < from.size(); ++k) {
      const bool keep = (random_bits(key, k, *context.step)[0] & 1U) != 0;
      to[k] = !context.training ? from[k] : keep ? 2 * from[k] : 0;
    }
  }
};

// y = rows of a table by index. Wrong: for an index that occurs twice dtable is overwritten instead of added.
class PlantedLookup : public PlantedLayer {
 public:
  using PlantedLayer::PlantedLayer;
  static constexpr std::int64_t rows = 3, columns = 4;
  LayerPlan infer(std::span<const Shape>) const override {
    LayerPlan plan;
    plan.output = Shape{columns};
    plan.parameters = {{"table", Shape{rows, columns}, Initializer::normal(0, 1)}};
    plan.inputs = {Storage::i32};
    return plan;
  }
  void forward(const Context&, const LayerArgs& args) const override {
    const auto table = args.parameters[0].values<double>();
    for (std::size_t k = 0; k < args.y.values<double>().size(); ++k) args.y.values<double>()[k] = table[place(args, k)];
  }
  void backward(const Context&, const LayerArgs& args) const override {
    const auto dtable = args.dparameters[0].values<double>();
    std::fill(dtable.begin(), dtable.end(), 0.0);
    for (std::size_t k = 0; k < args.dy.values<double>().size(); ++k) {
      double& sum = dtable[place(args, k)];
      sum = (wrong_ ? 0 : sum) + args.dy.values<double>()[k];
    }
  }

 private:
  static std::size_t place(const LayerArgs& args, std::size_t k) {
    const auto n = static_cast<std::size_t>(columns);
    return static_cast<std::size_t>(args.x[0].values<std::int32_t>()[k / n]) * n + k % n;
  }
};

// The larger of two inputs. Wrong: the gradient goes to the smaller one.
class PlantedMaximum : public PlantedLayer {
 public:
  using PlantedLayer::PlantedLayer;
  void forward(const Context&, const LayerArgs& args) const override {
    for (std::size_t i = 0; i < args.y.values<double>().size(); ++i) {
      args.y.values<double>()[i] = std::max(args.x[0].values<double>()[i], args.x[1].values<double>()[i]);
    }
  }
  void backward(const Context&, const LayerArgs& args) const override {
    for (std::size_t i = 0; i < args.dy.values<double>().size(); ++i) {
      const bool first = (args.x[0].values<double>()[i] > args.x[1].values<double>()[i]) != wrong_;
      args.dx[0].values<double>()[i] = first ? args.dy.values<double>()[i] : 0;
      args.dx[1].values<double>()[i] = first ? 0 : args.dy.values<double>()[i];
    }
  }
};

// A tanh that fuses with a following tanh. Correct alone; wrong: the fused layer lacks the inner derivative.
class PlantedFusion : public PlantedLayer {
 public:
  using PlantedLayer::PlantedLayer;
  void forward(const Context& context, const LayerArgs& args) const override { one_.forward(context, args); }
  void backward(const Context& context, const LayerArgs& args) const override { one_.backward(context, args); }
  std::unique_ptr<Layer> absorb(const Layer& next) const override {
    if (dynamic_cast<const PlantedFusion*>(&next) == nullptr) return nullptr;
    const bool wrong = wrong_;
    return std::make_unique<PlantedActivation>([](double x) { return std::tanh(std::tanh(x)); },
                                               [wrong](double x, double y, double dy) {
                                                 const double inner = std::tanh(x);
                                                 return dy * (1 - y * y) * (wrong ? 1 : 1 - inner * inner);
                                               });
  }

 private:
  PlantedActivation one_{tanh_of, [](double, double y, double dy) { return dy * (1 - y * y); }};
};

}  // namespace weir::test
