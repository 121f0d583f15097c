#pragma once

#include <cstdint>

namespace weir {

// How outputs predict classes and targets name them, so that predictions can be counted. A prediction with a NaN predicts no class.
struct Classification {
  enum class By : std::uint8_t {
    label,     // outputs [..., classes] predict the class with the largest number (of equal ones the first); targets are i32 labels [...]
    largest,   // outputs as above; targets [..., classes] name the class with their largest number: one-hot or probabilities
    threshold  // outputs [...] each predict class 1 above `threshold`, else class 0; targets [...] of the same shape are class 1 above 0.5
  };
  By by = By::label;
  double threshold = 0.5;  // for By::threshold: 0.5 for probabilities, 0 for logits

  friend bool operator==(const Classification&, const Classification&) = default;
};

}  // namespace weir
