#include <utility>
#include <weir/training/csv_log.hpp>

#include "core/text.hpp"

namespace weir {

CsvLog::CsvLog(std::filesystem::path path, LogOptions options) : FileLog("csv_log", std::move(path), std::move(options)) {}

FileLog::Beginning CsvLog::beginning(std::int64_t) const {
  std::string names = "epoch,step,";
  for (const std::string& column : columns()) names += column + ",";
  names += "seconds\n";
  return {names, names};
}

void CsvLog::append_row(std::string& text, const Row& row) const {
  append_number(text, row.epoch);
  text += ',';
  append_number(text, row.step);
  text += ',';
  for (const double value : row.values) {
    append_number(text, value);
    text += ',';
  }
  append_number(text, row.seconds);
  text += '\n';
}

}  // namespace weir
