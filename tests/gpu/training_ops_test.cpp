// Operations of training on a device against the CPU: gathering batches, updates, finite checks and counts.

#include <weir/training/metrics.hpp>

#include "core/typed.hpp"
#include "data/gather.hpp"
#include "tests/gpu/device.hpp"
#include "training/check_ops.hpp"
#include "training/gradient_ops.hpp"
#include "training/host_device_buffer.hpp"
#include "training/optimizers/rules.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr DType compute_types[] = {DType::f32, DType::f64};

Tensor order_of(const std::vector<double>& rows) { return tensor(rows, {static_cast<std::int64_t>(rows.size())}, DType::i32); }

Tensor bytes_of(const Shape& shape) {
  Tensor block(shape, DType::u8);
  std::uint8_t next = 3;
  for (std::uint8_t& value : block.values<std::uint8_t>()) value = next = static_cast<std::uint8_t>(next * 7 + 13);
  return block;
}

// The arguments of an optimizer on one device.
struct Blocks {
  Tensor w, g;
  std::vector<Tensor> moments;
  std::vector<TensorView> views;
  struct Numbers {
    double rate = 0.01;
    std::uint64_t step = 1, skip = 0;
    double max_abs = 0;
  };
  HostDeviceBuffer<Numbers> numbers;

  Blocks(Device device, DType dtype, std::int64_t n, const Optimizer& optimizer)
      : w(random_tensor({n}, dtype, 1).to(device)), g(random_tensor({n}, dtype, 2).to(device)), numbers(device, 1) {
    for (std::size_t i = 0; i < optimizer.moments().size(); ++i) moments.emplace_back(Shape{n}, dtype, device);
    for (Tensor& moment : moments) views.push_back(moment);
    numbers.host()[0] = {};
  }
  void update(const Optimizer& optimizer, std::uint64_t step) {
    const Context context = context_for(w.device());
    numbers.host()[0].step = step;
    numbers.push(context);
    Numbers* there = numbers.on_device();
    optimizer.update(context, {.w = w,
                               .g = g,
                               .moments = views,
                               .learning_rate = &there->rate,
                               .step = &there->step,
                               .max_abs = &there->max_abs,
                               .skip = &there->skip});
    numbers.pull(context);
  }
};

// Equal to the bit, unless the step uses a power of beta: pow of the two standard libraries may differ in the last bit.
void compare_optimizer(const Optimizer& optimizer, double bound) {
  for (const DType dtype : compute_types) {
    for (const std::int64_t n : {0, 1, 3, 1000, 100003}) {
      Blocks host(Device::cpu(), dtype, n, optimizer), device(gpu, dtype, n, optimizer);
      for (std::uint64_t step = 1; step <= 4; ++step) {
        host.update(optimizer, step);
        device.update(optimizer, step);
      }
      INFO(optimizer.describe() << " " << n << " " << to_string(dtype));
      CHECK(difference(device.w, host.w) <= bound);
      for (std::size_t i = 0; i < host.moments.size(); ++i) CHECK(difference(device.moments[i], host.moments[i]) <= bound);
      CHECK(std::abs(device.numbers.host()[0].max_abs - host.numbers.host()[0].max_abs) <= bound * host.numbers.host()[0].max_abs);
    }
  }
}

}  // namespace

TEST_CASE("cuda: a batch is gathered from every type with equal bits") {
  if (!device_here()) return;
  for (const std::int64_t width : {1, 3, 16, 784, 785}) {
    const Tensor order = order_of({4, 0, 2, 2, 6});
    for (const DType from : {DType::u8, DType::f32, DType::f64, DType::i32}) {
      const Tensor source = from == DType::u8    ? bytes_of({7, width})
                            : from == DType::i32 ? Tensor({7, width}, DType::i32)
                                                 : random_tensor({7, width}, from);
      for (const DType to : {DType::f32, DType::f64, DType::i32}) {
        if ((from == DType::i32) != (to == DType::i32)) continue;
        Tensor host({5, width}, to), device({5, width}, to, gpu);
        cpu::gather(context_for(Device::cpu()), source, 255, order, host);
        cuda::gather(context_for(gpu), source.to(gpu), 255, order.to(gpu), device);
        INFO("width " << width << " " << to_string(from) << " to " << to_string(to));
        CHECK(bits(device) == bits(host));
      }
    }
  }
}

