#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <tuple>
#include <utility>
#include <weir/core/error.hpp>

#include "core/text.hpp"
#include "formats/containers.hpp"
#include "formats/digest.hpp"
#include "formats/printable.hpp"
#include "formats/sax.hpp"
#include "formats/tensor_entry.hpp"

namespace weir {

namespace {

constexpr std::size_t max_dimensions = 64;  // NumPy's limit
constexpr auto max_number = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

std::string text(std::uint64_t number) { return number > max_number ? std::to_string(number) : with_commas(number); }

// Handles the events of nlohmann's parser for the one structure that a header may have:
// {"__metadata__": {key: "value"}, name: {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}
class HeaderReader {
 public:
  TensorContent header;  // offsets are relative to the end of the header

  bool start_object(std::size_t) {
    if (place_ == Place::outside) return go(Place::header);
    if (place_ != Place::header) unexpected("an object");
    if (key_ != "__metadata__") {
      header.entries.push_back({.name = key_, .dtype = {}, .extents = {}});
      offsets_.clear();
      seen_.fill(false);
      return go(Place::tensor);
    }
    if (std::exchange(metadata_seen_, true)) throw FormatError("its header has '__metadata__' twice.");
    return go(Place::metadata);
  }

  bool end_object() {
    if (place_ == Place::header) return go(Place::outside);
    if (place_ == Place::tensor) finish_tensor();
    return go(Place::header);
  }

  bool key(std::string& name) {
    if (place_ == Place::tensor) {
      member_ = name == "dtype" ? dtype : name == "shape" ? shape : name == "data_offsets" ? data_offsets : none;
      if (member_ == none) throw FormatError(tensor() + " has a member " + in_quotes(name) + ", expected dtype, shape and data_offsets.");
      if (std::exchange(seen_[member_], true)) throw FormatError(tensor() + " has " + in_quotes(name) + " twice.");
    }
    key_ = std::move(name);
    return true;
  }

  bool start_array(std::size_t) {
    if (place_ != Place::tensor || member_ == dtype) unexpected("a list");
    return go(Place::list);
  }
  bool end_array() { return go(Place::tensor); }

  bool string(std::string& value) {
    if (place_ == Place::metadata) {
      if (!header.metadata.emplace(key_, std::move(value)).second) {
        throw FormatError("its header has the metadata " + in_quotes(key_) + " twice.");
      }
      return true;
    }
    if (place_ != Place::tensor || member_ != dtype) unexpected("a text");
    if (bits_of(value) == 0) throw FormatError(tensor() + " has the dtype " + in_quotes(value) + ", which the format does not know.");
    header.entries.back().dtype = std::move(value);
    return true;
  }

  bool number_unsigned(std::uint64_t value) {
    if (place_ != Place::list) unexpected("a number");
    if (value > max_number) throw FormatError(tensor() + " has " + std::to_string(value) + " in its " + key_ + ", more than 63 bits.");
    if (member_ == data_offsets) {
      if (offsets_.size() == 2) throw FormatError(tensor() + " has more than two data_offsets.");
      offsets_.push_back(value);
    } else {
      if (header.entries.back().extents.size() == max_dimensions) {
        throw FormatError(tensor() + " has more than " + std::to_string(max_dimensions) + " dimensions.");
      }
      header.entries.back().extents.push_back(static_cast<std::int64_t>(value));
    }
    return true;
  }

  bool number_integer(std::int64_t value) { unexpected("the number " + std::to_string(value)); }
  bool number_float(double, const std::string& value) { unexpected("the number " + printable(value, 40)); }
  bool boolean(bool value) { unexpected(value ? "true" : "false"); }
  bool null() { unexpected("null"); }
  bool binary(nlohmann::json::binary_t&) { unexpected("binary"); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) { not_json(position); }

  [[noreturn]] static void not_json(std::size_t position) {
    throw FormatError("its header cannot be read as JSON at byte " + std::to_string(position) + ".");
  }

 private:
  enum class Place { outside, header, metadata, tensor, list };
  enum Member { dtype, shape, data_offsets, none };

  bool go(Place place) {
    place_ = place;
    return true;
  }

  std::string tensor() const { return "its tensor " + in_quotes(header.entries.back().name); }

