// dlib: its dnn_trainer, one step for each batch, and net(...) for inference.
#include <dlib/dnn.h>

#include <memory>
#include <vector>

#include "peer.hpp"

namespace {

using Image = dlib::matrix<float>;
using Labels = std::vector<unsigned long>;
template <class Below>
using Hidden = dlib::relu<dlib::fc<128, Below>>;
template <class Below>
using Middle = dlib::relu<dlib::fc<512, Below>>;
template <class Below>
using Large = dlib::relu<dlib::fc<2048, Below>>;
template <class Below>
using Classes = dlib::loss_multiclass_log<dlib::fc<10, Below>>;
using Input = dlib::input<Image>;
using Small = Classes<Hidden<Input>>;

Image image(const float* x, long features) {
  Image row(features, 1);
  std::copy(x, x + features, row.begin());
  return row;
}

template <class Network, class Solver>
peer::Run train(const peer::Net& spec, const peer::Data& data, Solver solver) {
  struct State {
    Network net;
    dlib::dnn_trainer<Network, Solver> trainer;
    std::vector<Image> images, batch;
    Labels labels;
    explicit State(Solver s) : trainer(net, s) {}
  };
  const auto state = std::make_shared<State>(solver);
  state->trainer.set_learning_rate(spec.learning_rate);
  state->trainer.set_iterations_without_progress_threshold(1'000'000);
  for (long i = 0; i < data.samples; ++i) state->images.push_back(image(data.x.data() + i * data.features, data.features));
  state->batch.resize(static_cast<std::size_t>(spec.batch));
  state->labels.resize(static_cast<std::size_t>(spec.batch));
  return [=, &data](const std::vector<long>& order, long steps) {
    for (long s = 0; s < steps; ++s) {
      for (long i = 0; i < spec.batch; ++i) {
        const auto row = static_cast<std::size_t>(order[static_cast<std::size_t>(s * spec.batch + i)]);
        state->batch[static_cast<std::size_t>(i)] = state->images[row];
        state->labels[static_cast<std::size_t>(i)] = static_cast<unsigned long>(data.labels[row]);
      }
      state->trainer.train_one_step(state->batch, state->labels);
    }
    state->trainer.get_net(dlib::force_flush_to_disk::no);  // waits for the trainer's thread to finish the last step
  };
}

peer::Run training(const peer::Net& spec, const peer::Data& data) {
  if (spec.adam) return train<Classes<Middle<Middle<Input>>>>(spec, data, dlib::adam(0, 0.9F, 0.999F));
  if (spec.widths.size() == 3) return train<Small>(spec, data, dlib::sgd(0, 0));
  return train<Classes<Large<Large<Large<Input>>>>>(spec, data, dlib::sgd(0, 0));
}

peer::Call inference(const std::vector<long>& widths, const float* x, long batch) {
  const auto net = std::make_shared<Small>();
  std::vector<Image> images;
  for (long i = 0; i < batch; ++i) images.push_back(image(x + i * widths[0], widths[0]));
  (*net)(images, static_cast<std::size_t>(batch));
  return [=] { (*net)(images, static_cast<std::size_t>(batch)); };
}

}  // namespace

int main(int argc, char** argv) { return peer::main(argc, argv, {{}, training, inference, {}}); }