TEST_CASE("cuda: a batch is found by a number on the device") {
  if (!device_here()) return;
  const Tensor source = bytes_of({7, 5}), order = order_of({6, 5, 4, 3, 2, 1, 0});
  const Tensor there = source.to(gpu), gpu_order = order.to(gpu);
  HostDeviceBuffer<std::uint64_t> index(gpu, 1);
  for (const std::uint64_t batch : {0U, 1U, 2U}) {
    const std::int64_t rows = batch == 2 ? 1 : 3;
    index.host()[0] = batch;
    index.push(context_for(gpu));
    Tensor device({rows, 5}, DType::f32, gpu), host({rows, 5}, DType::f32);
    cuda::gather_batch(context_for(gpu), there, 255, gpu_order, index.on_device(), 3, device);
    cpu::gather(context_for(Device::cpu()), source, 255, order.view().rows(static_cast<std::int64_t>(batch) * 3, rows), host);
    CHECK(bits(device) == bits(host));
  }
}

TEST_CASE("cuda: a batch of nothing") {
  if (!device_here()) return;
  Tensor to({0, 5}, DType::f32, gpu);
  CHECK_NOTHROW(cuda::gather(context_for(gpu), bytes_of({7, 5}).to(gpu), 255, Tensor({0}, DType::i32, gpu), to));
}

TEST_CASE("cuda: sgd plain and with momentum and decay") {
  if (!device_here()) return;
  compare_optimizer(SGD({.lr = 0.1}), 0);
  compare_optimizer(SGD({.lr = 0.1, .momentum = 0.9, .dampening = 0.1, .weight_decay = 0.01}), 0);
  compare_optimizer(SGD({.lr = 0.1, .momentum = 0.9, .nesterov = true}), 0);
}

TEST_CASE("cuda: adam with and without decay") {
  if (!device_here()) return;
  compare_optimizer(Adam(), 1e-7);
  compare_optimizer(Adam({.weight_decay = 0.1}), 1e-7);
}

TEST_CASE("cuda: every other optimizer") {
  if (!device_here()) return;
  compare_optimizer(Adam({.amsgrad = true}), 1e-7);
  compare_optimizer(AdamW(), 1e-7);
  compare_optimizer(NAdam(), 1e-6);
  compare_optimizer(RAdam(), 1e-6);
  compare_optimizer(RMSprop(), 0);
  compare_optimizer(RMSprop({.momentum = 0.9, .centered = true}), 0);
  compare_optimizer(Adagrad(), 0);
  compare_optimizer(Adadelta(), 0);
  compare_optimizer(Lion(), 0);
}

TEST_CASE("cuda: penalties and limits of gradients") {
  if (!device_here()) return;
  for (const DType dtype : compute_types) {
    for (const std::int64_t n : {1, 3, 1000, 100003}) {
      const Context host = context_for(Device::cpu()), device = context_for(gpu);
      const Tensor w = random_tensor({n}, dtype, 1);
      Tensor g = random_tensor({n}, dtype, 2), d = g.to(gpu);
      cpu::add_penalties(host, w, 0.01, 0.1, g);
      cuda::add_penalties(device, w.to(gpu), 0.01, 0.1, d);
      CHECK(bits(d) == bits(g));
      cpu::clip_values(host, 0.5, g);
      cuda::clip_values(device, 0.5, d);
      CHECK(bits(d) == bits(g));
      Tensor partial({ceil_div(n, square_tile)}, DType::f64), sum({1}, DType::f64);
      Tensor device_partial({ceil_div(n, square_tile)}, DType::f64, gpu), device_sum({1}, DType::f64, gpu);
      cpu::sum_squares(host, g, partial, sum);
      cuda::sum_squares(device, d, device_partial, device_sum);
      CHECK(difference(device_sum, sum) <= 1e-13);
      cpu::clip_norm(host, sum, 0.25, g);
      cuda::clip_norm(device, device_sum, 0.25, d);
      CHECK(difference(d, g) <= 1e-6);
      Tensor y = random_tensor({n}, dtype, 3), z = y.to(gpu);
      const Tensor a = random_tensor({n}, dtype, 4), left = a.to(gpu), right = g.to(gpu);
      cpu::accumulate(host, {}, 0.3, g, y);
      cuda::accumulate(device, {}, 0.3, right, z);
      CHECK(bits(z) == bits(y));
      for (const bool in_place : {false, true}) {
        cpu::accumulate(host, a, 0.3, in_place ? y : g, y);
        cuda::accumulate(device, left, 0.3, in_place ? z : right, z);
        CHECK(bits(z) == bits(y));
      }
    }
  }
}

