#include <iostream>
#include <weir/distributed/mpi.hpp>

int main() {
  const weir::Communicator world = weir::mpi_world();
  std::cout << "rank " << world.rank() << " of " << world.size() << '\n';
}
