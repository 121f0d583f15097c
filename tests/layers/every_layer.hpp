#pragma once

#include <memory>
#include <vector>
#include <weir/layers/batch_norm.hpp>
#include <weir/layers/dropout.hpp>
#include <weir/layers/embedding.hpp>
#include <weir/layers/lambda.hpp>
#include <weir/layers/layer_norm.hpp>
#include <weir/layers/log_softmax.hpp>
#include <weir/layers/multiply.hpp>
#include <weir/layers/prelu.hpp>
#include <weir/layers/reshape.hpp>
#include <weir/layers/rms_norm.hpp>
#include <weir/layers/softmax.hpp>

#include "core/typed.hpp"
#include "tests/support/layer_runner.hpp"

namespace weir::test {

// A layer, and shapes of one sample that it accepts.
struct Sample {
  std::shared_ptr<const Layer> layer;
  std::vector<Shape> inputs;
};

// y = x^2 by functions, in any type.
inline Lambda square() {
  const auto each = [](const TensorView& to, auto&& value) {
    typed(to.dtype(), [&](auto type) {
      using T = decltype(type);
      for (std::int64_t i = 0; i < to.elements(); ++i) data<T>(to)[i] = value(type, i);
    });
  };
  return Lambda([=](const Context&, const ConstTensorView& x,
                    const TensorView& y) { each(y, [&]<class T>(T, std::int64_t i) { return data<T>(x)[i] * data<T>(x)[i]; }); },
                [=](const Context&, const ConstTensorView& x, const ConstTensorView&, const ConstTensorView& dy, const TensorView& dx) {
                  each(dx, [&]<class T>(T, std::int64_t i) { return T(2) * data<T>(x)[i] * data<T>(dy)[i]; });
                });
}

// Every layer that is neither a product nor a copy, some with two configurations; wide enough for several tiles.
inline std::vector<Sample> every_layer() {
  return {{make_layer(BatchNorm()), {{130}}},       {make_layer(BatchNorm({.affine = false})), {{5}}},
          {make_layer(Dropout(0.3)), {{77, 5}}},    {make_layer(Embedding(9, 37)), {{11}}},
          {make_layer(LayerNorm()), {{3, 70}}},     {make_layer(LayerNorm({.elementwise_affine = false})), {{5}}},
          {make_layer(LogSoftmax()), {{3, 300}}},   {make_layer(Multiply()), {{6, 50}, {6, 50}, {6, 50}}},
          {make_layer(PReLU()), {{4, 90}}},         {make_layer(PReLU(4)), {{4, 90}}},
          {make_layer(Reshape({5, 4})), {{2, 10}}}, {make_layer(RMSNorm()), {{3, 70}}},
          {make_layer(Softmax()), {{3, 300}}},      {make_layer(square()), {{33}}}};
}

}  // namespace weir::test
