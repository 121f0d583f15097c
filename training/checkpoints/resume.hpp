#pragma once

#include <optional>
#include <string>
#include <vector>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>
#include <weir/formats/tensor_file.hpp>
#include <weir/training/fit.hpp>

#include "training/ranks.hpp"

namespace weir {

// Loads the checkpoint that FitOptions::resume names into the Model, and restores the Model when destroyed before keep(): an error before
// the first step then leaves it unchanged.
class Resumption {
 public:
  // Throws as fit does for `resume`, with the Model unchanged. Does nothing when it is empty or a folder without checkpoints, and on a
  // rank other than 0.
  Resumption(Model& model, const Dataset& train, const FitOptions& options);
  ~Resumption();
  Resumption(const Resumption&) = delete;
  Resumption& operator=(const Resumption&) = delete;

  // Loads the checkpoint of rank 0, whose bytes it sends, on all ranks.
  void share(Ranks& ranks, const Dataset& train, const FitOptions& options);

  bool resumed() const { return !from_.empty(); }
  const std::string& from() const { return from_; }                     // the file; empty when the run begins
  const std::vector<std::string>& damaged() const { return damaged_; }  // messages about newer files that cannot be used
  void keep() { before_.reset(); }

 private:
  struct Before {
    Tensor parameters, state;
    TrainingState training;
  };
  // `path` is the file's name in messages.
  void load(const std::string& path, const TensorFile& file, const Dataset& train, const FitOptions& options);

  Model& model_;
  std::string from_;
  std::vector<std::string> damaged_;
  std::optional<Before> before_;
};

}  // namespace weir
