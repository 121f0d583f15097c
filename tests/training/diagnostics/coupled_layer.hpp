#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>
#include <weir/core/layer.hpp>

namespace weir::test {

// y = f(x) for a whole sample, or for each feature over the batch, with a given gradient function of x, y and dy, which may be wrong on
// purpose. f64 only.
class Coupled : public Layer {
 public:
  using Row = std::vector<double>;
  using Forward = std::function<Row(const Row& x)>;
  using Gradient = std::function<Row(const Row& x, const Row& y, const Row& dy)>;

  Coupled(Forward forward, Gradient gradient, bool over_batch = false)
      : forward_(std::move(forward)), gradient_(std::move(gradient)), over_batch_(over_batch) {}

  std::string type() const override { return "coupled"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "coupled"; }
  LayerPlan infer(std::span<const Shape> inputs) const override {
    LayerPlan plan;
    plan.output = inputs[0];
    return plan;
  }

  void forward(const Context&, const LayerArgs& args) const override {
    for (std::size_t i = 0; i < count(args); ++i) put(args, args.y, i, forward_(take(args, args.x[0], i)));
  }
  void backward(const Context&, const LayerArgs& args) const override {
    if (args.dx[0].empty()) return;
    for (std::size_t i = 0; i < count(args); ++i) {
      put(args, args.dx[0], i, gradient_(take(args, args.x[0], i), take(args, args.y, i), take(args, args.dy, i)));
    }
  }

 private:
  static std::size_t batch(const LayerArgs& args) { return static_cast<std::size_t>(args.batch); }
  static std::size_t width(const LayerArgs& args) { return static_cast<std::size_t>(args.x[0].elements()) / batch(args); }
  std::size_t count(const LayerArgs& args) const { return over_batch_ ? width(args) : batch(args); }
  std::size_t length(const LayerArgs& args) const { return over_batch_ ? batch(args) : width(args); }
  std::size_t place(const LayerArgs& args, std::size_t i, std::size_t k) const {
    return over_batch_ ? k * width(args) + i : i * width(args) + k;
  }
  Row take(const LayerArgs& args, const ConstTensorView& from, std::size_t i) const {
    Row row(length(args));
    for (std::size_t k = 0; k < row.size(); ++k) row[k] = from.values<double>()[place(args, i, k)];
    return row;
  }
  void put(const LayerArgs& args, const TensorView& to, std::size_t i, const Row& row) const {
    for (std::size_t k = 0; k < row.size(); ++k) to.values<double>()[place(args, i, k)] = row[k];
  }

  Forward forward_;
  Gradient gradient_;
  bool over_batch_;
};

}  // namespace weir::test
