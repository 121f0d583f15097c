#include "training/diagnostics/gradcheck_run.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/keys.hpp"
#include "core/text.hpp"

namespace weir {
namespace {

constexpr double two_point_step = 1e-5;                     // where the truncation error h^2 and the rounding error eps / h are about equal
constexpr std::uint64_t choice_stream = ~std::uint64_t{0};  // not used by the draws, whose numbers count from 0

}  // namespace

// 8: margin for the rounding errors of a whole network. The 4 in smooth(): a difference of high order sums up to 58 rounding errors.
double GradcheckBounds::rounding(double h) const { return 8 * std::numeric_limits<double>::epsilon() * scale / h; }

bool GradcheckBounds::smooth(const Difference& difference, double h, double tolerance) const {
  return difference.roughness <= std::max(tolerance * max_gradient / 2, 4 * rounding(h));
}

double GradcheckBounds::error(double analytic, double numeric, double h, double tolerance) const {
  const double difference = std::abs(analytic - numeric);
  if (difference == 0) return 0;
  const double error = difference / std::max(max_gradient, rounding(h) / tolerance);
  return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
}

GradcheckReport GradcheckRun::run() {
  run_graph(false);
  run_graph(true);
  accept(report_, options_, any_gradient_);
  return report_;
}

void GradcheckRun::run_graph(bool fused) {
  GradcheckProbe probe(graph_, options_, fused);
  std::vector<std::vector<Entry>> entries;
  for (const auto& block : probe.blocks()) entries.push_back(choose(block.values.elements(), entries.size()));
  const auto pending = [](const std::vector<Entry>& block) {
    return std::any_of(block.begin(), block.end(), [](const Entry& e) { return e.state != State::eight_points; });
  };
  for (int draw = 0; draw < options_.draws && std::any_of(entries.begin(), entries.end(), pending); ++draw) {
    probe.draw(static_cast<std::uint64_t>(draw));
    const auto analytic = probe.analytic();
    const double centre = probe.loss();
    if (!std::isfinite(centre)) {
      report_.problem =
          "gradcheck: the loss is " + number_text(centre) + ", expected a finite number. Choose low and high to suit the layer.";
      return;
    }
    for (std::size_t b = 0; b < entries.size(); ++b) {
      if (pending(entries[b])) check_block(probe, probe.blocks()[b], analytic[b], entries[b], centre);
    }
  }
  for (const auto& block : entries) {
    for (const Entry& entry : block) {
      ++(entry.state == State::skipped ? report_.skipped : report_.checked);
      if (entry.state == State::eight_points) ++report_.eight_points;
    }
  }
}

// All entries of a block, or max_entries of them chosen at random.
std::vector<GradcheckRun::Entry> GradcheckRun::choose(std::int64_t count, std::size_t block) const {
  std::vector<Entry> entries(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i].place = static_cast<std::int64_t>(i);
  const auto wanted = static_cast<std::size_t>(options_.max_entries);
  if (wanted == 0 || wanted >= entries.size()) return entries;
  const RandomKey key = key_for(options_.seed, KeyPurpose::gradcheck).with(choice_stream).with(block);
  for (std::size_t i = 0; i < wanted; ++i) std::swap(entries[i], entries[i + random_below(key, i, entries.size() - i)]);
  entries.resize(wanted);
  return entries;
}

void GradcheckRun::check_block(GradcheckProbe& probe, const GradcheckProbe::Block& block, const std::vector<double>& analytic,
                               std::vector<Entry>& entries, double centre) {
  const auto line_of = [&](std::int64_t place) { return [&, place](double offset) { return probe.loss(block, place, offset); }; };
  GradcheckBounds bounds{.scale = probe.loss_scale()};
  std::vector<Difference> two_points;
  for (const Entry& entry : entries) {
    two_points.push_back(two_point_difference(line_of(entry.place), centre, two_point_step));
    bounds.max_gradient = std::max(bounds.max_gradient, std::abs(two_points.back().slope));
  }
  any_gradient_ = any_gradient_ || bounds.max_gradient > bounds.rounding(two_point_step);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    Entry& entry = entries[i];
    if (entry.state == State::eight_points) continue;
    const GradcheckReport::Worst found{
        .tensor = block.name, .entry = entry.place, .fused = probe.fused(), .analytic = analytic[static_cast<std::size_t>(entry.place)]};
    entry.state = std::max(entry.state, check_entry(line_of(entry.place), centre, two_points[i], bounds, found));
  }
}

GradcheckRun::State GradcheckRun::check_entry(const Line& line, double centre, const Difference& two_points, const GradcheckBounds& bounds,
                                              GradcheckReport::Worst found) {
  State state = State::skipped;
  const double loose = options_.two_point_tolerance, tight = options_.tolerance;
  if (bounds.smooth(two_points, two_point_step, loose)) {
    compare(report_.worst_two_points, found, bounds, two_points, two_point_step, loose);
    state = State::two_points;
  } else if (options_.zeros.value_or(false)) {
    const Difference left = left_difference(line, centre, two_point_step);
    if (bounds.smooth(left, two_point_step, loose)) {
      found.corner = true;
      compare(report_.worst_two_points, found, bounds, left, two_point_step, loose);
      ++report_.corners;
      return State::two_points;
    }
  }
  for (const double h : {options_.h, options_.h / 3, options_.h / 10}) {
    const Difference eight_points = eight_point_difference(line, centre, h);
    if (!bounds.smooth(eight_points, h, tight)) continue;
    compare(report_.worst_eight_points, found, bounds, eight_points, h, tight);
    const double own = std::max(std::abs(found.analytic), std::abs(eight_points.slope));
    if (own > bounds.rounding(h) / tight) {
      report_.worst_relative = std::max(report_.worst_relative, std::abs(found.analytic - eight_points.slope) / own);
    }
    return State::eight_points;
  }
  return state;
}

void GradcheckRun::compare(GradcheckReport::Worst& worst, GradcheckReport::Worst found, const GradcheckBounds& bounds,
                           const Difference& difference, double h, double tolerance) {
  found.numeric = difference.slope;
  found.error = bounds.error(found.analytic, found.numeric, h, tolerance);
  found.bound = tolerance;
  if (worst.tensor.empty() || found.error > worst.error) worst = found;
}

}  // namespace weir
