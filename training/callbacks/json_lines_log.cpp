#include <cmath>
#include <utility>
#include <weir/training/json_lines_log.hpp>

#include "core/text.hpp"

namespace weir {

JsonLinesLog::JsonLinesLog(std::filesystem::path path, LogOptions options)
    : FileLog("json_lines_log", std::move(path), std::move(options)) {}

FileLog::Beginning JsonLinesLog::beginning(std::int64_t) const { return {"", "{\"epoch\":"}; }

void JsonLinesLog::append_row(std::string& text, const Row& row) const {
  text += "{\"epoch\":";
  append_number(text, row.epoch);
  text += ",\"step\":";
  append_number(text, row.step);
  for (std::size_t i = 0; i < row.columns.size(); ++i) {
    text += ",\"";
    text += row.columns[i];
    text += "\":";
    std::isfinite(row.values[i]) ? append_number(text, row.values[i]) : void(text += "null");
  }
  text += ",\"seconds\":";
  append_number(text, row.seconds);
  text += "}\n";
}

}  // namespace weir
