// Trains on several processes, on one machine or on many: the same program for any number, with the same result to the bit.
// Run: mpirun -n 4 build/release/examples/distributed, or without mpirun (takes about a second). distributed/README.md has more.
// Last two lines to expect, the numbers the same for any number of ranks: "4 ranks, loss ...", "... % of the test digits are recognised"

#include <iomanip>
#include <iostream>

#include <weir/distributed/mpi.hpp>
#include <weir/weir.hpp>

#ifndef DIGITS_FOLDER
#define DIGITS_FOLDER "data/digits"
#endif

int main() try {
  const weir::Communicator world = weir::mpi_world();           // in a program without MPI: weir::single()
  const auto [train, test] = weir::load_digits(DIGITS_FOLDER);  // every rank is given all of the data
  weir::Model model(weir::sequential({64}, weir::Dense(64), weir::ReLU(), weir::Dense(10)), {.max_batch = 64, .seed = 1});
  const weir::History history = weir::fit(model, train,
                                          {.loss = weir::SoftmaxCrossEntropy(),
                                           .optimizer = weir::Adam({.lr = 0.003}),
                                           .epochs = 20,
                                           .batch = 8,
                                           .accumulate = 8,  // a step of 64 samples in 8 pieces, which are dealt to the ranks
                                           .communicator = world});
  const weir::Evaluation tested = weir::evaluate(model, test, weir::SoftmaxCrossEntropy(), {}, world);
  if (!world.is_first()) return 0;
  std::cout << world.size() << " ranks, loss " << std::setprecision(17) << history.epochs.back().loss << '\n'
            << std::setprecision(4) << 100 * *tested.accuracy << " % of the test digits are recognised\n";
} catch (const weir::Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
