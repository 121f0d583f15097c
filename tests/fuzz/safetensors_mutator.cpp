// Changes a safetensors file so that most results get past the first checks: the length of the header is right, tensors follow each other
// without gaps, and JSON texts within the metadata are changed as JSON. The digest is made right by the target (sealed).
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

using Json = nlohmann::ordered_json;
using Random = std::minstd_rand;

std::size_t below(Random& random, std::size_t bound) { return random() % std::max<std::size_t>(bound, 1); }

// One of libFuzzer's own changes of some bytes.
std::string mutated(std::string text, std::size_t more = 16) {
  const std::size_t size = text.size();
  text.resize(size + more);
  text.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(text.data()), size, text.size()));
  return text;
}

std::string to_text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

void collect(Json& json, std::vector<Json*>& all) {
  all.push_back(&json);
  if (json.is_structured()) {
    for (Json& child : json) collect(child, all);
  }
}

// Replaces, removes or adds one value anywhere in a JSON text.
std::string with_other_value(const std::string& text, Random& random) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return mutated(text);
  std::vector<Json*> all;
  collect(json, all);
  Json& place = *all[below(random, all.size())];
  const Json values[] = {0,    1,     -1,      2,  3,   1 << 20, INT32_MAX, INT64_MAX, UINT64_MAX, 0.5,           -1e308,        1e-320,
                         true, false, nullptr, "", "a", "nan",   "inf",     "input",   "0",        Json::array(), Json::object()};
  switch (below(random, 4)) {
    case 0:
      place = values[below(random, std::size(values))];
      break;
    case 1:
      place = Json(*all[below(random, all.size())]);
      break;
    case 2:
      if (place.is_array()) {
        place.push_back(Json(*all[below(random, all.size())]));
      } else if (place.is_string()) {
        place = mutated(place.get<std::string>());
      } else if (place.is_number()) {
        place = static_cast<std::int64_t>(random() % 20) - 2;
      }
      break;
    default:
      if (place.is_array() && !place.empty()) {
        place.erase(place.begin() + static_cast<std::ptrdiff_t>(below(random, place.size())));
      } else if (place.is_object() && !place.empty()) {
        place.erase(std::next(place.begin(), static_cast<std::ptrdiff_t>(below(random, place.size()))).key());
      }
  }
  return to_text(json);
}

struct File {
  std::string header, data;

  explicit File(const std::string& bytes) {
    std::uint64_t length = 0;
    if (bytes.size() >= sizeof length) std::memcpy(&length, bytes.data(), sizeof length);
    const std::size_t begin = std::min(sizeof length, bytes.size());
    header = bytes.substr(begin, static_cast<std::size_t>(std::min<std::uint64_t>(length, bytes.size() - begin)));
    data = bytes.substr(begin + header.size());
  }

  std::string bytes() const {
    const std::uint64_t length = header.size();
    return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header + data;
  }

  void change_metadata(Random& random) {
    Json json = Json::parse(header, nullptr, false);
    if (!json.is_object() || !json.contains("__metadata__") || !json["__metadata__"].is_object() || json["__metadata__"].empty()) return;
    Json& texts = json["__metadata__"];
    Json& text = *std::next(texts.begin(), static_cast<std::ptrdiff_t>(below(random, texts.size())));
    if (!text.is_string()) return;
    text = below(random, 3) ? with_other_value(text.get<std::string>(), random) : mutated(text.get<std::string>());
    header = to_text(json);
  }

  // Another name, dtype or shape of one tensor; all tensors and the data are laid out anew.
  void change_tensor(Random& random) {
    Json json = Json::parse(header, nullptr, false);
    if (!json.is_object()) return;
    Json result = Json::object();
    std::string moved;
    const std::size_t chosen = below(random, json.size());
    std::size_t index = 0;
    for (auto& [name, entry] : json.items()) {
      std::string name_now = name;
      const bool is_chosen = index++ == chosen;
      if (name != "__metadata__" && entry.is_object() && entry.contains("shape") && entry["shape"].is_array()) {
        Json& shape = entry["shape"];
        if (is_chosen) {
          const char* dtypes[] = {"F32", "F64", "F16", "BF16", "I64", "I32", "U8", "BOOL", "F8_E4M3"};
          switch (below(random, 5)) {
            case 0:
              entry["dtype"] = dtypes[below(random, std::size(dtypes))];
              break;
            case 1:
              shape.push_back(below(random, 4));
              break;
            case 2:
              if (!shape.empty()) shape[below(random, shape.size())] = below(random, 9);
              break;
            case 3:
              name_now = mutated(name);
              break;
            default:
              continue;  // it is gone
          }
        }
        const Json word = entry.value("dtype", Json("F32"));
        const std::string dtype = word.is_string() ? word.get<std::string>() : "F32";
        std::size_t bytes = dtype.ends_with("64") ? 8 : dtype.ends_with("32") ? 4 : dtype.ends_with("16") ? 2 : 1;
        for (const Json& extent : shape) bytes *= extent.is_number_unsigned() && extent < 100 ? extent.get<std::size_t>() : 1;
        if (bytes > 1 << 14) return;
        entry["data_offsets"] = {moved.size(), moved.size() + bytes};
        moved += data.substr(std::min(moved.size(), data.size()), bytes);
        moved.resize(entry["data_offsets"][1].get<std::size_t>());
      }
      result[name_now] = entry;
    }
    header = to_text(result);
    data = moved;
  }
};

std::string changed(const std::string& bytes, Random& random) {
  File file(bytes);
  switch (below(random, 8)) {
    case 0:
      return mutated(bytes);
    case 1:
      file.header = mutated(file.header);
      break;
    case 2:
      file.data = mutated(file.data, 0);
      break;
    case 3:
      file.change_tensor(random);
      break;
    default:
      file.change_metadata(random);
  }
  return file.bytes();
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned int seed) {
  Random random(seed);
  const std::string result = changed({reinterpret_cast<const char*>(data), size}, random);
  if (result.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::ranges::copy(result, reinterpret_cast<char*>(data));
  return result.size();
}
