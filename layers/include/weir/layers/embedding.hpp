#pragma once

#include <cstdint>
#include <weir/layers/every_device.hpp>

namespace weir {

// y = the rows of weight whose indices are in x. torch.nn.Embedding, with its initial values N(0, 1).
//
//   x [...], i32, from 0 to num - 1   weight [num, dim]   y [..., dim]      f32, f64
//   dweight[i] = sum of dy over the positions where x is i; there is no dx
//
// An index out of range is a ConfigError with its sample: fit, evaluate and predict throw it before they begin, and so does forward. Only
// in training mode on a CUDA device forward gives NaN instead.
class Embedding final : public EveryDevice<Layer> {
 public:
  // ConfigError for num or dim below 1.
  Embedding(std::int64_t num, std::int64_t dim);

  std::string type() const override { return "embedding"; }
  Config config() const override;
  std::string describe() const override;
  LayerPlan infer(std::span<const Shape> inputs) const override;
  void forward(const Context& context, const LayerArgs& args) const override;
  void backward(const Context& context, const LayerArgs& args) const override;
  void check_input(std::size_t input, const ConstTensorView& values) const override;  // that each index is in range

 private:
  std::int64_t num_;
  std::int64_t dim_;
};

}  // namespace weir
