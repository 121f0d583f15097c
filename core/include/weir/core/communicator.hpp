#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include <weir/core/context.hpp>
#include <weir/core/tensor_view.hpp>

namespace weir {

// A block of memory that a rank sends to another one, or receives from it.
struct Outgoing {
  int to = 0;
  ConstTensorView block;
};
struct Incoming {
  int from = 0;
  TensorView block;
};

// What a library such as MPI must be able to do; a Communicator passes its calls on to it. Every call except abort is collective: all ranks
// make the same calls in the same order. A call returns when this rank's blocks may be used again, or throws weir::Error when another rank
// has failed or ended. Blocks are on the context's device; one with a stream of its own works on that stream. Blocks that belong together
// have the same number of bytes on both ranks.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual int rank() const = 0;              // of this process, from 0
  virtual int size() const = 0;              // number of ranks
  virtual std::string describe() const = 0;  // "MPI_Allreduce of Open MPI 4.1.4": what adds up in sum()

  // Sends and receives all blocks at once. Between two ranks the n-th block sent is the n-th received.
  virtual void exchange(const Context& context, std::span<const Outgoing> outgoing, std::span<const Incoming> incoming) = 0;
  virtual void broadcast(const Context& context, int from, const TensorView& block) = 0;
  // Replaces the block, f32 or f64, by the sum of all ranks' blocks, added in an order of the transport's own.
  virtual void sum(const Context& context, const TensorView& block) = 0;
  // Collects the bytes of all ranks, equally many each, on every rank, in the order of ranks.
  virtual void gather(std::span<const std::byte> own, std::span<std::byte> all) = 0;
  virtual void barrier() = 0;

  // Tells all ranks that this one cannot go on. Their current and later calls throw a weir::Error with this rank's number and message.
  virtual void abort(const std::string& message) noexcept = 0;
};

// The processes ("ranks") that train one Model together, each with a copy of it; see FitOptions::communicator. By default one rank, for
// which every call does nothing, so that a program is written once for any number. Copies are the same communicator. Use it from one thread
// at a time.
class Communicator {
 public:
  Communicator() = default;
  explicit Communicator(std::shared_ptr<Transport> transport) : transport_(std::move(transport)) {}

  int rank() const { return transport_ ? transport_->rank() : 0; }
  int size() const { return transport_ ? transport_->size() : 1; }
  bool is_first() const { return rank() == 0; }
  std::string describe() const { return transport_ ? transport_->describe() : "one rank"; }

  // As in Transport.
  void exchange(const Context& context, std::span<const Outgoing> outgoing, std::span<const Incoming> incoming) const {
    if (transport_) transport_->exchange(context, outgoing, incoming);
  }
  void broadcast(const Context& context, int from, const TensorView& block) const {
    if (transport_ && block.elements() > 0) transport_->broadcast(context, from, block);
  }
  void sum(const Context& context, const TensorView& block) const {
    if (transport_) transport_->sum(context, block);
  }
  void gather(std::span<const std::byte> own, std::span<std::byte> all) const;
  void barrier() const {
    if (transport_) transport_->barrier();
  }
  void abort(const std::string& message) const noexcept {
    if (transport_) transport_->abort(message);
  }

 private:
  std::shared_ptr<Transport> transport_;
};

// One rank: this process alone.
inline Communicator single() { return {}; }

}  // namespace weir
