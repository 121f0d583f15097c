// A hand-written multilayer perceptron: one library call per matrix product, OpenMP loops for everything else, all buffers allocated once.
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "gemm.hpp"
#include "peer.hpp"

namespace {

using Block = std::vector<float>;

// Calls f(i) for i in [0, count), on all threads if count is large enough to pay.
template <class F>
void loop(long count, F f) {
#pragma omp parallel for simd schedule(static) if (parallel : count > 30'000)
  for (long i = 0; i < count; ++i) f(i);
}

struct Layer {
  long in, out;
  Block w, b, dw, db, mw, mb, vw, vb, y, dy;

  Layer(long in_, long out_, long batch, std::mt19937& random) : in(in_), out(out_) {
    for (Block* block : {&w, &dw, &mw, &vw}) block->resize(static_cast<std::size_t>(in * out));
    for (Block* block : {&b, &db, &mb, &vb}) block->resize(static_cast<std::size_t>(out));
    for (Block* block : {&y, &dy}) block->resize(static_cast<std::size_t>(batch * out));
    std::uniform_real_distribution<float> range(-1 / std::sqrt(static_cast<float>(in)), 1 / std::sqrt(static_cast<float>(in)));
    for (float& value : w) value = range(random);
  }
};

class Net {
 public:
  Net(const std::vector<long>& widths, long batch) : batch_(batch) {
    std::mt19937 random(0);
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) layers_.emplace_back(widths[i], widths[i + 1], batch, random);
  }

  void forward(const float* x) {
    for (Layer& layer : layers_) {
      gemm(false, false, batch_, layer.out, layer.in, x, layer.w.data(), 0, layer.y.data());
      const bool last = &layer == &layers_.back();
      float* y = layer.y.data();
      const float* b = layer.b.data();
#pragma omp parallel for if (batch_ * layer.out > 30'000)
      for (long row = 0; row < batch_; ++row) {
        float* line = y + row * layer.out;
        for (long i = 0; i < layer.out; ++i) {
          const float value = line[i] + b[i];
          line[i] = last || value > 0 ? value : 0;
        }
      }
      x = layer.y.data();
    }
  }

  void backward(const float* x, const int* labels) {
    forward(x);
    softmax_gradient(labels);
    for (std::size_t l = layers_.size(); l-- > 0;) {
      Layer& layer = layers_[l];
      const float* below = l > 0 ? layers_[l - 1].y.data() : x;
      gemm(true, false, layer.in, layer.out, batch_, below, layer.dy.data(), 0, layer.dw.data());
      std::fill(layer.db.begin(), layer.db.end(), 0.0F);
      for (long row = 0; row < batch_; ++row) {
        const float* line = layer.dy.data() + row * layer.out;
        for (long i = 0; i < layer.out; ++i) layer.db[static_cast<std::size_t>(i)] += line[i];
      }
      if (l == 0) continue;
      float* dx = layers_[l - 1].dy.data();
      gemm(false, true, batch_, layer.in, layer.out, layer.dy.data(), layer.w.data(), 0, dx);
      loop(batch_ * layer.in, [=](long i) { dx[i] = below[i] > 0 ? dx[i] : 0; });
    }
  }

  void sgd(float rate) {
    const auto update = [=](Block& w, const Block& g) {
      loop(static_cast<long>(w.size()), [rate, p = w.data(), q = g.data()](long i) { p[i] -= rate * q[i]; });
    };
    for (Layer& layer : layers_) {
      update(layer.w, layer.dw);
      update(layer.b, layer.db);
    }
  }

  void adam(float rate) {
    ++step_;
    const float scale = rate / (1 - std::pow(0.9F, static_cast<float>(step_)));
    const float root = 1 / std::sqrt(1 - std::pow(0.999F, static_cast<float>(step_)));
    const auto update = [=](Block& w, const Block& g, Block& m, Block& v) {
      loop(static_cast<long>(w.size()), [=, pw = w.data(), pg = g.data(), pm = m.data(), pv = v.data()](long i) {
        pm[i] = 0.9F * pm[i] + 0.1F * pg[i];
        pv[i] = 0.999F * pv[i] + 0.001F * pg[i] * pg[i];
        pw[i] -= scale * pm[i] / (std::sqrt(pv[i]) * root + 1e-8F);
      });
    };
    for (Layer& layer : layers_) {
      update(layer.w, layer.dw, layer.mw, layer.vw);
      update(layer.b, layer.db, layer.mb, layer.vb);
    }
  }

 private:
  void softmax_gradient(const int* labels) {
    Layer& layer = layers_.back();
    for (long row = 0; row < batch_; ++row) {
      const float* y = layer.y.data() + row * layer.out;
      float* d = layer.dy.data() + row * layer.out;
      const float most = *std::max_element(y, y + layer.out);
      float sum = 0;
      for (long i = 0; i < layer.out; ++i) sum += d[i] = std::exp(y[i] - most);
      for (long i = 0; i < layer.out; ++i) d[i] = (d[i] / sum - (i == labels[row] ? 1.0F : 0.0F)) / static_cast<float>(batch_);
    }
  }

  long batch_;
  long step_ = 0;
  std::vector<Layer> layers_;
};

peer::Run training(const peer::Net& spec, const peer::Data& data) {
  const auto net = std::make_shared<Net>(spec.widths, spec.batch);
  const auto rows = std::make_shared<Block>(static_cast<std::size_t>(spec.batch * data.features));
  const auto labels = std::make_shared<std::vector<int>>(static_cast<std::size_t>(spec.batch));
  return [=, &data](const std::vector<long>& order, long steps) {
    for (long s = 0; s < steps; ++s) {
      for (long i = 0; i < spec.batch; ++i) {
        const long row = order[static_cast<std::size_t>(s * spec.batch + i)];
        std::memcpy(rows->data() + i * data.features, data.x.data() + row * data.features,
                    static_cast<std::size_t>(data.features) * sizeof(float));
        (*labels)[static_cast<std::size_t>(i)] = data.labels[static_cast<std::size_t>(row)];
      }
      net->backward(rows->data(), labels->data());
      spec.adam ? net->adam(spec.learning_rate) : net->sgd(spec.learning_rate);
    }
  };
}

peer::Call inference(const std::vector<long>& widths, const float* x, long batch) {
  const auto net = std::make_shared<Net>(widths, batch);
  return [=] { net->forward(x); };
}

// A plain loop, which the compiler vectorises.
peer::ReluCalls relu(const float* x, const float* dy, float* y, long count) {
  return {[=] { loop(count, [=](long i) { y[i] = x[i] <= 0 ? 0 : x[i]; }); },
          [=] { loop(count, [=](long i) { y[i] = x[i] > 0 ? 1.0F : 0.0F; }); },
          [=] {
            loop(count, [=](long i) {
              const float g = dy[i];  // loaded unconditionally: otherwise the loop is not vectorised
              y[i] = x[i] > 0 ? g : 0;
            });
          }};
}

}  // namespace

int main(int argc, char** argv) { return peer::main(argc, argv, {omp_set_num_threads, training, inference, relu}); }
