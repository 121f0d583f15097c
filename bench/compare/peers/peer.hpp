#pragma once

#include <functional>
#include <vector>

// What every C++ peer shares: the workloads, the data, the clock. A peer is started as
//   <peer> THREADS
// and reads workloads' names, a line each: W1, W2, W3, b1, b1024, relu_forward/1000 and so on. It answers each with a line, the name and
// the figure of one sample, in samples/s (W1, W2, W3, b1024), us a call (b1) or GB/s (relu_...). What a workload needs is made when it is
// asked for first.
namespace peer {

struct Net {
  std::vector<long> widths;
  long batch;
  bool adam;
  float learning_rate;
  long steps, warm_up;  // of a sample, and before it
};

// 60,000 x 784 numbers from 0 to 1, four fifths of them 0, and labels 0 to 9.
struct Data {
  long samples = 60'000, features = 784;
  std::vector<float> x;
  std::vector<int> labels;
};

using Run = std::function<void(const std::vector<long>& order, long steps)>;  // steps over batches of these rows, in their order
using Call = std::function<void()>;
struct ReluCalls {
  Call forward, grad, backward;
};

// What a peer can do; the rest stays empty.
struct Peer {
  std::function<void(int threads)> set_threads;
  std::function<Run(const Net&, const Data&)> training;
  std::function<Call(const std::vector<long>& widths, const float* x, long batch)> inference;
  std::function<ReluCalls(const float* x, const float* dy, float* y, long count)> relu;
};

int main(int argc, char** argv, const Peer& peer);

}  // namespace peer
