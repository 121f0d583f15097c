#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/training/optimizer.hpp>
#include <weir/training/parameter_group.hpp>

namespace weir {

// A parameter that is trained, with its options.
struct TrainedParameter {
  const ArenaEntry* entry = nullptr;
  const ParameterOptions* options = nullptr;
};

// Consecutive parameters that one optimizer updates in one call.
struct Segment {
  std::int64_t offset = 0, count = 0;
  const Optimizer* optimizer = nullptr;
  std::size_t rate = 0;  // an index into ParameterGroups::rates()
};

// A Model's parameters with the options of their groups; the groups' names and conditions are evaluated here once.
class ParameterGroups {
 public:
  // Throws ConfigError that begins with `who`: an option out of range, a name pattern without a match, a weight decay for an optimizer
  // without one. The Model and the optimizer must outlive this.
  ParameterGroups(const std::string& who, const Model& model, const Optimizer& optimizer, std::span<const ParameterGroup> groups);

  const std::vector<ParameterOptions>& options() const { return options_; }  // of every parameter, frozen ones too
  const std::vector<TrainedParameter>& parameters() const { return parameters_; }
  const std::vector<Segment>& segments() const { return segments_; }
  const std::vector<double>& rates() const { return rates_; }  // before any schedule; the first is the optimizer's
  double safe_magnitude(DType dtype) const;                    // minimum over all optimizers

 private:
  std::vector<ParameterOptions> options_;
  std::vector<TrainedParameter> parameters_;
  std::vector<Segment> segments_;
  std::vector<double> rates_;                            // the optimizer's, then each group's
  std::vector<std::shared_ptr<const Optimizer>> owned_;  // copies with a group's weight decay
};

// "*.bias" against "0.bias": * stands for any characters, ? for one.
bool matches(std::string_view pattern, std::string_view name);

}  // namespace weir
