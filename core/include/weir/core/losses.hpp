#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include <weir/core/loss.hpp>

namespace weir {

// A loss for one output of the graph, and its weight in the sum.
struct LossTerm {
  template <std::derived_from<Loss> L>
  LossTerm(L loss_, double weight_ = 1) : loss(std::make_shared<const L>(std::move(loss_))), weight(weight_) {}
  LossTerm(const LossTerm&) = default;  // moving copies: the other stays as it is
  LossTerm& operator=(const LossTerm&) = default;

  std::shared_ptr<const Loss> loss;
  double weight = 1;
};

// What training minimises: one term for each output of the graph, in order. Write one loss, or a list with weights:
// .loss = SoftmaxCrossEntropy()   .loss = {{SoftmaxCrossEntropy(), 1.0}, {MeanSquaredError(), 0.1}}
class Losses {
 public:
  Losses() = default;
  template <std::derived_from<Loss> L>
  Losses(L loss) : terms_{LossTerm(std::move(loss))} {}
  Losses(std::initializer_list<LossTerm> terms) : terms_(terms) {}
  explicit Losses(std::vector<LossTerm> terms) : terms_(std::move(terms)) {}

  const std::vector<LossTerm>& terms() const& { return terms_; }
  const std::vector<LossTerm>& terms() const&& = delete;

 private:
  std::vector<LossTerm> terms_;
};

}  // namespace weir
