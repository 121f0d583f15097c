#include "training/parameter_groups.hpp"

#include <algorithm>
#include <limits>
#include <weir/core/error.hpp>

#include "core/options.hpp"

namespace weir {

namespace {

void check(const std::string& who, const ParameterGroup& group) {
  if (group.lr) check_option(who, "lr", *group.lr, OptionRange::not_negative);
  check_option(who, "l1", group.l1, OptionRange::not_negative);
  check_option(who, "l2", group.l2, OptionRange::not_negative);
  require_option(who, "max_norm", group.max_norm, group.max_norm > 0, "a number above 0");
}

bool names(const ParameterGroup& group, const ArenaEntry& entry) {
  return matches(group.names, entry.name) ||
         std::ranges::any_of(entry.aliases, [&](const std::string& name) { return matches(group.names, name); });
}

void check_names(const std::string& who, const ParameterGroup& group, const Model& model) {
  std::string known;
  for (const ArenaEntry& entry : model.parameters()) {
    if (names(group, entry)) return;
    known += (known.empty() ? "" : ", ") + entry.name;
  }
  throw ConfigError(who + ": no parameter is called '" + group.names + "', the Model has " + (known.empty() ? "none" : known) +
                    ". Correct its names.");
}

bool belongs(const ArenaEntry& entry, const ParameterGroup& group) {
  return (group.names.empty() || names(group, entry)) && (!group.when || group.when(entry));
}

}  // namespace

bool matches(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return name.empty();
  if (pattern[0] == '*') return matches(pattern.substr(1), name) || (!name.empty() && matches(pattern, name.substr(1)));
  return !name.empty() && (pattern[0] == '?' || pattern[0] == name[0]) && matches(pattern.substr(1), name.substr(1));
}

ParameterGroups::ParameterGroups(const std::string& who, const Model& model, const Optimizer& optimizer,
                                 std::span<const ParameterGroup> groups)
    : rates_{optimizer.learning_rate()} {
  std::vector<const Optimizer*> optimizers;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const ParameterGroup& group = groups[i];
    const std::string name = who + ": group " + std::to_string(i);
    check(name, group);
    if (!group.names.empty()) check_names(name, group, model);
    rates_.push_back(group.lr.value_or(optimizer.learning_rate()));
    optimizers.push_back(&optimizer);
    if (!group.weight_decay) continue;
    try {
      owned_.push_back(optimizer.with_weight_decay(*group.weight_decay));
    } catch (const ConfigError& error) {
      throw ConfigError(name + ": " + error.what());
    }
    if (!owned_.back()) throw ConfigError(name + ": sets weight_decay, " + optimizer.describe() + " has none. Leave it out.");
    optimizers.back() = owned_.back().get();
  }

  // On the CPU each large parameter begins a segment, which small parameters after it join. So a thread mostly updates parameters whose
  // gradients it has computed and still has in its cache.
  constexpr std::int64_t large = 1 << 17;
  const ParameterGroup ungrouped;
  const std::vector<ArenaEntry>& entries = model.parameters();
  options_.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto group = std::find_if(groups.begin(), groups.end(), [&](const ParameterGroup& g) { return belongs(entries[i], g); });
    const bool grouped = group != groups.end();
    const ParameterGroup& said = grouped ? *group : ungrouped;
    options_.push_back({entries[i].name, said.lr, said.weight_decay, said.frozen, said.l1, said.l2, said.max_norm});
    if (said.frozen) continue;
    parameters_.push_back({&entries[i], &options_.back()});
    const auto index = static_cast<std::size_t>(group - groups.begin());
    const std::int64_t end = i + 1 < entries.size() ? entries[i + 1].offset : model.parameter_arena().elements();
    const Segment next{entries[i].offset, end - entries[i].offset, grouped ? optimizers[index] : &optimizer, grouped ? index + 1 : 0};
    const bool begins = next.count >= large && model.device().is_cpu();
    Segment* last = segments_.empty() || begins ? nullptr : &segments_.back();
    if (last && last->offset + last->count == next.offset && last->optimizer == next.optimizer && last->rate == next.rate) {
      last->count += next.count;
    } else {
      segments_.push_back(next);
    }
  }
}

double ParameterGroups::safe_magnitude(DType dtype) const {
  double least = std::numeric_limits<double>::infinity();
  for (const Segment& segment : segments_) least = std::min(least, segment.optimizer->safe_magnitude(dtype));
  return least;
}

ParameterGroup vectors_without_decay() {
  ParameterGroup group;
  group.when = [](const ArenaEntry& entry) { return entry.shape.rank() <= 1; };
  group.weight_decay = 0;
  return group;
}

}  // namespace weir
