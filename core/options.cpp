#include "core/options.hpp"

#include <cmath>

#include "core/text.hpp"

namespace weir {

namespace {

[[noreturn]] void refuse(std::string_view who, std::string_view option, const std::string& value, std::string_view expected) {
  throw ConfigError(std::string(who) + ": " + std::string(option) + " is " + value + ", expected " + std::string(expected) + ".");
}

}  // namespace

void require_option(std::string_view who, std::string_view option, double value, bool holds, std::string_view expected) {
  if (!holds) refuse(who, option, number_text(value), expected);
}

void check_option(std::string_view who, std::string_view option, double value, OptionRange range) {
  switch (range) {
    case OptionRange::not_negative:
      return require_option(who, option, value, value >= 0 && std::isfinite(value), "a finite number, 0 or more");
    case OptionRange::positive:
      return require_option(who, option, value, value > 0 && std::isfinite(value), "a finite number above 0");
    case OptionRange::below_one:
      return require_option(who, option, value, value >= 0 && value < 1, "a number from 0 to below 1");
    default:
      return require_option(who, option, value, value >= 0 && value <= 1, "a number from 0 to 1");
  }
}

void check_option(std::string_view who, std::string_view option, std::int64_t value, OptionRange range) {
  const std::int64_t least = range == OptionRange::positive ? 1 : 0;
  if (value < least) refuse(who, option, std::to_string(value), "at least " + std::to_string(least));
}

std::size_t place_of_word(std::string_view who, std::string_view option, std::string_view word, const std::string_view* words,
                          std::size_t count) {
  std::string known;
  for (std::size_t i = 0; i < count; ++i) {
    if (words[i] == word) return i;
    known += (i == 0 ? "one of: " : ", ") + std::string(words[i]);
  }
  refuse(who, option, "'" + std::string(word) + "'", known);
}

void refuse_option(std::string_view who, std::string_view option, const std::string& known) {
  throw ConfigError(std::string(who) + ": has no option '" + std::string(option) + "', expected " +
                    (known.empty() ? "none. Leave it out." : "one of: " + known + "."));
}

}  // namespace weir
