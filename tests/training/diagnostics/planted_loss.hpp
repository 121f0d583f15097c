#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>
#include <weir/core/loss.hpp>

namespace weir::test {

// Softmax cross entropy and mean squared error, on outputs [width] and targets of the same shape. f64 only.
enum class LossPlant {
  none,
  without_target,  // dx of the cross entropy is softmax only
  sign,            // target - softmax
  without_count,   // factor 1 / n of the mean missing
  half,            // factor 2 of the square missing
  without_dy,      // dy ignored, so weights of batch and samples are missing
  first_sample,    // all other samples get 0
};

class PlantedLoss : public Loss {
 public:
  PlantedLoss(bool cross_entropy, LossPlant plant) : cross_entropy_(cross_entropy), plant_(plant) {}

  std::string type() const override { return "planted_loss"; }
  Config config() const override { return {}; }
  std::string describe() const override { return "planted_loss"; }

  LayerPlan infer(std::span<const Shape>) const override {
    LayerPlan plan;
    plan.backward_needs = Needs::x;
    return plan;
  }

  void forward(const Context&, const LayerArgs& args) const override {
    const auto y = args.y.values<double>();
    const std::size_t n = width(args);
    for (std::size_t s = 0; s < y.size(); ++s) {
      const auto x = row(args.x[0], s, n), t = row(args.x[1], s, n);
      double sum = 0;
      for (std::size_t i = 0; i < n; ++i) {
        sum += cross_entropy_ ? t[i] * (log_sum(x) - x[i]) : (x[i] - t[i]) * (x[i] - t[i]) / static_cast<double>(n);
      }
      y[s] = sum;
    }
  }

  void backward(const Context&, const LayerArgs& args) const override {
    const auto dy = args.dy.values<double>();
    const auto dx = args.dx[0].values<double>();
    const std::size_t n = width(args);
    for (std::size_t s = 0; s < dy.size(); ++s) {
      const auto x = row(args.x[0], s, n), t = row(args.x[1], s, n);
      for (std::size_t i = 0; i < n; ++i) {
        const double softmax = std::exp(x[i] - log_sum(x));
        double d = cross_entropy_ ? softmax - (plant_ == LossPlant::without_target ? 0 : t[i])
                                  : (plant_ == LossPlant::half ? 1 : 2) * (x[i] - t[i]) /
                                        (plant_ == LossPlant::without_count ? 1 : static_cast<double>(n));
        if (plant_ == LossPlant::sign) d = -d;
        if (plant_ == LossPlant::first_sample && s > 0) d = 0;
        dx[s * n + i] = plant_ == LossPlant::without_dy ? d : d * dy[s];
      }
    }
  }

 private:
  static std::size_t width(const LayerArgs& args) { return static_cast<std::size_t>(args.x[0].elements() / args.batch); }
  static std::span<const double> row(const ConstTensorView& block, std::size_t sample, std::size_t n) {
    return block.values<double>().subspan(sample * n, n);
  }
  static double log_sum(std::span<const double> x) {
    double sum = 0;
    for (const double value : x) sum += std::exp(value);
    return std::log(sum);
  }

  bool cross_entropy_;
  LossPlant plant_;
};

}  // namespace weir::test
