#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <weir/core/tensor.hpp>

namespace weir {

// What training keeps between steps besides the parameters. Made by the first fit and outlives it, so that a second fit goes on where
// the first stopped and a checkpoint can hold it.
struct TrainingState {
  std::uint64_t step = 0;       // steps taken
  std::uint64_t epoch = 0;      // epochs begun
  std::string optimizer;        // describe() of the optimizer that the moments belong to; empty before the first
  std::vector<Tensor> moments;  // each [all parameters], in the Model's dtype and on its device

  std::string schedule;                 // describe() of the schedule that the next two belong to; empty before the first
  std::uint64_t schedule_time = 0;      // steps or epochs that it has counted
  std::vector<double> schedule_memory;  // what it remembers of them
};

}  // namespace weir
