#include "training/rank_sum.hpp"

#include <algorithm>
#include <cstddef>
#include <weir/core/array.hpp>

#include "training/gradient_ops.hpp"

namespace weir {

RankSum::RankSum(Model& model, const EpochPlan& plan, const Communicator& communicator, bool in_tree)
    : model_(&model), communicator_(communicator), in_tree_(in_tree) {
  const std::int64_t last_step = plan.steps() - 1;
  std::size_t depth = 0, others = 0;
  for (const std::int64_t leaves : {plan.accumulate(), plan.micro_batches(last_step)}) {
    std::size_t received = 0;
    std::vector<IndexRange> stack;
    const IndexRange own = run(leaves);
    for (std::int64_t i = own.begin; i < own.end; ++i) {
      depth = std::max(depth, stack.size() + 1);
      push_subtree(stack, {i, i + 1}, leaves, [] {});
    }
    for (int r = 0; r < communicator.size(); ++r) {
      if (r != communicator.rank()) received += subtrees_of(deal(leaves, communicator.size(), r), leaves).size();
    }
    others = std::max(others, received);
  }
  for (std::size_t i = 0; i < depth; ++i) sums_.emplace_back(model.parameter_arena().shape(), model.dtype(), model.device());
  const IndexRange mine = slice(communicator.rank());
  for (std::size_t i = 0; in_tree && i < others && mine.count() > 0; ++i) {
    received_.emplace_back(Shape{mine.count()}, model.dtype(), model.device());
  }
}

// In whole cache lines.
IndexRange RankSum::slice(int rank) const {
  constexpr std::int64_t line = 16;
  const std::int64_t elements = model_->parameter_arena().elements();
  const IndexRange lines = deal((elements + line - 1) / line, communicator_.size(), rank);
  return {std::min(lines.begin * line, elements), std::min(lines.end * line, elements)};
}

void RankSum::begin(std::int64_t micro_batches) {
  micro_batches_ = micro_batches;
  stack_.clear();
}

void RankSum::add(const Context& context, const MicroBatch& micro_batch) {
  const IndexRange leaf{micro_batch.index, micro_batch.index + 1};
  ConstTensorView right = model_->gradient_arena();
  double factor = micro_batch.share();
  if (stack_.empty() || !are_halves(stack_.back(), leaf, micro_batches_))
    on_device::accumulate(context, {}, factor, right, sums_[stack_.size()]);
  push_subtree(stack_, leaf, micro_batches_, [&] {
    const TensorView left = sums_[stack_.size() - 1];
    on_device::accumulate(context, left, factor, right, left);
    right = left;
    factor = 1;
  });
}

void RankSum::finish(const Context& context) {
  const TensorView all = model_->gradient_arena();
  if (in_tree_) {
    finish_tree(context);
    share_slices(context);
    return;
  }
  if (stack_.empty()) fill(context, all, 0);
  for (std::size_t i = 0; i < stack_.size(); ++i) {
    on_device::accumulate(context, i == 0 ? ConstTensorView() : all, 1, sums_[i], all);
  }
  communicator_.sum(context, all);
}

void RankSum::finish_tree(const Context& context) {
  const int me = communicator_.rank();
  const IndexRange mine = slice(me);
  outgoing_.clear();
  incoming_.clear();
  merged_.clear();
  merging_.clear();
  const TensorView result = model_->gradient_arena().rows(mine.begin, mine.count());
  std::size_t used = 0;
  for (int r = 0; r < communicator_.size(); ++r) {
    if (r == me) continue;
    const IndexRange theirs = slice(r);
    for (std::size_t i = 0; i < stack_.size() && theirs.count() > 0; ++i) {
      outgoing_.push_back({r, sums_[i].view().rows(theirs.begin, theirs.count())});
    }
    if (mine.count() == 0) continue;
    const std::size_t count = subtrees_of(deal(micro_batches_, communicator_.size(), r), micro_batches_).size();
    for (std::size_t i = 0; i < count; ++i) incoming_.push_back({r, received_[used++]});
  }
  communicator_.exchange(context, outgoing_, incoming_);
  if (mine.count() == 0) return;

  used = 0;
  for (int r = 0; r < communicator_.size(); ++r) {
    const std::vector<IndexRange> subtrees = subtrees_of(deal(micro_batches_, communicator_.size(), r), micro_batches_);
    for (std::size_t i = 0; i < subtrees.size(); ++i) {
      merging_.push_back(r == me ? sums_[i].view().rows(mine.begin, mine.count()) : received_[used++].view());
      push_subtree(merged_, subtrees[i], micro_batches_, [&] {
        const TensorView left = merging_.end()[-2];
        on_device::accumulate(context, left, 1, merging_.back(), left);
        merging_.pop_back();
      });
    }
  }
  copy(context, merging_.front(), result);
}

void RankSum::share_slices(const Context& context) {
  const int me = communicator_.rank();
  const TensorView all = model_->gradient_arena();
  const IndexRange mine = slice(me);
  outgoing_.clear();
  incoming_.clear();
  for (int r = 0; r < communicator_.size(); ++r) {
    if (r == me) continue;
    const IndexRange theirs = slice(r);
    if (mine.count() > 0) outgoing_.push_back({r, all.rows(mine.begin, mine.count())});
    if (theirs.count() > 0) incoming_.push_back({r, all.rows(theirs.begin, theirs.count())});
  }
  communicator_.exchange(context, outgoing_, incoming_);
}

}  // namespace weir
