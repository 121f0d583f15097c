#include <weir/formats/tensor_file.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <optional>
#include <weir/core/error.hpp>

#include "core/cpu/standard_floats.hpp"
#include "core/typed.hpp"
#include "formats/containers.hpp"
#include "formats/half.hpp"
#include "formats/printable.hpp"
#include "formats/tensor_entry.hpp"

namespace weir {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian, and are read as they are");

struct TensorFile::Impl {
  std::string name;
  TensorContent content;
  std::map<std::string_view, const TensorEntry*> by_name;
};

namespace {

TensorContent content_of(const std::shared_ptr<const InputFile>& file) {
  std::array<char, 9> first{};
  const std::size_t count = std::min<std::uint64_t>(first.size(), file->size());
  file->read(0, std::as_writable_bytes(std::span(first).first(count)));
  // In safetensors the file begins with the length of the JSON text, which may look like another format's signature.
  const std::string_view start(first.data(), first[8] == '{' ? 0 : count);
  const auto& container = *std::ranges::find_if(containers, [&](const Container& c) { return start.starts_with(c.signature); });
  const std::string what(container.what);
  if (!container.reader) {
    throw FormatError(file->name() + ": is a " + what +
                      ", expected a safetensors file. Save its tensors with safetensors.torch.save_file or safetensors.numpy.save_file.");
  }
  try {
    return container.reader(file);
  } catch (const FormatError& error) {
    throw FormatError(file->name() + ": " + error.what() + " It is damaged or no " + what + ": copy it again.");
  }
}

using NextBytes = std::function<void(std::span<std::byte>)>;

// Reads a tensor of elements Stored in blocks and writes it as T.
template <class Stored, class T, class F>
void convert(const NextBytes& next, std::span<T> y, F&& to_number) {
  std::array<Stored, 4096> block;
  while (!y.empty()) {
    const std::span<Stored> part = std::span(block).first(std::min(block.size(), y.size()));
    next(std::as_writable_bytes(part));
    for (std::size_t i = 0; i < part.size(); ++i) y[i] = static_cast<T>(to_number(part[i]));
    y = y.subspan(part.size());
  }
}

// Returns false when the tensor's dtype cannot be read as T.
template <class T>
bool read_as(const NextBytes& next, const std::string& dtype, std::span<T> y) {
  if (dtype == dtype_word(dtype_of<T>())) return next(std::as_writable_bytes(y)), true;
  if constexpr (std::floating_point<T>) {
    if (dtype == "F16") return convert<std::uint16_t>(next, y, from_f16), true;
    if (dtype == "BF16") return convert<std::uint16_t>(next, y, from_bf16), true;
    if (dtype == "F32") return convert<float>(next, y, std::identity()), true;
    if (dtype == "F64") return convert<double>(next, y, std::identity()), true;
  }
  return false;
}

}  // namespace

TensorFile::TensorFile(const FileSource& source) : TensorFile(shown(source), content_of(std::make_shared<const InputFile>(source))) {}

TensorFile::TensorFile(std::vector<std::byte>&& bytes) {
  struct Owned {
    explicit Owned(std::vector<std::byte>&& given) : bytes(std::move(given)), file(std::span<const std::byte>(bytes)) {}
    std::vector<std::byte> bytes;
    InputFile file;
  };
  const auto owned = std::make_shared<const Owned>(std::move(bytes));
  const std::shared_ptr<const InputFile> file(owned, &owned->file);
  *this = TensorFile(file->name(), content_of(file));
}

TensorFile::TensorFile(std::string name, TensorContent content) {
  const auto impl = std::make_shared<Impl>(Impl{std::move(name), std::move(content), {}});
  for (TensorEntry& entry : impl->content.entries) {
    if (!impl->by_name.emplace(entry.name, &entry).second) {
      throw FormatError(impl->name + ": has the tensor " + in_quotes(entry.name) + " twice, expected one of each name. Save it again.");
    }
    const std::string who = impl->name + ": its tensor " + in_quotes(entry.name) + " is " + describe(entry);
    if (!impl->content.open) throw FormatError(who + ", but its TensorContent::open is empty. Give it a function.");
    const std::optional<std::uint64_t> bits = bits_of(entry);
    if (!bits) throw FormatError(who + ", which is more than 64 bits count. Correct its extents.");
    if (entry.bytes == 0) entry.bytes = (*bits + 7) / 8;
    if (bits_of(entry.dtype) == 0 || entry.bytes == (*bits + 7) / 8) continue;
    throw FormatError(who + ", which needs " + std::to_string((*bits + 7) / 8) + " bytes, TensorEntry::bytes is " +
                      std::to_string(entry.bytes) + ". Correct it, or leave it 0.");
  }
  impl_ = impl;
}

const std::string& TensorFile::name() const& { return impl_->name; }
const std::vector<TensorEntry>& TensorFile::entries() const& { return impl_->content.entries; }
const std::map<std::string, std::string>& TensorFile::metadata() const& { return impl_->content.metadata; }

const TensorEntry* TensorFile::find(std::string_view name) const& {
  const auto found = impl_->by_name.find(name);
  return found == impl_->by_name.end() ? nullptr : found->second;
}

const TensorEntry& TensorFile::at(std::string_view name) const {
  if (const TensorEntry* entry = find(name)) return *entry;
  throw FormatError(this->name() + ": has no tensor " + in_quotes(name) + ". Look at its entries() for what it has.");
}

void TensorFile::verify() const {
  if (!impl_->content.verify) return;
  try {
    impl_->content.verify();
  } catch (const FormatError& error) {
    throw FormatError(name() + ": " + error.what() + " It is damaged: copy it again.");
  }
}

Tensor TensorFile::read(std::string_view name) const {
  const TensorEntry& entry = at(name);
  const std::string who = this->name() + ": its tensor " + in_quotes(name) + " is " + describe(entry);
  const std::optional<DType> dtype = dtype_for(entry.dtype);
  if (!dtype) throw FormatError(who + ", expected F32, F64, F16, BF16, I64, I32 or U8. Convert it before it is saved.");
  if (entry.extents.size() > Shape::max_rank) {
    throw FormatError(who + ", expected at most " + std::to_string(Shape::max_rank) + " dimensions. Reshape it before it is saved.");
  }
  Tensor result(Shape(std::span(entry.extents)), *dtype);
  read(name, result);
  return result;
}

void TensorFile::read(std::string_view name, const TensorView& y) const {
  const cpu::StandardFloats standard;
  const TensorEntry& entry = at(name);
  const std::string who = this->name() + ": its tensor " + in_quotes(name) + " is " + describe(entry);
  if (!std::ranges::equal(entry.extents, y.shape().extents())) {
    throw ShapeError(who + ", the block to fill is " + to_string(y.shape()) + ". Pass a block of the tensor's shape.");
  }
  const NextBytes next = impl_->content.open(entry);
  if (!next) throw FormatError(who + ", but TensorContent::open returned an empty function for it. Return one that reads.");
  bool done = false;
  typed_any(y.dtype(), [&](auto type) { done = read_as(next, entry.dtype, y.values<decltype(type)>()); });
  if (!done) throw FormatError(who + ", which cannot be read as " + to_string(y.dtype()) + ". Convert it before it is saved.");
}

}  // namespace weir