  [[noreturn]] void unexpected(const std::string& got) const {
    const std::string where = place_ == Place::outside    ? "its header"
                              : place_ == Place::header   ? "its entry " + in_quotes(key_)
                              : place_ == Place::metadata ? "its metadata " + in_quotes(key_)
                                                          : tensor() + ": " + key_;
    if (place_ == Place::list) throw FormatError(where + " holds " + got + ", expected whole numbers of at least 0.");
    const bool wants_text = place_ == Place::metadata || (place_ == Place::tensor && member_ == dtype);
    const char* wanted = wants_text ? "a text" : place_ == Place::tensor ? "a list" : "an object";
    throw FormatError(where + " is " + got + ", expected " + wanted + ".");
  }

  void finish_tensor() {
    if (!seen_[dtype] || !seen_[shape] || !seen_[data_offsets] || offsets_.size() != 2) {
      throw FormatError(tensor() + " is incomplete, expected dtype, shape and two data_offsets.");
    }
    if (offsets_[1] < offsets_[0]) {
      throw FormatError(tensor() + " begins at byte " + text(offsets_[0]) + " and ends before it, at " + text(offsets_[1]) + ".");
    }
    TensorEntry& entry = header.entries.back();
    entry.offset = offsets_[0];
    entry.bytes = offsets_[1] - offsets_[0];
    const std::optional<std::uint64_t> bits = bits_of(entry);
    if (!bits) throw FormatError(tensor() + " is " + describe(entry) + ", which is more than 64 bits count.");
    if (*bits % 8 != 0 || *bits / 8 != entry.bytes) {
      throw FormatError(tensor() + " is " + describe(entry) + ", which needs " + text(*bits / 8) + " bytes, its data_offsets hold " +
                        text(entry.bytes) + ".");
    }
  }

  Place place_ = Place::outside;
  Member member_ = none;
  std::array<bool, 4> seen_{};
  bool metadata_seen_ = false;
  std::string key_;
  std::vector<std::uint64_t> offsets_;
};

void check_layout(const std::vector<TensorEntry>& entries, std::uint64_t data_bytes) {
  std::uint64_t end = 0;
  for (const auto& entry : entries) {
    if (entry.offset != end) {
      throw FormatError("its tensor " + in_quotes(entry.name) + " begins at byte " + text(entry.offset) + " of the data, expected " +
                        text(end) + ": the tensors must follow each other without gaps.");
    }
    end += entry.bytes;
  }
  if (end != data_bytes) throw FormatError("holds " + text(data_bytes) + " bytes of tensors, its header promises " + text(end) + ".");
}

// Checks every rule of the format: known dtypes, each shape's bytes equal to its range, ranges without gaps or overlaps from 0 to
// data_bytes.
TensorContent parse_header(std::string_view json, std::uint64_t data_bytes) {
  HeaderReader reader;
  parse_events(json, reader);
  std::vector<TensorEntry>& entries = reader.header.entries;
  std::ranges::sort(entries, {}, [](const auto& entry) { return std::tie(entry.offset, entry.bytes, entry.name); });
  check_layout(entries, data_bytes);
  return std::move(reader.header);
}

}  // namespace

TensorContent read_safetensors(std::shared_ptr<const InputFile> file) {
  if (file->size() < 8) throw FormatError("holds " + text(file->size()) + " bytes, expected at least 8.");
  std::uint64_t length = 0;
  file->read(0, std::as_writable_bytes(std::span(&length, 1)));
  if (length > max_safetensors_header) {
    throw FormatError("its first 8 bytes promise a header of " + text(length) + " bytes, expected at most " + text(max_safetensors_header) +
                      ".");
  }
  if (length > file->size() - 8) {
    throw FormatError("its first 8 bytes promise a header of " + text(length) + " bytes, " + text(file->size() - 8) + " follow.");
  }
  std::string json(length, ' ');
  file->read(8, std::as_writable_bytes(std::span(json)));
  if (!json.starts_with('{')) throw FormatError("its header begins with " + in_quotes(json.substr(0, 1)) + ", expected '{'.");
  TensorContent content = parse_header(json, file->size() - 8 - length);
  for (TensorEntry& entry : content.entries) entry.offset += 8 + length;
  content.open = [file](const TensorEntry& entry) {
    return [file, offset = entry.offset](std::span<std::byte> into) mutable {
      file->read(offset, into);
      offset += into.size();
    };
  };
  if (content.metadata.contains(digest_key)) {
    const std::size_t digits = find_digest(json);
    content.verify = [file, digits] {
      if (digits == std::string::npos) throw FormatError("its " + std::string(digest_key) + " is not eight digits.");
      verify_digest(*file, 8 + digits);
    };
  }
  return content;
}

}  // namespace weir
