#pragma once

#include <string>
#include <weir/core/config.hpp>
#include <weir/core/model.hpp>
#include <weir/data/dataset.hpp>
#include <weir/training/fit.hpp>

namespace weir {

// The options of a fit that decide its numbers, under their names in FitOptions, and its data: their size and a digest. Threads, callbacks,
// epochs and validation data are not among them. Sample weights are their CRC-32.
Config run_options(const Dataset& train, const FitOptions& options);

// The CRC-32 of the values' bytes, as a word.
std::string digest_of(const ConstTensorView& values);

// What differs, in words; empty when nothing does.
std::string difference(const Config& saved, const Config& own);

}  // namespace weir
