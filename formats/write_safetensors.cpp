#include <algorithm>
#include <functional>
#include <set>
#include <weir/core/array.hpp>
#include <weir/core/error.hpp>
#include <weir/formats/safetensors.hpp>

#include "core/files/atomic_file.hpp"
#include "core/text.hpp"
#include "formats/containers.hpp"
#include "formats/digest.hpp"
#include "formats/json.hpp"
#include "formats/printable.hpp"
#include "formats/tensor_entry.hpp"

namespace weir {

namespace {

std::uint64_t bytes_of(const ConstTensorView& view) { return static_cast<std::uint64_t>(view.elements()) * size_of(view.dtype()); }

// Widest dtype first, so that every tensor is aligned for its dtype; among equal widths the order of the arguments.
std::vector<const NamedTensor*> in_file_order(std::span<const NamedTensor> tensors) {
  std::vector<const NamedTensor*> result;
  for (const NamedTensor& tensor : tensors) result.push_back(&tensor);
  std::ranges::stable_sort(result, std::greater(), [](const NamedTensor* tensor) { return size_of(tensor->values.dtype()); });
  return result;
}

Json number(std::uint64_t value) { return {static_cast<std::int64_t>(value)}; }

std::string header_text(const std::vector<const NamedTensor*>& tensors, const std::map<std::string, std::string>& metadata) {
  Json::Object header;
  if (!metadata.empty()) {
    Json::Object texts;
    for (const auto& [key, value] : metadata) texts.push_back({key, {key == digest_key ? std::string(digest_zeros) : value}});
    header.push_back({"__metadata__", {std::move(texts)}});
  }
  std::set<std::string_view> names{"__metadata__"};
  std::uint64_t offset = 0;
  for (const NamedTensor* tensor : tensors) {
    if (!names.insert(tensor->name).second) {
      throw ConfigError("the name " + in_quotes(tensor->name) + " is taken, expected one tensor of each name. Name it otherwise.");
    }
    Json::Array extents;
    for (const std::int64_t extent : tensor->values.shape().extents()) extents.push_back({extent});
    const std::uint64_t end = offset + bytes_of(tensor->values);
    Json::Object entry{{"dtype", {dtype_word(tensor->values.dtype())}},
                       {"shape", {std::move(extents)}},
                       {"data_offsets", {Json::Array{number(offset), number(end)}}}};
    header.push_back({tensor->name, {std::move(entry)}});
    offset = end;
  }
  std::string text = to_text({std::move(header)});
  text.append((8 - text.size() % 8) % 8, ' ');
  if (text.size() > max_safetensors_header) {
    throw ConfigError("the header is " + with_commas(text.size()) + " bytes long, the format allows " +
                      with_commas(max_safetensors_header) + ". Shorten the metadata.");
  }
  return text;
}

// Calls write(bytes) with the values in host memory.
template <class F>
void write_values(const ConstTensorView& view, F&& write) {
  if (view.device().is_cuda()) {
    Tensor host(view.shape(), view.dtype());
    copy(view, host);
    return write_values(host, write);
  }
  write(std::span(static_cast<const std::byte*>(view.raw()), bytes_of(view)));
}

}  // namespace

void write_safetensors(const FileTarget& target, std::span<const NamedTensor> tensors, const std::map<std::string, std::string>& metadata) {
  const std::vector<const NamedTensor*> ordered = in_file_order(tensors);
  std::string header;
  try {
    header = header_text(ordered, metadata);
  } catch (const ConfigError& error) {
    throw ConfigError(shown(target) + ": cannot be saved: " + error.what());
  }
  const std::uint64_t length = header.size();
  const std::size_t digits = metadata.contains(digest_key) ? find_digest(header) : std::string::npos;
  AtomicFile file(target);
  Digest digest;
  const auto write = [&](std::span<const std::byte> bytes) {
    file.write(bytes);
    if (digits != std::string::npos) digest.add(bytes);
  };
  write(std::as_bytes(std::span(&length, 1)));
  write(std::as_bytes(std::span(header)));
  for (const NamedTensor* tensor : ordered) write_values(tensor->values, write);
  if (digits != std::string::npos) file.overwrite(sizeof(length) + digits, std::as_bytes(std::span<const char>(digest.digits())));
  file.commit();
}

}  // namespace weir
