#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>

#include "tests/support/run.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/training/ranked_runs.hpp"

using namespace weir;
using namespace weir::test;

namespace {

struct Mpi {
  std::string name, mpirun, program;
};

#ifdef WEIR_MPIRUN_openmpi
const Mpi open_mpi{"Open MPI", WEIR_MPIRUN_openmpi " --oversubscribe", WEIR_RANKS_openmpi};
#else
const Mpi open_mpi{"Open MPI", "", ""};
#endif
#ifdef WEIR_MPIRUN_mpich
const Mpi mpich{"MPICH", WEIR_MPIRUN_mpich, WEIR_RANKS_mpich};
#else
const Mpi mpich{"MPICH", "", ""};
#endif

bool is_there(const Mpi& mpi) {
  if (!mpi.mpirun.empty()) return true;
  std::cout << "SKIPPED: " << mpi.name << " is not installed (./weir setup)\n";
  return false;
}

// A test may run as root, on fewer processors than ranks. `seconds`: what it took.
Ran start(const Mpi& mpi, int ranks, const std::string& words, double* seconds = nullptr) {
  const auto begin = std::chrono::steady_clock::now();
  const Ran ran = run("OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMP_NUM_THREADS=1 timeout 120 " + mpi.mpirun + " -n " +
                      std::to_string(ranks) + " " + mpi.program + " " + words);
  if (seconds != nullptr) *seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return ran;
}

const std::string& expected_text() {
  static const std::string text = [] {
    std::string all;
    for (const RankedRun& run : ranked_runs()) {
      for (const DType dtype : {DType::f32, DType::f64}) all += run.name + "\n" + train_on(single(), run, dtype);
    }
    return all;
  }();
  return text;
}

void same_bits(const Mpi& mpi) {
  if (!is_there(mpi)) return;
  const TemporaryFolder folder;
  for (const int ranks : {1, 2, 3, 4, 5, 8}) {
    CAPTURE(ranks);
    const std::string file = (folder / ("result" + std::to_string(ranks))).string();
    const Ran ran = start(mpi, ranks, "train " + file);
    CAPTURE(ran.output);
    REQUIRE(ran.status == 0);
    for (int r = 0; r < ranks; ++r) CHECK(read_bytes(file + "." + std::to_string(r)) == expected_text());
  }
}

// Starting and ending eight processes on a busy machine counts too: what a lone start takes is not the failure's.
void ends_in_time(const Mpi& mpi, const std::string& words, const std::string& message) {
  double start_up = 0, seconds = 0;
  const TemporaryFolder folder;
  CHECK(start(mpi, 4, "size", &start_up).status == 0);
  const Ran ran = start(mpi, 4, words, &seconds);
  CAPTURE(ran.output);
  CAPTURE(words);
  CHECK(ran.status != 0);
  CHECK(ran.status != 124);
  CHECK(ran.prints(message));
  CHECK(seconds - start_up < 5);
}

void failures(const Mpi& mpi) {
  if (!is_there(mpi)) return;
  ends_in_time(mpi, "until 2 throw", "error: the disk is on fire\n");
  ends_in_time(mpi, "until 0 throw", "error: the disk is on fire\n");
  ends_in_time(mpi, "until 1 nan", "error: fit: rank 1: step 4: the output of 1 (trap) is nan at [0, 0]");
  ends_in_time(mpi, "leave", "error: no data\n");
  ends_in_time(mpi, "until 2 kill", "");
  ends_in_time(mpi, "timeout", " has waited 2 s for the others.");
}

void sizes(const Mpi& mpi, const Mpi& other) {
  if (!is_there(mpi)) return;
  Ran ran = start(mpi, 2, "size");
  CHECK(ran.status != 0);
  CHECK(ran.prints("error: mpi_world: there are 2 ranks, expected 4. Start the program with mpirun -n 4.\n"));
  if (!is_there(other)) return;
  ran = start({mpi.name, mpi.mpirun, other.program}, 2, "until 0 throw");
  CHECK(ran.status != 0);
  CAPTURE(ran.output);
  CHECK(ran.prints("error: mpi_world: the launcher has started 2 ranks, and " + other.name));
  CHECK(ran.prints(", with which this program is built, sees one. Start it with the mpirun of " + other.name));
}

void restarts(const Mpi& mpi) {
  if (!is_there(mpi)) return;
  const TemporaryFolder folder;
  const auto train = [&](int ranks, const std::string& name, int dies) {
    return start(mpi, ranks, "resume " + (folder / name).string() + " " + std::to_string(dies));
  };
  CHECK(train(1, "undisturbed", 1000).status == 0);
  CHECK(train(4, "killed", 6).status != 0);
  CHECK_FALSE(std::filesystem::exists(folder / "killed.result"));
  CHECK(train(2, "killed", 6).status == 0);
  CHECK(read_bytes(folder / "killed.result") == read_bytes(folder / "undisturbed.result"));
}

}  // namespace

TEST_CASE("mpi: Open MPI: one to eight ranks give the bits of one process") { same_bits(open_mpi); }
TEST_CASE("mpi: MPICH: one to eight ranks give the bits of one process") { same_bits(mpich); }
TEST_CASE("mpi: Open MPI: a rank that fails ends all within five seconds") { failures(open_mpi); }
TEST_CASE("mpi: MPICH: a rank that fails ends all within five seconds") { failures(mpich); }
TEST_CASE("mpi: Open MPI: a wrong size or launcher is refused") { sizes(open_mpi, mpich); }
TEST_CASE("mpi: MPICH: a wrong size or launcher is refused") { sizes(mpich, open_mpi); }
TEST_CASE("mpi: Open MPI: a killed run goes on to the bits of an undisturbed one") { restarts(open_mpi); }
TEST_CASE("mpi: MPICH: a killed run goes on to the bits of an undisturbed one") { restarts(mpich); }
