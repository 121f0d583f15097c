#include "training/callbacks/event_file.hpp"

#include <bit>
#include <cstddef>

namespace weir {

namespace {

// Field numbers with the wire types of protocol buffers: number * 8 + type; type 0: varint, 1: 8 bytes, 2: length and bytes, 5: 4 bytes.
enum Tag : char {
  event_wall_time = 1 * 8 + 1,
  event_step = 2 * 8 + 0,
  event_file_version = 3 * 8 + 2,
  event_summary = 5 * 8 + 2,
  event_session_log = 7 * 8 + 2,
  session_log_status = 1 * 8 + 0,
  summary_value = 1 * 8 + 2,
  value_tag = 1 * 8 + 2,
  value_simple_value = 2 * 8 + 5
};

template <class T>
void append_bytes(std::string& text, T bits) {
  for (std::size_t i = 0; i < sizeof bits; ++i) text += static_cast<char>(bits >> (8 * i) & 255);
}

void append_varint(std::string& text, std::uint64_t number) {
  for (; number >= 128; number >>= 7) text += static_cast<char>(number % 128 + 128);
  text += static_cast<char>(number);
}

std::size_t varint_size(std::uint64_t number) {
  std::size_t size = 1;
  for (; number >= 128; number >>= 7) ++size;
  return size;
}

// Appends a record with the Event that append_fields appends.
template <class F>
void append_record(std::string& file, double time, std::int64_t step, F append_fields) {
  constexpr std::size_t header = 12;
  const std::size_t begin = file.size();
  file.append(header, '\0');
  file += event_wall_time;
  append_bytes(file, std::bit_cast<std::uint64_t>(time));
  file += event_step;
  append_varint(file, static_cast<std::uint64_t>(step));
  append_fields();
  const std::uint64_t length = file.size() - begin - header;
  append_bytes(file, masked_crc32c(std::string_view(file).substr(begin + header)));
  for (std::size_t i = 0; i < 8; ++i) file[begin + i] = static_cast<char>(length >> (8 * i) & 255);
  const std::uint32_t crc = masked_crc32c(std::string_view(file).substr(begin, 8));
  for (std::size_t i = 0; i < 4; ++i) file[begin + 8 + i] = static_cast<char>(crc >> (8 * i) & 255);
}

// Of the fields of a Summary.Value.
std::size_t value_size(std::size_t tag) { return 1 + varint_size(tag) + tag + 1 + sizeof(float); }

}  // namespace

// CRC-32C has the reversed polynomial 0x82f63b78; the mask is TFRecord's.
std::uint32_t masked_crc32c(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78U : 0);
  }
  return std::rotr(~crc, 15) + 0xa282ead8U;
}

void append_version(std::string& file, double time) {
  constexpr std::string_view version = "brain.Event:2";
  append_record(file, time, 0, [&] {
    file += event_file_version;
    append_varint(file, version.size());
    file += version;
  });
}

void append_start(std::string& file, double time, std::int64_t step) {
  constexpr char start = 1;
  append_record(file, time, step, [&] {
    file += event_session_log;
    append_varint(file, 2);
    file += session_log_status;
    file += start;
  });
}

void append_scalars(std::string& file, double time, std::int64_t step, std::string_view prefix, std::span<const std::string> names,
                    std::span<const double> values) {
  append_record(file, time, step, [&] {
    std::size_t summary = 0;
    for (const std::string& name : names) {
      const std::size_t value = value_size(prefix.size() + name.size());
      summary += 1 + varint_size(value) + value;
    }
    file += event_summary;
    append_varint(file, summary);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::size_t tag = prefix.size() + names[i].size();
      file += summary_value;
      append_varint(file, value_size(tag));
      file += value_tag;
      append_varint(file, tag);
      file += prefix;
      file += names[i];
      file += value_simple_value;
      append_bytes(file, std::bit_cast<std::uint32_t>(static_cast<float>(values[i])));
    }
  });
}

}  // namespace weir
