#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/layers/mean_squared_error.hpp>
#include <weir/training/fit.hpp>
#include <weir/training/fma_rate.hpp>
#include <weir/training/profile.hpp>
#include <weir/training/sgd.hpp>

#include "core/cpu/standard_floats.hpp"
#include "core/model/model_access.hpp"
#include "core/model/profiling_hook.hpp"
#include "core/model/program.hpp"
#include "training/diagnostics/profile_data.hpp"
#include "training/diagnostics/roofline.hpp"

namespace weir {

namespace {

// What one phase of one layer costs.
struct Cost {
  double seconds = 0;   // of all calls together
  double bytes = 0;     // of one call
  double products = 0;  // how often the layer's multiply-adds are executed: forward 1, backward 1 for each of dx and dw
};
using Costs = std::map<std::pair<Phase, std::size_t>, Cost>;

double traffic(const ConstTensorView& view) {
  return view.empty() ? 0 : static_cast<double>(view.elements()) * static_cast<double>(size_of(view.dtype()));
}

template <class Views>
double traffic_of_all(const Views& views) {
  double sum = 0;
  for (const auto& view : views) sum += traffic(view);
  return sum;
}

// Sums up the time of each phase of each layer, from construction or the last reset() on.
class Recorder final : public ProfilingHook {
 public:
  Recorder() { std::swap(current(), before_); }
  ~Recorder() override { current() = before_; }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void took(Phase phase, std::size_t index, const LayerArgs* args, double seconds) override {
    Cost& cost = costs_[{phase, index}];
    cost.seconds += seconds;
    if (phase == Phase::gather) ++steps_;
    if (args == nullptr) return;
    const bool wants_dx = std::any_of(args->dx.begin(), args->dx.end(), [](const TensorView& dx) { return !dx.empty(); });
    if (phase == Phase::backward) {
      cost.products = (traffic_of_all(args->dparameters) > 0 ? 1 : 0) + (wants_dx ? 1 : 0);
      cost.bytes = traffic(args->dy) + traffic_of_all(args->dx) + traffic_of_all(args->dparameters) + traffic_of_all(args->x) +
                   traffic_of_all(args->saved) + (wants_dx ? traffic_of_all(args->parameters) : 0);
    } else {
      cost.products = phase == Phase::forward ? 1 : 0;
      cost.bytes = traffic_of_all(args->x) + traffic(args->y) + traffic_of_all(args->parameters) + traffic_of_all(args->saved);
    }
  }

  const Costs& costs() const { return costs_; }
  double steps() const { return steps_; }
  void reset() {
    costs_.clear();
    steps_ = 0;
  }

 private:
  ProfilingHook* before_ = this;
  Costs costs_;
  double steps_ = 0;
};

constexpr const char* phase_names[] = {"gather", "forward", "loss", "backward", "accuracy", "check", "update"};  // in the order of Phase

// One call of profile(): trains a copy of the Model and measures it.
class ProfileRun {
 public:
  ProfileRun(const Model& model, const ProfileOptions& options)
      : model_(copy_of(model)),
        data_(profiled_data(model, options)),
        losses_(options.data ? options.loss : losses_without_data(model)),
        optimizer_(options.optimizer ? options.optimizer : AnyOptimizer(SGD())),
        calls_(fuse_calls(model.graph(), model.options().fuse)) {
    batch_ = batch_of(model, options);
    report_.batch = std::min(batch_, data_.samples());
    report_.threads = context_for(model.device()).threads;
  }

  ProfileReport measure(double seconds) {
    train(seconds);
    const double moments = static_cast<double>(optimizer_->moments().size()), parameters = parameter_bytes();
    const double step_bytes = parameters * (2 + moments) + static_cast<double>(model_.memory().activations);
    roofline_ = measure_roofline(context_for(model_.device()), model_.dtype(), static_cast<std::int64_t>(step_bytes), fma_rate_);
    report_.peak_gflops = roofline_.flops / 1e9;
    report_.peak_gbytes = roofline_.bytes / 1e9;
    costs_[{Phase::gather, 0}].bytes = gathered_bytes(data_, model_.dtype()) * static_cast<double>(report_.batch);
    costs_[{Phase::check, 0}].bytes = unbounded_gradient_bytes();
    costs_[{Phase::update, 0}].bytes = parameters * (3 + 2 * moments);
    add_rows();
    return std::move(report_);
  }

 private:
  static Model copy_of(const Model& model) {
    if (!model.device().is_cpu()) {
      throw DeviceError("profile: the Model is on " + to_string(model.device()) + ", expected one on the CPU. Make it there.");
    }
    Model result(model.graph(), model.options());
    copy(model.parameter_arena(), result.parameter_arena());
    if (model.state_arena().elements() > 0) copy(model.state_arena(), result.state_arena());
    return result;
  }

