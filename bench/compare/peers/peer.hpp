#pragma once

#include <functional>
#include <vector>

// Shared by all C++ peers: the workloads, the data, the timing. A peer is started as
//   <peer> THREADS
// and reads names of workloads from standard input, one a line: W1, W2, W3, b1, b1024, relu_forward/1000 and so on. It answers each with a
// line: the name and the result of one sample in samples/s (W1, W2, W3, b1024), microseconds a call (b1) or GB/s (relu_...). The data and
// networks of a workload are created at its first request.
namespace peer {

struct Net {
  std::vector<long> widths;
  long batch;
  bool adam;
  float learning_rate;
  long steps, warm_up;  // in one sample, and before it
};

// 60,000 x 784 numbers from 0 to 1, four fifths of them 0, and labels 0 to 9.
struct Data {
  long samples = 60'000, features = 784;
  std::vector<float> x;
  std::vector<int> labels;
};

using Run = std::function<void(const std::vector<long>& order, long steps)>;  // trains `steps` steps on batches of the rows in `order`
using Call = std::function<void()>;
struct ReluCalls {
  Call forward, grad, backward;
};

// The workloads that a peer implements; the others are left empty.
struct Peer {
  std::function<void(int threads)> set_threads;
  std::function<Run(const Net&, const Data&)> training;
  std::function<Call(const std::vector<long>& widths, const float* x, long batch)> inference;
  std::function<ReluCalls(const float* x, const float* dy, float* y, long count)> relu;
};

int main(int argc, char** argv, const Peer& peer);

}  // namespace peer
