#pragma once

#include <weir/core/communicator.hpp>

namespace weir {

struct MpiOptions {
  int ranks = 0;         // expected; 0: any number
  double timeout = 600;  // seconds that a call waits for the other ranks before it throws; evaluation and callbacks of rank 0 count too
};

// All processes that mpirun has started, as a Communicator (component weir::mpi). Begins MPI unless the program has, and ends it when the
// program ends. Call it from the thread that uses the Communicator; later calls return the same one. Blocks must be on the CPU.
// When one rank has failed, the calls of all throw, and when such a program ends, however main returns, MPI_Abort ends the processes that
// are left, so that mpirun returns 1. ConfigError when there are not `ranks` of them, or when mpirun belongs to another MPI than this
// program was built with.
Communicator mpi_world(const MpiOptions& options = {});

}  // namespace weir