  // Keeps the times of the fastest epoch; the first one is a warm-up.
  void train(double seconds) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point begin = Clock::now();
    Recorder recorder;
    double best = std::numeric_limits<double>::infinity();
    fit(model_, data_,
        {.loss = losses_,
         .optimizer = optimizer_,
         .epochs = std::numeric_limits<std::int32_t>::max(),
         .batch = batch_,
         .on_epoch = [&](const EpochReport& epoch) {
           if (epoch.epoch > 1 && epoch.seconds < best) {
             best = epoch.seconds;
             costs_ = recorder.costs();
             steps_ = recorder.steps();
           }
           recorder.reset();
           fma_rate_ = std::max(fma_rate_, sample_fma_rate());  // the best of many samples: on a shared machine a single one may be slow
           const bool enough = epoch.epoch >= 3 && std::chrono::duration<double>(Clock::now() - begin).count() >= seconds;
           return enough ? Control::stop : Control::go_on;
         }});
    report_.step_microseconds = 1e6 * best / steps_;
  }

  void add_rows() {
    double rest = report_.step_microseconds;
    const auto add = [&](const std::pair<Phase, std::size_t>& key) {
      rest -= 1e6 * costs_.at(key).seconds / steps_;
      add_row(key.first, key.second, costs_.at(key));
    };
    for (const auto& [key, cost] : costs_) {
      if (key.first < Phase::backward) add(key);
    }
    for (auto i = costs_.rbegin(); i != costs_.rend(); ++i) {  // backward runs from the last layer to the first
      if (i->first.first == Phase::backward) add(i->first);
    }
    for (const auto& [key, cost] : costs_) {
      if (key.first > Phase::backward) add(key);
    }
    report_.rows.push_back(
        {.layer = "", .phase = "elsewhere", .microseconds = rest, .share = rest / report_.step_microseconds, .bound = ""});
  }

  void add_row(Phase phase, std::size_t index, const Cost& cost) {
    ProfileReport::Row row{.layer = "", .phase = phase_names[static_cast<std::size_t>(phase)], .bound = ""};
    double flop = 0;
    if (phase == Phase::forward || phase == Phase::backward) {
      row.layer = calls_[index].name + "  " + calls_[index].layer->describe();
      flop = 2 * cost.products * multiply_adds(calls_[index]) * static_cast<double>(report_.batch);
    } else if (phase == Phase::loss) {
      row.layer = losses_.terms()[index].loss->describe();
    } else if (phase == Phase::update) {
      row.layer = optimizer_->type();
    }
    const double seconds = cost.seconds / steps_;
    row.microseconds = 1e6 * seconds;
    row.share = row.microseconds / report_.step_microseconds;
    if (seconds > 0 && (flop > 0 || cost.bytes > 0)) {
      const double arithmetic = flop / roofline_.flops, memory = cost.bytes / roofline_.bytes;
      row.gflops = flop / seconds / 1e9;
      row.gbytes = cost.bytes / seconds / 1e9;
      row.roof = std::max(arithmetic, memory) / seconds;
      row.bound = row.roof < 0.2 ? "overhead" : arithmetic > memory ? "arithmetic" : "memory";
    }
    report_.rows.push_back(std::move(row));
  }

  // Bytes that the finite check reads: gradients whose layer reports an upper bound (see BoundedGradient) are skipped.
  double unbounded_gradient_bytes() const {
    double bytes = 0;
    for (const BoundedGradient& gradient : ModelAccess::gradients(model_)) {
      if (!std::isfinite(*gradient.bound)) bytes += static_cast<double>(gradient.count) * static_cast<double>(size_of(model_.dtype()));
    }
    return bytes;
  }

  double parameter_bytes() const {
    double bytes = 0;
    for (const ArenaEntry& entry : model_.parameters()) bytes += static_cast<double>(entry.shape.elements());
    return bytes * static_cast<double>(size_of(model_.dtype()));
  }

  // Multiply-adds of the forward of one sample, as the layer reports them.
  double multiply_adds(const FusedCall& call) const {
    return static_cast<double>(call.layer->multiply_adds(model_.graph().input_shapes(call.first)));
  }

  Model model_;
  Dataset data_;
  Losses losses_;
  AnyOptimizer optimizer_;
  std::vector<FusedCall> calls_;
  Costs costs_;
  double steps_ = 0;
  double fma_rate_ = 0;
  Roofline roofline_;
  std::int64_t batch_ = 0;
  ProfileReport report_;
};

}  // namespace

ProfileReport profile(const Model& model, const ProfileOptions& options) {
  const cpu::StandardFloats standard;
  check_profile_options(options);
  return ProfileRun(model, options).measure(options.seconds);
}

}  // namespace weir
