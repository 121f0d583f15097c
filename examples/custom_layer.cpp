// A layer of your own: y = w * x with one learned weight for each feature. Its gradient is checked, it is trained to find known weights,
// saved and loaded again.
// Run: build/release/examples/custom_layer (takes less than a second)
// Last line to expect: found 1.000 -2.000 0.500

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>

#include <weir/weir.hpp>

class FeatureScale : public weir::Layer {
 public:
  std::string type() const override { return "feature_scale"; }
  weir::Config config() const override { return {}; }
  std::string describe() const override { return "feature_scale"; }

  weir::LayerPlan infer(std::span<const weir::Shape> inputs) const override {
    if (inputs.size() != 1 || inputs[0].rank() != 1) throw weir::ShapeError("expected one input of shape [features].");
    weir::LayerPlan plan;
    plan.output = inputs[0];
    plan.parameters = {{"weight", inputs[0], weir::Initializer::constant(1)}};
    plan.backward_needs = weir::Needs::x;
    return plan;
  }

  void forward(const weir::Context& context, const weir::LayerArgs& args) const override {
    by_type(args.y, [&](auto t) {
      using T = decltype(t);
      const auto x = args.x[0].values<T>(), w = args.parameters[0].values<T>();
      const auto y = args.y.values<T>();
      weir::parallel_for(context, args.batch, [&](std::int64_t sample) {
        const std::size_t begin = static_cast<std::size_t>(sample) * w.size();
        for (std::size_t i = 0; i < w.size(); ++i) y[begin + i] = w[i] * x[begin + i];
      });
    });
  }

  void backward(const weir::Context&, const weir::LayerArgs& args) const override {
    by_type(args.dy, [&](auto t) {
      using T = decltype(t);
      const auto x = args.x[0].values<T>(), w = args.parameters[0].values<T>(), dy = args.dy.values<T>();
      if (!args.dparameters[0].empty()) {
        const auto dw = args.dparameters[0].values<T>();
        std::fill(dw.begin(), dw.end(), T(0));
        for (std::size_t i = 0; i < x.size(); ++i) dw[i % w.size()] += dy[i] * x[i];
      }
      if (!args.dx[0].empty()) {
        const auto dx = args.dx[0].values<T>();
        for (std::size_t i = 0; i < x.size(); ++i) dx[i] = dy[i] * w[i % w.size()];
      }
    });
  }

 private:
  // Calls f(double{}) if the Model computes in f64, else f(float{}).
  template <class F>
  static void by_type(const weir::ConstTensorView& view, F&& f) {
    if (view.dtype() == weir::DType::f64) {
      f(double{});
    } else {
      f(float{});
    }
  }
};

int main() try {
  const weir::GradcheckReport report = weir::gradcheck(FeatureScale(), {{3}});
  std::cout << report << '\n';
  report.throw_if_failed();

  weir::Tensor x({64, 3}), y({64, 3});
  const float wanted[] = {1.0F, -2.0F, 0.5F};
  weir::Initializer::normal(0, 1).fill(x, weir::RandomKey{1});
  for (std::size_t i = 0; i < 64 * 3; ++i) y.values<float>()[i] = wanted[i % 3] * x.values<float>()[i];
  const weir::Dataset data(std::move(x), std::move(y));

  weir::Model model(weir::sequential({3}, FeatureScale()), {.max_batch = 16});
  weir::fit(model, data, {.loss = weir::MeanSquaredError(), .optimizer = weir::SGD({.lr = 0.5}), .epochs = 20, .batch = 16});

  weir::register_layer("feature_scale", [](const weir::Config&) { return std::make_unique<FeatureScale>(); });
  const std::string file = (std::filesystem::temp_directory_path() / "weir_custom_layer.safetensors").string();
  weir::save(model, file);
  const weir::Model loaded = weir::load_model(file);
  std::filesystem::remove(file);
  const auto w = loaded.parameter("0.weight").values<float>();
  std::printf("found %.3f %.3f %.3f\n", w[0], w[1], w[2]);
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
