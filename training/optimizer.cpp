#include <weir/training/optimizer.hpp>

#include "data/finite.hpp"

namespace weir {

namespace {

std::string text(const Config::Value& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const double* number = std::get_if<double>(&value)) return number_text(*number);
  if (const auto* word = std::get_if<std::string>(&value)) return *word;
  return "[...]";
}

}  // namespace

std::string Optimizer::describe() const {
  const Config options = config();
  std::string list;
  for (const auto& [name, value] : options.entries()) list += (list.empty() ? "" : ", ") + name + "=" + text(value);
  return type() + "(" + list + ")";
}

std::shared_ptr<const Optimizer> Optimizer::with_weight_decay(double) const { return nullptr; }

double Optimizer::safe_magnitude(DType) const { return 0; }

}  // namespace weir
