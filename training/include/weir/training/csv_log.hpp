#pragma once

#include <filesystem>
#include <weir/training/file_log.hpp>

namespace weir {

// Writes what a run measures to a CSV file, in a row for each epoch (or for every so many steps, LogOptions::every), after a line of names:
//   epoch,step,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds
// The columns between step and seconds are the run's quantities (quantity.hpp). `step` counts the Model's steps, also of earlier fits;
// `seconds` those of training in this epoch. Numbers have all their digits and a decimal point in any locale; a missing one is "nan".
//
// A resumed run goes on with the file as it was when its checkpoint was saved: newer rows are dropped. A run that begins replaces an older
// file, when it writes its first row, unless LogOptions::append is set. FileError before the first step also when a file to go on with has
// other columns, or is not the one that the resumed run wrote; the file stays as it is.
class CsvLog final : public FileLog {
 public:
  explicit CsvLog(std::filesystem::path path, LogOptions options = {});

 private:
  Beginning beginning(std::int64_t step) const override;
  void append_row(std::string& text, const Row& row) const override;
};

}  // namespace weir
