#include "training/ranks.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <weir/core/error.hpp>

namespace weir {

void Ranks::broadcast_bytes(int from, std::span<std::byte> bytes) const {
  const TensorView block(bytes.data(), Shape{static_cast<std::int64_t>(bytes.size())}, DType::u8);
  communicator_.broadcast({}, from, block);
}

std::string Ranks::broadcast(int from, std::string text) const {
  std::uint64_t size = text.size();
  broadcast_bytes(from, std::as_writable_bytes(std::span(&size, 1)));
  text.resize(size);
  broadcast_bytes(from, std::as_writable_bytes(std::span(text.data(), text.size())));
  return text;
}

std::vector<std::string> Ranks::gather(const std::string& own) const {
  const auto ranks = static_cast<std::size_t>(size());
  const std::uint64_t length = own.size();
  std::vector<std::uint64_t> lengths(ranks);
  gather_values<std::uint64_t>(communicator_, std::span(&length, 1), lengths);
  const std::size_t longest = *std::max_element(lengths.begin(), lengths.end());
  std::vector<std::string> texts(ranks);
  if (longest == 0) return texts;
  std::string padded = own, all(longest * ranks, '\0');
  padded.resize(longest);
  gather_values<char>(communicator_, padded, all);
  for (std::size_t r = 0; r < ranks; ++r) texts[r] = all.substr(r * longest, lengths[r]);
  return texts;
}

void Ranks::settle(const std::exception_ptr& failure, const std::string& message) {
  const std::vector<std::string> failed = gather(failure ? "x" + message : "");
  if (failure) std::rethrow_exception(failure);
  for (int r = 0; r < size(); ++r) {
    const std::string& text = failed[static_cast<std::size_t>(r)];
    if (!text.empty()) throw Error(name(r) + " failed: " + text.substr(1));
  }
}

}  // namespace weir
