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

// A parameter that is trained, and how.
struct TrainedParameter {
  const ArenaEntry* entry = nullptr;
  const ParameterOptions* options = nullptr;
};

// A run of the arenas that one optimizer updates in one call.
struct Segment {
  std::int64_t offset = 0, count = 0;
  const Optimizer* optimizer = nullptr;
  std::size_t rate = 0;  // an index into ParameterGroups::rates()
};

// A Model's parameters in their groups: the names and conditions of groups are looked at once, here.
class ParameterGroups {
 public:
  // Throws ConfigError, with `who` in front: an option outside its range, names that no parameter has, a weight decay for an optimizer that
  // knows none. The Model and the optimizer must outlive this.
  ParameterGroups(const std::string& who, const Model& model, const Optimizer& optimizer, std::span<const ParameterGroup> groups);

  const std::vector<ParameterOptions>& options() const { return options_; }  // of each parameter, frozen ones too
  const std::vector<TrainedParameter>& parameters() const { return parameters_; }
  const std::vector<Segment>& segments() const { return segments_; }
  const std::vector<double>& rates() const { return rates_; }  // before any schedule; the first is the optimizer's
  double safe_magnitude(DType dtype) const;                    // of all optimizers at once

 private:
  std::vector<ParameterOptions> options_;
  std::vector<TrainedParameter> parameters_;
  std::vector<Segment> segments_;
  std::vector<double> rates_;                            // the optimizer's, then each group's
  std::vector<std::shared_ptr<const Optimizer>> owned_;  // with a group's weight decay
};

// "*.bias" against "0.bias": * stands for any characters, ? for one.
bool matches(std::string_view pattern, std::string_view name);

}  // namespace weir