TEST_CASE("cuda: rows that are too long are shortened and others kept") {
  if (!device_here()) return;
  for (const DType dtype : compute_types) {
    Tensor w = random_tensor({50, 301}, dtype);
    fill(w.view().rows(7, 1), 1e-3);
    Tensor d = w.to(gpu);
    const auto kept = bits(clone(ConstTensorView(d.view().rows(7, 1))));
    cpu::limit_rows(context_for(Device::cpu()), 2, nullptr, w);
    const auto whole = bits(d);
    HostDeviceBuffer<std::uint64_t> skip(gpu, 1);
    skip.host()[0] = 1;
    skip.push(context_for(gpu));
    cuda::limit_rows(context_for(gpu), 2, skip.on_device(), d);
    CHECK(bits(d) == whole);
    skip.host()[0] = 0;
    skip.push(context_for(gpu));
    cuda::limit_rows(context_for(gpu), 2, skip.on_device(), d);
    CHECK(difference(d, w) <= 1e-6);
    CHECK(bits(clone(ConstTensorView(d.view().rows(7, 1)))) == kept);
  }
}

TEST_CASE("cuda: an average of parameters is updated with equal bits or not at all") {
  if (!device_here()) return;
  struct Numbers {
    std::uint64_t step = 0, skip = 0;
  };
  for (const DType dtype : compute_types) {
    for (const std::int64_t n : {0, 1, 3, 1000, 100003}) {
      const Tensor w = random_tensor({n}, dtype, 1), there = w.to(gpu);
      for (const double decay : {0.0, 0.3, 0.999, 1.0}) {
        Tensor host = random_tensor({n}, dtype, 2), device = host.to(gpu);
        HostDeviceBuffer<Numbers> numbers(gpu, 1);
        AverageUpdate update{.decay = decay, .every = 3, .start = 6, .first = 12, .first_step = 2, .step = nullptr, .skip = nullptr};
        // Update 10 copies, 13 averages; 14 is not due, 4 is step 6, the last before the start, and the last one is skipped.
        for (const Numbers now : {Numbers{10}, Numbers{13}, Numbers{14}, Numbers{4}, Numbers{16, 1}}) {
          INFO(to_string(dtype) << " " << n << " decay " << decay << " update " << now.step);
          const auto before = bits(host);
          update.step = &now.step;
          update.skip = &now.skip;
          cpu::update_average(context_for(Device::cpu()), update, w, host);
          numbers.host()[0] = now;
          numbers.push(context_for(gpu));
          update.step = &numbers.on_device()->step;
          update.skip = &numbers.on_device()->skip;
          cuda::update_average(context_for(gpu), update, there, device);
          CHECK(bits(device) == bits(host));
          if (now.step == 10) CHECK(bits(host) == bits(w));
          if (now.step == 14 || now.step == 4 || now.skip == 1) CHECK(bits(host) == before);
        }
      }
    }
  }
}

TEST_CASE("cuda: an update that is skipped changes nothing") {
  if (!device_here()) return;
  for (const Device device : {Device::cpu(), gpu}) {
    Blocks blocks(device, DType::f32, 100, Adam());
    blocks.update(Adam(), 1);
    const auto before = bits(blocks.w), moment = bits(blocks.moments[1]);
    blocks.numbers.host()[0].skip = 1;
    blocks.update(Adam(), 2);
    CHECK(bits(blocks.w) == before);
    CHECK(bits(blocks.moments[1]) == moment);
  }
}

