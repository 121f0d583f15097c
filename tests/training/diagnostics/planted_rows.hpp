#pragma once

#include <functional>
#include <span>
#include <string>
#include <weir/core/loss.hpp>

namespace weir::test {

// A user-written loss from two functions of a sample's output and target; f64. `slope` writes dx for dy = 1.
class RowLoss : public Loss {
 public:
  using Row = std::span<const double>;
  using Value = std::function<double(Row x, Row t)>;
  using Slope = std::function<void(Row x, Row t, std::span<double> dx)>;
  RowLoss(Value value, Slope slope) : value_(std::move(value)), slope_(std::move(slope)) {}

  std::string type() const override { return "row_loss"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "row_loss"; }
  LayerPlan infer(std::span<const Shape>) const override {
    LayerPlan plan;
    plan.backward_needs = Needs::x;
    return plan;
  }
  void forward(const Context&, const LayerArgs& args) const override {
    for (std::size_t i = 0; i < static_cast<std::size_t>(args.batch); ++i) {
      args.y.values<double>()[i] = value_(row(args.x[0], args, i), row(args.x[1], args, i));
    }
  }
  void backward(const Context&, const LayerArgs& args) const override {
    for (std::size_t i = 0; i < static_cast<std::size_t>(args.batch); ++i) {
      const Row x = row(args.x[0], args, i);
      const auto dx = args.dx[0].values<double>().subspan(i * x.size(), x.size());
      slope_(x, row(args.x[1], args, i), dx);
      for (double& d : dx) d *= args.dy.values<double>()[i];
    }
  }

 private:
  static Row row(const ConstTensorView& block, const LayerArgs& args, std::size_t i) {
    const auto width = static_cast<std::size_t>(block.elements() / args.batch);
    return block.values<double>().subspan(i * width, width);
  }

  Value value_;
  Slope slope_;
};

}  // namespace weir::test
