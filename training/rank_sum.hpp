#pragma once

#include <cstdint>
#include <vector>
#include <weir/core/communicator.hpp>
#include <weir/core/context.hpp>
#include <weir/core/model.hpp>
#include <weir/core/tensor.hpp>

#include "training/epoch_plan.hpp"
#include "training/sum_tree.hpp"

namespace weir {

// The sum of GradientSum, bit for bit, where the micro-batches of a step are dealt to ranks in runs. Each rank adds up the largest subtrees
// in its run. Each owns a slice of the gradient arena: for it the others send their subtrees' sums, and it finishes the tree. Then all
// send their slices to all. With a power of two of micro-batches and ranks a rank sends about twice the arena, as in a ring.
class RankSum {
 public:
  // With `in_tree` false the order is left to Communicator::sum. The Model must outlive this.
  RankSum(Model& model, const EpochPlan& plan, const Communicator& communicator, bool in_tree);

  IndexRange run(std::int64_t micro_batches) const { return deal(micro_batches, communicator_.size(), communicator_.rank()); }

  // Call begin, add after backward of each micro-batch of this rank's run, in order, then finish: it leaves the step's gradients in the
  // Model's arena on every rank.
  void begin(std::int64_t micro_batches);
  void add(const Context& context, const MicroBatch& micro_batch);
  void finish(const Context& context);

 private:
  IndexRange slice(int rank) const;
  void finish_tree(const Context& context);
  void share_slices(const Context& context);

  Model* model_;
  Communicator communicator_;
  bool in_tree_;
  std::int64_t micro_batches_ = 0;  // of the step
  std::vector<IndexRange> stack_;   // subtrees so far ...
  std::vector<Tensor> sums_;        // ... and their sums
  std::vector<Tensor> received_;    // sums of other ranks' subtrees for this rank's slice
  std::vector<IndexRange> merged_;
  std::vector<TensorView> merging_;
  std::vector<Outgoing> outgoing_;
  std::vector<Incoming> incoming_;
};

}  // namespace weir
