#include "peer.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <numeric>
#include <random>
#include <sstream>
#include <string>

namespace peer {

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double seconds_per_call(const Call& call, double budget) {
  call();
  for (long calls = 1;; calls *= 2) {
    const double begin = now();
    for (long i = 0; i < calls; ++i) call();
    const double took = now() - begin;
    if (took >= budget) return took / static_cast<double>(calls);
  }
}

Data make_data() {
  Data data;
  std::mt19937 random(1);
  for (long i = 0; i < data.samples * data.features; ++i) {
    const unsigned long bits = random();
    data.x.push_back(bits % 5 == 0 ? static_cast<float>(1 + (bits >> 8) % 255) / 255 : 0.0F);
  }
  for (long i = 0; i < data.samples; ++i) data.labels.push_back(static_cast<int>(random() % 10));
  return data;
}

void train(const Peer& peer, const std::string& name, const Net& net, int samples) {
  const Data data = make_data();
  const Run run = peer.training(net, data);
  std::mt19937 random(2);
  std::vector<long> order(static_cast<std::size_t>(data.samples));
  std::iota(order.begin(), order.end(), 0L);
  for (int i = 0; i < samples; ++i) {
    run(order, 2);
    const double begin = now();
    std::shuffle(order.begin(), order.end(), random);
    run(order, net.steps);
    std::printf("%s %g\n", name.c_str(), static_cast<double>(net.steps * net.batch) / (now() - begin));
  }
}

void infer(const Peer& peer, const std::string& name, long batch, int samples) {
  const Data data = make_data();
  const Call call = peer.inference({784, 128, 10}, data.x.data(), batch);
  for (int i = 0; i < samples; ++i) {
    const double seconds = seconds_per_call(call, 0.05);
    std::printf("%s %g\n", name.c_str(), batch == 1 ? 1e6 * seconds : static_cast<double>(batch) / seconds);
  }
}

void relu(const Peer& peer, int samples) {
  const std::vector<long> sizes{1'000, 3'000, 10'000, 30'000, 100'000, 300'000, 1'000'000, 3'000'000, 10'000'000, 30'000'000};
  std::mt19937 random(1);
  std::vector<float> x(30'000'000), dy(x.size()), y(x.size());
  for (float& value : x) value = static_cast<float>(random()) * 0x1p-31F - 1;
  for (float& value : dy) value = static_cast<float>(random()) * 0x1p-31F - 1;
  for (const long size : sizes) {
    const ReluCalls calls = peer.relu(x.data(), dy.data(), y.data(), size);
    for (int i = 0; i < samples; ++i) {
      const auto print = [&](const char* name, int bytes, const Call& call) {
        std::printf("%s/%ld %g\n", name, size, static_cast<double>(bytes * size) / seconds_per_call(call, 0.02) / 1e9);
      };
      print("relu_forward", 8, calls.forward);
      print("relu_grad", 8, calls.grad);
      print("relu_backward", 12, calls.backward);
    }
  }
}

}  // namespace

int main(int argc, char** argv, const Peer& peer) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s WORKLOAD[,WORKLOAD...] THREADS SAMPLES\n", argv[0]);
    return 2;
  }
  const int samples = std::atoi(argv[3]);
  const std::map<std::string, Net> nets{{"W1", {{784, 128, 10}, 64, false, 0.01F, 800}},
                                        {"W2", {{784, 512, 512, 10}, 128, true, 1e-4F, 100}},
                                        {"W3", {{784, 2048, 2048, 2048, 10}, 1024, false, 0.01F, 2}}};
  if (peer.set_threads) peer.set_threads(std::atoi(argv[2]));
  std::istringstream names(argv[1]);
  for (std::string name; std::getline(names, name, ',');) {
    if (const auto net = nets.find(name); net != nets.end()) {
      train(peer, name, net->second, samples);
    } else if (name == "b1" || name == "b1024") {
      infer(peer, name, name == "b1" ? 1 : 1024, samples);
    } else {
      relu(peer, samples);
    }
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace peer
