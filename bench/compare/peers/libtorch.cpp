// libtorch from C++: nn::Sequential and its own optimizers, batches gathered into one buffer, inference without autograd.
#include <torch/torch.h>

#include <memory>
#include <variant>

#include "peer.hpp"

namespace {

torch::nn::Sequential make(const std::vector<long>& widths) {
  torch::nn::Sequential net;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    if (i > 0) net->push_back(torch::nn::ReLU(torch::nn::ReLUOptions(true)));
    net->push_back(torch::nn::Linear(widths[i], widths[i + 1]));
  }
  return net;
}

std::shared_ptr<torch::optim::Optimizer> make_optimizer(const peer::Net& spec, const torch::nn::Sequential& net) {
  if (spec.adam) return std::make_shared<torch::optim::Adam>(net->parameters(), torch::optim::AdamOptions(spec.learning_rate));
  return std::make_shared<torch::optim::SGD>(net->parameters(), torch::optim::SGDOptions(spec.learning_rate));
}

peer::Run training(const peer::Net& spec, const peer::Data& data) {
  auto net = make(spec.widths);
  auto optimizer = make_optimizer(spec, net);
  const auto x = torch::from_blob(const_cast<float*>(data.x.data()), {data.samples, data.features});
  const auto labels = torch::from_blob(const_cast<int*>(data.labels.data()), {data.samples}, torch::kInt).to(torch::kLong);
  auto rows = torch::empty({spec.batch, data.features});
  return [=](const std::vector<long>& order, long steps) mutable {
    const auto index = torch::from_blob(const_cast<long*>(order.data()), {static_cast<long>(order.size())}, torch::kLong);
    for (long s = 0; s < steps; ++s) {
      const auto batch = index.slice(0, s * spec.batch, (s + 1) * spec.batch);
      torch::index_select_out(rows, x, 0, batch);
      optimizer->zero_grad();
      torch::nn::functional::cross_entropy(net->forward(rows), labels.index_select(0, batch)).backward();
      optimizer->step();
    }
  };
}

peer::Call inference(const std::vector<long>& widths, const float* x, long batch) {
  auto net = make(widths);
  net->eval();
  const auto input = torch::from_blob(const_cast<float*>(x), {batch, widths[0]});
  return [=]() mutable {
    const torch::InferenceMode guard;
    net->forward(input);
  };
}

}  // namespace

int main(int argc, char** argv) {
  return peer::main(argc, argv, {[](int n) { torch::set_num_threads(n); }, training, inference, {}});
}
