#include "peer.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <numeric>
#include <random>
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

const Data& data() {
  static const Data made = make_data();
  return made;
}

using Sample = std::function<double()>;

Sample training(const Peer& peer, const Net& net) {
  const Run run = peer.training(net, data());
  std::mt19937 random(2);
  std::vector<long> order(static_cast<std::size_t>(std::max(net.steps, net.warm_up) *
                                                   net.batch));  // only the samples that these steps use, as in weir's benchmark
  std::iota(order.begin(), order.end(), 0L);
  return [=]() mutable {
    run(order, net.warm_up);
    const double begin = now();
    std::shuffle(order.begin(), order.end(), random);
    run(order, net.steps);
    return static_cast<double>(net.steps * net.batch) / (now() - begin);
  };
}

Sample inference(const Peer& peer, long batch) {
  const Call call = peer.inference({784, 128, 10}, data().x.data(), batch);
  return [=] {
    const double seconds = seconds_per_call(call, 0.05);
    return batch == 1 ? 1e6 * seconds : static_cast<double>(batch) / seconds;
  };
}

struct Arrays {
  std::vector<float> x, dy, y;
};

Arrays& arrays() {
  static Arrays made = [] {
    constexpr std::size_t most = 30'000'000;
    std::mt19937 random(1);
    Arrays a{std::vector<float>(most), std::vector<float>(most), std::vector<float>(most)};
    for (float& value : a.x) value = static_cast<float>(random()) * 0x1p-31F - 1;
    for (float& value : a.dy) value = static_cast<float>(random()) * 0x1p-31F - 1;
    return a;
  }();
  return made;
}

Sample relu(const Peer& peer, const std::string& function, long size) {
  Arrays& a = arrays();
  const ReluCalls calls = peer.relu(a.x.data(), a.dy.data(), a.y.data(), size);
  const Call call = function == "relu_forward" ? calls.forward : function == "relu_grad" ? calls.grad : calls.backward;
  const double bytes = static_cast<double>(size) * (function == "relu_backward" ? 12 : 8);
  return [=] { return bytes / seconds_per_call(call, 0.02) / 1e9; };
}

Sample make_sample(const Peer& peer, const std::string& name) {
  static const std::map<std::string, Net> nets{{"W1", {{784, 128, 10}, 64, false, 0.01F, 800, 2}},
                                               {"W2", {{784, 512, 512, 10}, 128, true, 1e-4F, 100, 2}},
                                               {"W3", {{784, 2048, 2048, 2048, 10}, 1024, false, 0.01F, 2, 0}}};
  if (const auto net = nets.find(name); net != nets.end()) return training(peer, net->second);
  if (name == "b1" || name == "b1024") return inference(peer, name == "b1" ? 1 : 1024);
  const std::size_t slash = name.find('/');
  return relu(peer, name.substr(0, slash), std::stol(name.substr(slash + 1)));
}

}  // namespace

int main(int argc, char** argv, const Peer& peer) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s THREADS\n", argv[0]);
    return 2;
  }
  if (peer.set_threads) peer.set_threads(std::atoi(argv[1]));
  std::map<std::string, Sample> samples;
  for (std::string name; std::getline(std::cin, name);) {
    auto found = samples.find(name);
    if (found == samples.end()) found = samples.emplace(name, make_sample(peer, name)).first;
    std::printf("%s %g\n", name.c_str(), found->second());
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace peer
