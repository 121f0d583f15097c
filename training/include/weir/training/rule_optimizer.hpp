#pragma once

#include <string>
#include <vector>
#include <weir/training/optimizer.hpp>

namespace weir {

// weir's own optimizers: Adam is RuleOptimizer<AdamOptions>. Each runs on every device.
template <class Options>
class RuleOptimizer final : public Optimizer {
 public:
  explicit RuleOptimizer(Options options = {});  // ConfigError for a number outside its range

  const Options& options() const& { return options_; }
  const Options& options() const&& = delete;

  std::string type() const override;
  Config config() const override;
  std::vector<std::string> moments() const override;
  double learning_rate() const override { return options_.lr; }
  void update(const Context& context, const UpdateArgs& args) const override;
  bool runs_on(Device) const override { return true; }
  bool capturable() const override { return true; }
  std::shared_ptr<const Optimizer> with_weight_decay(double weight_decay) const override;
  double safe_magnitude(DType dtype) const override;

 private:
  Options options_;
};

}  // namespace weir