TEST_CASE("cuda: the max_abs magnitude with NaN above infinity and zeros of both signs") {
  if (!device_here()) return;
  for (const DType dtype : compute_types) {
    for (const std::int64_t n : {0, 1, 3, 1000, 300001}) {
      Tensor x = random_tensor({n}, dtype);
      const auto max_abs = [&] {
        HostDeviceBuffer<double> result(gpu, 1);
        const Context context = context_for(gpu);
        result.host()[0] = 0;
        result.push(context);
        cuda::max_abs(context, x.to(gpu), result.on_device());
        result.pull(context);
        return result.host()[0];
      };
      double expected = 0;
      for (const double value : numbers(x)) expected = std::max(expected, std::abs(value));
      CHECK(max_abs() == expected);
      if (n == 0) continue;
      fill(x.view().rows(n - 1, 1), -infinity);
      CHECK(max_abs() == infinity);
      fill(x.view().rows(0, 1), nan_value);
      CHECK(std::isnan(max_abs()));
      fill(x, -0.0);
      CHECK(max_abs() == 0);
    }
  }
}

TEST_CASE("cuda: accuracy and confusion count as the CPU does") {
  if (!device_here()) return;
  for (const DType dtype : compute_types) {
    for (const std::int64_t rows : {1, 7, 1000}) {
      Tensor outputs = random_tensor({rows, 10}, dtype);
      fill(outputs.view().rows(0, 1), nan_value);  // a row with NaN predicts no class
      Tensor labels({rows}, DType::i32);
      for (std::int64_t i = 0; i < rows; ++i)
        labels.values<std::int32_t>()[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(i % 10);
      const Tensor there = outputs.to(gpu), targets = random_tensor({rows, 10}, dtype, 2), targets_there = targets.to(gpu);
      CHECK(accuracy(there, labels.to(gpu)) == accuracy(outputs, labels));
      CHECK(confusion_matrix(there, labels.to(gpu)).counts == confusion_matrix(outputs, labels).counts);
      CHECK(accuracy(there, targets_there) == accuracy(outputs, targets));
      CHECK(confusion_matrix(there, targets_there).counts == confusion_matrix(outputs, targets).counts);
      CHECK(binary_accuracy(there, targets_there, 0.25) == binary_accuracy(outputs, targets, 0.25));
      CHECK(binary_confusion_matrix(there, targets_there, 0.25).counts == binary_confusion_matrix(outputs, targets, 0.25).counts);
    }
  }
}

TEST_CASE("cuda: top k and labels and the sums of a regression are counted as the CPU does") {
  if (!device_here()) return;
  const Context host = context_for(Device::cpu()), device = context_for(gpu);
  for (const DType dtype : compute_types) {
    Tensor outputs = random_tensor({300, 10}, dtype);
    fill(outputs.view().rows(7, 1), nan_value);
    Tensor labels({300}, DType::i32);
    for (std::int32_t i = 0; i < 300; ++i)
      labels.values<std::int32_t>()[static_cast<std::size_t>(i)] = i % 12 - 1;  // some outside the classes
    const Tensor outputs_there = outputs.to(gpu), labels_there = labels.to(gpu);
    HostDeviceBuffer<std::int64_t> counts(Device::cpu(), 4), there(gpu, 4);
    there.push(device);
    for (std::int64_t k = 1; k <= 3; ++k) {
      cpu::count_top_k(host, outputs, labels, k, counts.on_device() + k - 1);
      cuda::count_top_k(device, outputs_there, labels_there, k, there.on_device() + k - 1);
    }
    cpu::count_labels(host, labels, 10, counts.on_device() + 3);
    cuda::count_labels(device, labels_there, 10, there.on_device() + 3);
    there.pull(device);
    for (std::size_t i = 0; i < 4; ++i) CHECK(there.host()[i] == counts.host()[i]);
    CHECK(counts.host()[3] == 250);

    const Tensor x = random_tensor({301, 7}, dtype, 3), t = random_tensor({301, 7}, dtype, 4), centre = random_tensor({7}, dtype, 5);
    Tensor sums({4, 7}, DType::f64), sums_there({4, 7}, DType::f64, gpu);
    cpu::regression_sums(host, x, t, centre, sums);
    cuda::regression_sums(device, x.to(gpu), t.to(gpu), centre.to(gpu), sums_there);
    CHECK(difference(sums_there, sums) <= sum_bound(dtype));
  }
}
