#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <weir/core/error.hpp>
#include <weir/formats/safetensors.hpp>

#include "core/files/input_file.hpp"
#include "core/text.hpp"
#include "formats/half.hpp"
#include "formats/printable.hpp"
#include "formats/safetensors_dtype.hpp"
#include "formats/safetensors_header.hpp"

namespace weir {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian, and are read as they are");

struct SafetensorsFile::Impl {
  explicit Impl(const std::filesystem::path& path) : file(path) {}

  InputFile file;
  SafetensorsHeader header;
  std::vector<const SafetensorsEntry*> by_name;
};

namespace {

std::string text(std::uint64_t number) {
  return number > INT64_MAX ? std::to_string(number) : with_commas(static_cast<std::int64_t>(number));
}

SafetensorsHeader read_header(const InputFile& file) {
  if (file.size() < 8) throw FormatError("holds " + text(file.size()) + " bytes, expected at least 8.");
  std::uint64_t length = 0;
  file.read(0, std::as_writable_bytes(std::span(&length, 1)));
  if (length > max_safetensors_header) {
    throw FormatError("its first 8 bytes promise a header of " + text(length) + " bytes, expected at most " + text(max_safetensors_header) +
                      ".");
  }
  if (length > file.size() - 8) {
    throw FormatError("its first 8 bytes promise a header of " + text(length) + " bytes, " + text(file.size() - 8) + " follow.");
  }
  std::string json(length, ' ');
  file.read(8, std::as_writable_bytes(std::span(json)));
  if (!json.starts_with('{')) throw FormatError("its header begins with " + in_quotes(json.substr(0, 1)) + ", expected '{'.");
  SafetensorsHeader header = parse_safetensors_header(json, file.size() - 8 - length);
  for (SafetensorsEntry& entry : header.entries) entry.offset += 8 + length;
  return header;
}

// Reads a tensor stored as Stored, in blocks, and writes it as T.
template <class Stored, class T, class F>
void convert(const InputFile& file, std::uint64_t offset, std::span<T> y, F&& to_number) {
  std::array<Stored, 4096> block;
  while (!y.empty()) {
    const std::span<Stored> part = std::span(block).first(std::min(block.size(), y.size()));
    file.read(offset, std::as_writable_bytes(part));
    for (std::size_t i = 0; i < part.size(); ++i) y[i] = static_cast<T>(to_number(part[i]));
    y = y.subspan(part.size());
    offset += part.size_bytes();
  }
}

// False when the tensor holds no numbers of this kind.
template <class T>
bool read_as(const InputFile& file, const SafetensorsEntry& entry, std::span<T> y) {
  if (entry.dtype == safetensors_dtype(dtype_of<T>())) {
    file.read(entry.offset, std::as_writable_bytes(y));
    return true;
  }
  if constexpr (std::floating_point<T>) {
    if (entry.dtype == "F16") return convert<std::uint16_t>(file, entry.offset, y, from_f16), true;
    if (entry.dtype == "BF16") return convert<std::uint16_t>(file, entry.offset, y, from_bf16), true;
    if (entry.dtype == "F32") return convert<float>(file, entry.offset, y, std::identity()), true;
    if (entry.dtype == "F64") return convert<double>(file, entry.offset, y, std::identity()), true;
  }
  return false;
}

}  // namespace

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : impl_(std::make_unique<Impl>(path)) {
  try {
    impl_->header = read_header(impl_->file);
  } catch (const FormatError& error) {
    throw FormatError(name() + ": " + error.what() + " It is damaged or no safetensors file: copy it again.");
  }
  for (const SafetensorsEntry& entry : entries()) impl_->by_name.push_back(&entry);
  std::sort(impl_->by_name.begin(), impl_->by_name.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
}

SafetensorsFile::SafetensorsFile(SafetensorsFile&&) noexcept = default;
SafetensorsFile& SafetensorsFile::operator=(SafetensorsFile&&) noexcept = default;
SafetensorsFile::~SafetensorsFile() = default;

const std::string& SafetensorsFile::name() const { return impl_->file.name(); }
const std::vector<SafetensorsEntry>& SafetensorsFile::entries() const { return impl_->header.entries; }
const std::map<std::string, std::string>& SafetensorsFile::metadata() const { return impl_->header.metadata; }

const SafetensorsEntry* SafetensorsFile::find(std::string_view name) const {
  const auto& all = impl_->by_name;
  const auto place =
      std::lower_bound(all.begin(), all.end(), name, [](const auto* entry, std::string_view wanted) { return entry->name < wanted; });
  return place == all.end() || (*place)->name != name ? nullptr : *place;
}

const SafetensorsEntry& SafetensorsFile::at(std::string_view name) const {
  if (const SafetensorsEntry* entry = find(name)) return *entry;
  throw FormatError(this->name() + ": has no tensor " + in_quotes(name) + ". Look at its entries() for what it has.");
}

Tensor SafetensorsFile::read(std::string_view name) const {
  const SafetensorsEntry& entry = at(name);
  const std::string who = this->name() + ": its tensor " + in_quotes(name) + " is " + describe(entry);
  const std::optional<DType> dtype = dtype_for(entry.dtype);
  if (!dtype) throw FormatError(who + ", expected F32, F64, F16, BF16, I32 or U8. Convert it before it is saved.");
  if (entry.extents.size() > Shape::max_rank) {
    throw FormatError(who + ", expected at most " + std::to_string(Shape::max_rank) + " dimensions. Reshape it before it is saved.");
  }
  Tensor result(Shape(std::span(entry.extents)), *dtype);
  read(name, result);
  return result;
}

void SafetensorsFile::read(std::string_view name, const TensorView& y) const {
  const SafetensorsEntry& entry = at(name);
  const std::string who = this->name() + ": its tensor " + in_quotes(name) + " is " + describe(entry);
  if (!std::ranges::equal(entry.extents, y.shape().extents())) {
    throw ShapeError(who + ", the block to fill is " + to_string(y.shape()) + ". Pass a block of the tensor's shape.");
  }
  const bool done = y.dtype() == DType::f32   ? read_as(impl_->file, entry, y.values<float>())
                    : y.dtype() == DType::f64 ? read_as(impl_->file, entry, y.values<double>())
                    : y.dtype() == DType::i32 ? read_as(impl_->file, entry, y.values<std::int32_t>())
                    : y.dtype() == DType::u8  ? read_as(impl_->file, entry, y.values<std::uint8_t>())
                                              : false;
  if (!done) throw FormatError(who + ", which cannot be read as " + to_string(y.dtype()) + ". Convert it before it is saved.");
}

}  // namespace weir
