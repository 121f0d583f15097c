#pragma once

#include <filesystem>
#include <weir/training/file_log.hpp>

namespace weir {

// The rows of CsvLog as lines of JSON, under the same rules:
//   {"epoch":1,"step":938,"loss":0.35,"accuracy":0.9,"learning_rate":0.001,"seconds":0.4}
// JSON has no NaN and no infinities: these are null.
class JsonLinesLog final : public FileLog {
 public:
  explicit JsonLinesLog(std::filesystem::path path, LogOptions options = {});

 private:
  Beginning beginning(std::int64_t step) const override;
  void append_row(std::string& text, const Row& row) const override;
};

}  // namespace weir
