#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <weir/training/callback.hpp>

namespace weir {

// A callback made of FitOptions::on_step and on_epoch; either may be empty.
class Functions : public Callback {
 public:
  Functions(std::function<Control(const StepReport&)> on_step, std::int64_t every, std::function<Control(const EpochReport&)> on_epoch)
      : on_step_(std::move(on_step)), every_(every), on_epoch_(std::move(on_epoch)) {}

  std::string name() const override { return "functions"; }
  std::int64_t every() const override { return on_step_ ? every_ : 0; }
  Control on_step(Model&, const StepReport& report) override { return on_step_(report); }
  Control on_epoch(Model&, const EpochReport& report) override { return on_epoch_ ? on_epoch_(report) : Control::go_on; }

 private:
  std::function<Control(const StepReport&)> on_step_;
  std::int64_t every_;
  std::function<Control(const EpochReport&)> on_epoch_;
};

}  // namespace weir
