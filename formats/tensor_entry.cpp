#include "formats/tensor_entry.hpp"

#include <algorithm>
#include <utility>

namespace weir {

int bits_of(std::string_view dtype) {
  static constexpr std::pair<std::string_view, int> known[] = {
      {"F64", 64},    {"F32", 32},        {"F16", 16},        {"BF16", 16},   {"I64", 64},    {"I32", 32}, {"I16", 16},    {"I8", 8},
      {"U64", 64},    {"U32", 32},        {"U16", 16},        {"U8", 8},      {"BOOL", 8},    {"C64", 64}, {"F8_E5M2", 8}, {"F8_E4M3", 8},
      {"F8_E8M0", 8}, {"F8_E5M2FNUZ", 8}, {"F8_E4M3FNUZ", 8}, {"F6_E3M2", 6}, {"F6_E2M3", 6}, {"F4", 4}};
  const auto* found = std::find_if(std::begin(known), std::end(known), [&](const auto& entry) { return entry.first == dtype; });
  return found == std::end(known) ? 0 : found->second;
}

std::optional<std::uint64_t> bits_of(const TensorEntry& entry) {
  auto bits = static_cast<std::uint64_t>(bits_of(entry.dtype));
  bool fits = true;
  for (const std::int64_t extent : entry.extents) fits = fits && !__builtin_mul_overflow(bits, static_cast<std::uint64_t>(extent), &bits);
  return fits ? std::optional(bits) : std::nullopt;
}

std::optional<DType> dtype_for(std::string_view dtype) {
  if (dtype == "F32" || dtype == "F16" || dtype == "BF16") return DType::f32;
  if (dtype == "F64") return DType::f64;
  if (dtype == "I32") return DType::i32;
  if (dtype == "I64") return DType::i64;
  if (dtype == "U8") return DType::u8;
  return std::nullopt;
}

std::string dtype_word(DType dtype) {
  std::string word = to_string(dtype);
  for (char& c : word) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return word;
}

std::string describe(const TensorEntry& entry) {
  std::string result = "[";
  for (const std::int64_t extent : entry.extents) result += (result.size() > 1 ? ", " : "") + std::to_string(extent);
  return result + "] " + entry.dtype;
}

}  // namespace weir
