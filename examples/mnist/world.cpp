#include <weir/core/error.hpp>
#include <weir/distributed/mpi.hpp>

#include "ranks.hpp"

bool starts_ranks() { return false; }

int start_ranks(const TrainOptions&, const std::vector<std::string>&) { throw weir::ConfigError("ranks start no ranks."); }

weir::Communicator the_ranks(const TrainOptions& options) {
  return weir::mpi_world({.ranks = static_cast<int>(options.ranks.value_or(0)), .timeout = 60});
}
