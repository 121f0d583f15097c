#pragma once

#include <string>
#include <vector>

#include <weir/core/communicator.hpp>

#include "options.hpp"

// Training on several ranks: `mnist --ranks 4` starts mpirun with four processes of mnist_mpi, which is the same program with world.cpp in
// the place of launch.cpp.

inline constexpr std::int64_t micro_batches = 8;  // of a step, for any number of ranks

// True in the program that is to start the ranks, false in a rank.
bool starts_ranks();

// Starts the ranks with these arguments, again after a failure as options.restarts says, and returns the exit code: 130 after Ctrl-C, 143
// after SIGTERM, when all have finished their step and saved. Throws weir::ConfigError for what mpirun would say in many lines or not at
// all: no MPI, a host that is not there, root without Open MPI's permission.
int start_ranks(const TrainOptions& options, const std::vector<std::string>& arguments);

// The ranks that were started; in the other program one.
weir::Communicator the_ranks(const TrainOptions& options);
