#pragma once

#include <charconv>
#include <cstdint>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace weir::test {

// Reads expected values that another program computed: named words and named arrays of doubles. The format is described in
// tests/reference/make_training.py; any deviation from it throws, with the offending line.
class Reference {
 public:
  struct Array {
    std::vector<std::int64_t> extents;
    std::vector<double> values;
  };

  explicit Reference(const std::string& path) : path_(path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error(path + ": cannot be read");
    Array* open = nullptr;  // the array whose values the next lines hold
    std::size_t missing = 0;
    for (std::string line; std::getline(file, line);) {
      ++line_;
      std::istringstream words(line);
      if (missing > 0) {
        for (std::string word; words >> word; --missing) {
          if (missing == 0) fail("more values than the array has");
          open->values.push_back(number<double>(word));
        }
      } else if (!line.empty() && line.front() != '#') {
        std::string kind, name;
        words >> kind >> name;
        if (kind == "word") {
          std::string value;
          if (!(words >> value) || !words_.emplace(name, value).second) fail("a word without a value or given twice");
        } else if (kind == "array") {
          open = &begin_array(words, name, missing);
        } else {
          fail("neither word nor array");
        }
        if (words >> kind) fail("more on the line than belongs there");
      }
    }
    if (missing > 0) fail("ends in the middle of an array");
  }

  bool has_word(const std::string& name) const { return words_.contains(name); }
  const std::string& word(const std::string& name) const { return find(words_, name); }
  const Array& array(const std::string& name) const { return find(arrays_, name); }
  bool has_array(const std::string& name) const { return arrays_.contains(name); }
  const std::map<std::string, std::string>& words() const { return words_; }
  const std::map<std::string, Array>& arrays() const { return arrays_; }

  double number(const std::string& name, double otherwise) const { return has_word(name) ? number<double>(word(name)) : otherwise; }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error(path_ + ", line " + std::to_string(line_) + ": " + what);
  }

  template <class T>
  T number(const std::string& word) const {
    T value{};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size()) fail("not a number: " + word);
    return value;
  }

  Array& begin_array(std::istringstream& words, const std::string& name, std::size_t& missing) {
    Array array;
    std::string word;
    if (!(words >> word)) fail("an array without a rank");
    missing = 1;
    for (auto rank = number<std::uint32_t>(word); rank > 0; --rank) {
      if (!(words >> word)) fail("an array with fewer extents than its rank");
      array.extents.push_back(number<std::uint32_t>(word));
      missing *= static_cast<std::size_t>(array.extents.back());
    }
    const auto [place, added] = arrays_.emplace(name, std::move(array));
    if (!added) fail("an array given twice");
    return place->second;
  }

  template <class Map>
  const typename Map::mapped_type& find(const Map& map, const std::string& name) const {
    const auto found = map.find(name);
    if (found == map.end()) throw std::runtime_error(path_ + ": holds no " + name);
    return found->second;
  }

  std::string path_;
  int line_ = 0;
  std::map<std::string, std::string> words_;
  std::map<std::string, Array> arrays_;
};

}  // namespace weir::test
