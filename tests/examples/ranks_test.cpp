#include <doctest/doctest.h>

#include <unistd.h>

#include <iostream>
#include <string>

#include "tests/support/run.hpp"
#include "tests/support/temporary_folder.hpp"

using weir::test::Ran;
using weir::test::read_bytes;
using weir::test::run;
using weir::test::TemporaryFolder;

namespace {

const std::string as_root = "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 CI=1 ";
const std::string mnist = "\"" MNIST_PROGRAM "\" --dataset digits ";
constexpr bool with_mpi = MNIST_WITH_MPI, open_mpi = MNIST_OPEN_MPI;

bool is_there() {
  if (!with_mpi) std::cout << "SKIPPED: this build has no MPI (./weir setup)\n";
  return with_mpi;
}

// A command that runs `mnist ... --checkpoint folder` in the background and, once there is a checkpoint, does `what`, which may use $pid.
Ran disturbed(const std::string& options, const TemporaryFolder& folder, const std::string& what) {
  const std::string checkpoints = (folder / "run").string();
  return run(as_root + mnist + options + " --checkpoint " + checkpoints + " & pid=$!; for i in $(seq 600); do ls " + checkpoints +
             "/step-*.safetensors >/dev/null 2>&1 && break; sleep 0.1; done; " + what + "; wait $pid");
}

}  // namespace

TEST_CASE("mnist: any number of ranks writes the same model file") {
  if (!is_there()) return;
  const TemporaryFolder folder;
  std::string first;
  for (const char* ranks : {"1", "2", "4"}) {
    const auto file = folder / "model";
    const Ran ran = run(as_root + mnist + "--epochs 3 --ranks " + ranks + " --save " + file.string());
    REQUIRE_MESSAGE(ran.status == 0, ran.output);
    CHECK(ran.prints("epoch 3/3  loss "));
    const std::string bytes = read_bytes(file);
    CHECK(bytes.size() > 4 * 9610);
    if (first.empty()) first = bytes;
    CHECK(bytes == first);
  }
}

TEST_CASE("mnist: Ctrl-C on several ranks saves and ends with 130 and the run goes on") {
  if (!is_there()) return;
  for (const auto& [signal, status] : {std::pair("INT", 130), std::pair("TERM", 143)}) {
    const TemporaryFolder folder;
    const Ran ran = disturbed("--ranks 2 --epochs 1000000", folder, std::string("kill -") + signal + " $pid");
    CAPTURE(ran.output);
    CHECK(ran.status == status);
    CHECK(ran.prints(" steps, saved in " + (folder / "run").string() + ". To go on, type:"));
    const Ran on = disturbed("--ranks 4 --epochs 1000000", folder, std::string("sleep 1; kill -") + signal + " $pid");
    CHECK(on.status == status);
  }
}

TEST_CASE("mnist: a run whose rank was killed is started again and ends in the bits of an undisturbed one") {
  if (!is_there()) return;
  const TemporaryFolder folder;
  const std::string epochs = "--epochs 30 --quiet --save ";
  REQUIRE(run(as_root + mnist + epochs + (folder / "whole").string() + " --ranks 1").status == 0);
  const Ran ran = disturbed(epochs + (folder / "killed").string() + " --ranks 2 --restarts 3", folder,
                            "kill -9 $(pgrep -f '[m]nist_mpi .*" + folder.path().filename().string() + "' | tail -n 1)");
  CAPTURE(ran.output);
  CHECK(ran.status == 0);
  CHECK(ran.prints("Starting again from the last checkpoint, 1 of 3 times."));
  CHECK(read_bytes(folder / "killed") == read_bytes(folder / "whole"));
}

TEST_CASE("mnist: what cannot be started on several ranks is one line") {
  const auto refused = [](const std::string& options, const std::string& environment = as_root) {
    const Ran ran = run(environment + mnist + options);
    CHECK(ran.status != 0);
    return ran.output;
  };
  if (!with_mpi) {
    CHECK(refused("--ranks 2") ==
          "mnist: --ranks needs MPI, which was not there when this was built. ./weir setup installs it; then train again.\n");
    return;
  }
  CHECK(refused("--hosts nowhere.invalid:2").starts_with("mnist: --hosts: nowhere.invalid is not there: "));
  CHECK(refused("--hosts nowhere:x") == "mnist: --hosts: got 'nowhere:x', expected a name and the ranks there, such as a:2,b:2.\n");
  CHECK(refused("--hosts localhost:2 --ranks 3") ==
        "mnist: --hosts has places for 2 ranks, --ranks is 3. Leave --ranks out, or let both agree.\n");
  CHECK(refused("--hosts localhost:9") == "mnist: --ranks: got 9, expected 1 to 8: a step has that many micro-batches.\n");
  CHECK(refused("--ranks 2 --restarts 1") == "mnist: --restarts goes on from a checkpoint. Name a folder with --checkpoint.\n");
  CHECK(refused("--ranks 1 --batch 60")
            .starts_with("mnist: --batch: got 60, expected a multiple of 8 with --ranks, into so many pieces it is cut.\n"));
  if (open_mpi && geteuid() == 0) {
    CHECK(refused("--ranks 2", "env -u OMPI_ALLOW_RUN_AS_ROOT ") ==
          "mnist: Open MPI starts nothing as root unless OMPI_ALLOW_RUN_AS_ROOT=1 and OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 are set. Set both, "
          "or train as another user.\n");
  }
}
