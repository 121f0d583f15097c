#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/support/run.hpp"
#include "tests/support/temporary_folder.hpp"

using weir::test::run;
using weir::test::TemporaryFolder;

namespace {

const std::string mnist = "\"" MNIST_PROGRAM "\"";
// Where there is no MNIST to be found and none can be downloaded.
const std::string nowhere = "env -u WEIR_DATA_DIR XDG_CACHE_HOME=/dev/null HOME=/dev/null CI=1 ";

nlohmann::json read_json(const std::filesystem::path& file) { return nlohmann::json::parse(std::ifstream(file)); }

}  // namespace

TEST_CASE("mnist: the digits reach 96 percent with the defaults and the figures are written") {
  const TemporaryFolder folder;
  const auto json = folder / "figures.json";
  const auto ran = run(mnist + " --dataset digits --threads 2 --json " + json.string() + " --csv " + (folder / "epochs.csv").string() +
                       " --tensorboard " + (folder / "run").string());
  REQUIRE_MESSAGE(ran.status == 0, ran.output);
  CHECK(ran.prints("These are the bundled UCI digits (8 x 8 points), not MNIST."));
  CHECK(ran.last_line().starts_with("trained in "));
  CHECK(ran.last_line().find(" 2 threads (--threads), ") != std::string::npos);
  const auto figures = read_json(json);
  CHECK(figures["dataset"] == "digits");
  CHECK(figures["train_samples"] == 1437);
  CHECK(figures["test_samples"] == 360);
  CHECK(figures["parameters"] == 64 * 128 + 128 + 128 * 10 + 10);
  CHECK(figures["epochs"].size() == 100);
  CHECK(figures["test_accuracy"].get<double>() >= 0.96);
  CHECK(figures["test_accuracy"].get<double>() <= 1);
  CHECK(figures["epochs"][99]["validation_accuracy"] == figures["test_accuracy"]);
  CHECK(figures["epochs"][99]["loss"].get<double>() < figures["epochs"][0]["loss"].get<double>());
  CHECK(figures["samples_per_second"].get<double>() == doctest::Approx(100 * 1437 / figures["seconds"].get<double>()).epsilon(1e-9));
  CHECK(figures["threads"] == 2);
  CHECK(figures["device"] == "cpu");
  const std::string rows = weir::test::read_bytes(folder / "epochs.csv");
  CHECK(rows.starts_with("epoch,step,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds\n1,45,"));
  CHECK(std::count(rows.begin(), rows.end(), '\n') == 101);
  CHECK(std::filesystem::directory_iterator(folder / "run")->path().filename().string().starts_with("events.out.tfevents."));
  CHECK(ran.prints("\nepoch 100/100  loss "));
  CHECK(ran.prints(" %  test loss "));
  CHECK(figures["seed"] == 0);
  for (std::size_t begin = 0; begin < ran.output.size();) {
    const std::size_t end = ran.output.find('\n', begin);
    if (ran.output.substr(begin, 5) != "train") CHECK_MESSAGE(end - begin <= 120, ran.output.substr(begin, end - begin));
    begin = end + 1;
  }
}

TEST_CASE("mnist: more threads than weir takes are cut to what it takes") {
  const auto ran = run("OMP_NUM_THREADS=1000 " + mnist + " --dataset digits --epochs 1");
  REQUIRE_MESSAGE(ran.status == 0, ran.output);
  CHECK(ran.last_line().find(" 128 threads (OMP_NUM_THREADS), ") != std::string::npos);
}

TEST_CASE("mnist: any number of threads and any run writes the same model file") {
  const TemporaryFolder folder;
  std::string first;
  for (const char* threads : {"1", "2", "3", "2"}) {
    const auto file = folder / "model";
    REQUIRE(run(mnist + " --dataset digits --epochs 3 --quiet --threads " + threads + " --save " + file.string()).status == 0);
    const std::string bytes = weir::test::read_bytes(file);
    CHECK(bytes.size() > 4 * 9610);
    if (first.empty()) first = bytes;
    CHECK(bytes == first);
  }
  REQUIRE(run(mnist + " --dataset digits --epochs 3 --quiet --seed 1 --save " + (folder / "other").string()).status == 0);
  CHECK(weir::test::read_bytes(folder / "other") != first);
}

TEST_CASE("mnist: predict draws the digit and names it") {
  const TemporaryFolder folder;
  const std::string model = (folder / "model").string();
  REQUIRE(run(mnist + " --dataset digits --epochs 30 --quiet --save " + model).status == 0);
  const auto ran = run(mnist + " predict --model " + model + " --index 3");
  REQUIRE_MESSAGE(ran.status == 0, ran.output);
  CHECK(ran.prints("digits test image 3, a "));
  CHECK(ran.prints("@"));
  CHECK(ran.last_line().starts_with("taken for a "));
  const auto outside = run(mnist + " predict --model " + model + " --index 360");
  CHECK(outside.status == 1);
  CHECK(outside.output == "mnist: --index: got 360, expected 0 to 359.\n");

  const auto picture = folder / "one.pgm";
  weir::test::write_bytes(
      picture, "P2\n# a one\n8 8\n16\n" + [] {
        std::string rows;
        for (int i = 0; i < 8; ++i) rows += "0 0 0 16 16 0 0 0\n";
        return rows;
      }());
  const auto read = run(mnist + " predict --model " + model + " --image " + picture.string());
  CHECK(read.status == 0);
  CHECK(read.last_line() == "taken for a 1");
  weir::test::write_bytes(picture, "P2\n8 8\n16\n0 0");
  CHECK(run(mnist + " predict --model " + model + " --image " + picture.string()).status == 1);
  CHECK(run(mnist + " predict --model /dev/null").status == 1);
}

TEST_CASE("mnist: without MNIST and network it says so in three lines and trains on the digits") {
  if (std::filesystem::exists(MNIST_DATA_FOLDER "/mnist")) {
    std::cout << "SKIPPED: MNIST is in data/mnist\n";
    return;
  }
  const auto ran = run(nowhere + mnist + " --epochs 1");
  CHECK_MESSAGE(ran.status == 0, ran.output);
  CHECK(
      ran.prints("MNIST is neither in data/mnist nor in WEIR_DATA_DIR nor in the cache, and could not be downloaded from its two mirrors.\n"
                 "Instead: the bundled UCI digits, 1,797 images of 8 x 8 points. They are not MNIST.\n"
                 "To get MNIST: "));
  CHECK(ran.prints("not MNIST.\ntrained in"));
  CHECK_FALSE(ran.prints("CMake"));
  const auto required = run(nowhere + mnist + " --require-mnist --epochs 1 --quiet");
  CHECK(required.status == 1);
  CHECK(required.output ==
        "mnist: MNIST is not here and could not be downloaded. To get it: put its four files into data/mnist, or run ./weir "
        "train where there is a network.\n");
}

TEST_CASE("mnist: a number that does not fit its option is refused with the range") {
  const std::string train = nowhere + mnist + " --quiet --dataset digits --epochs 1 ";
  const auto refused = [](const std::string& command, const std::string& option, const std::string& text, const std::string& expected) {
    const auto ran = run(command + option + " '" + text + "'");
    CHECK_MESSAGE(ran.status != 0, option << ' ' << text << ran.output);
    CHECK_MESSAGE(ran.prints(option + ": got '" + text + "', expected " + expected), option << ' ' << text << ": " << ran.output);
  };
  const std::string from_one = "a whole number from 1 to 2147483647.";
  for (const char* text : {"0", "-1", "1e3", "0x10", " 5", "5 ", "", "nan", "inf", "5x", "1.5", "2147483648", "99999999999999999999"}) {
    for (const char* option : {"--epochs", "--batch", "--hidden"}) refused(train, option, text, from_one);
  }
  for (const char* text : {"0", "129", "100000", "99999999999999999999", "2.0"}) {
    refused(train, "--threads", text, "a whole number from 1 to 128.");
  }
  for (const char* text : {"-1", "18446744073709551616", "99999999999999999999", "1e3", "0x10", " 5", ""}) {
    refused(train, "--seed", text, "a whole number from 0 to 18446744073709551615.");
  }
  for (const char* text : {"-0.1", "nan", "inf", "1e400", "0x1p3", "", " 1", "1,5"}) {
    refused(train, "--lr", text, "a finite number of at least 0, such as 0.01 or 1e-3.");
  }
  for (const char* text : {"-1", "1e3", "99999999999999999999", ""}) {
    refused(mnist + " predict --model none ", "--index", text, "a whole number from 0 to 2147483647.");
  }
  CHECK(run(train + "--seed 18446744073709551615 --threads 128 --lr 1e-3 --batch 7").status == 0);
  const auto huge = run(train + "--hidden 2147483647,2147483647");
  CHECK(huge.status == 1);
  CHECK_MESSAGE(huge.output.starts_with("mnist: "), huge.output);
}

TEST_CASE("mnist: output that cannot be written is found before the training") {
  const TemporaryFolder folder;
  weir::test::write_bytes(folder / "file", "kept");
  const std::string file = (folder / "file").string(), none = (folder / "none/file").string(),
                    longer = (folder / std::string(300, 'x')).string();
  for (const std::string option : {"--save ", "--json "}) {
    for (const std::string& place : {folder.path().string(), none, longer, file + "/file", std::string("/dev/full")}) {
      const auto ran = run(nowhere + mnist + " --dataset digits --epochs 1 " + option + place);
      CHECK_MESSAGE(ran.status == 1, option << place);
      CHECK_MESSAGE(ran.output.starts_with("mnist: " + place + ": "), ran.output);  // and no epoch before it
      CHECK_MESSAGE(ran.output.find('\n') == ran.output.size() - 1, ran.output);
    }
    const auto ran = run(nowhere + mnist + " --dataset digits --epochs 1 " + option + "''");
    CHECK_MESSAGE(ran.status != 0, option);
    CHECK_MESSAGE(ran.prints("got an empty name, expected the name of a file."), ran.output);
    CHECK(run(nowhere + mnist + " --dataset digits --epochs 1 --quiet --lr 1e30 " + option + file).status == 1);  // the training fails
    CHECK(weir::test::read_bytes(file) == "kept");
  }
}

TEST_CASE("mnist: a standard output that is full or closed is an error") {
  const TemporaryFolder folder;
  const std::string model = (folder / "model").string();
  REQUIRE(run(mnist + " --dataset digits --epochs 1 --quiet --save " + model + " >/dev/full").status == 0);  // nothing was to be printed
  const std::string bytes = weir::test::read_bytes(model);
  for (const std::string arguments : {"--help", "predict --help", "--dataset digits --epochs 1", "predict --model "}) {
    const std::string command = mnist + " " + arguments + (arguments.ends_with(' ') ? model : "");
    const auto full = run(command + " >/dev/full");
    CHECK_MESSAGE(full.status == 1, command);
    CHECK(full.output.starts_with("mnist: the standard output cannot be written"));  // and why, if it is the last line that fails
    const auto closed = run(command + " >&-");
    CHECK_MESSAGE(closed.status == 1, command);
    CHECK(closed.output.starts_with("mnist: the standard output cannot be written"));
  }
  CHECK(run(mnist + " --dataset digits --epochs 1 --save " + model + " >&-").status == 1);
  CHECK(weir::test::read_bytes(model) == bytes);  // no line of the progress in it
}

TEST_CASE("mnist: what cannot be used is an error and never a reason to fall back") {
  const TemporaryFolder folder;
  for (const std::string options :
       {"--data /nonexistent", "--dataset digits --epochs 0", "--dataset digits --threads 0", "--dataset digits --lr nan",
        "--dataset digits --lr -1", "--dataset digits --batch 0", "--dataset digits --hidden 0", "--dataset digits --activation no",
        "--dataset digits --require-mnist", "--dataset digits --epochs 1 --save /dev/null/model",
        "--dataset digits --epochs 1 --json /dev/null/json", "--dataset digits --epochs 1 --csv /dev/null/csv",
        "--dataset digits --epochs 1 --tensorboard /dev/null/run", "--dataset nothing", "--unknown"}) {
    const auto ran = run(nowhere + mnist + " --quiet " + options);
    CHECK_MESSAGE(ran.status != 0, options);
    CHECK_MESSAGE(ran.status < 128, options);
    CHECK_MESSAGE(!ran.output.empty(), options);
    CHECK_MESSAGE(!ran.prints("digits instead"), options);
  }
  for (const std::string count : {"--epochs", "--batch", "--threads", "--hidden"}) {
    CHECK_MESSAGE(run(nowhere + mnist + " " + count + " 0").prints(count + ": "), count);  // named, and before any data is looked for
  }
  CHECK(run(nowhere + mnist + " --quiet --data " + folder.path().string() + " --dataset mnist").status == 1);
}

TEST_CASE("mnist: a run that is stopped by a signal goes on to the same bits when it is typed again") {
  const TemporaryFolder folder;
  const std::string options = " --dataset digits --epochs 300 --seed 3 --threads ";
  const std::string whole = (folder / "whole.safetensors").string(), stopped = (folder / "stopped.safetensors").string();
  const std::string checkpoints = (folder / "a run of Ann's").string(), quoted = "'" + (folder / "a run of Ann'\\''s").string() + "'";
  REQUIRE(run(mnist + options + "2 --save " + whole).status == 0);
  const std::string typed = options + "1 --save " + stopped + " --checkpoint " + quoted;
  // Sends the signal once the program has printed that.
  const auto interrupt = [&](const std::string& signal, const std::string& printed) {
    const std::string out = (folder / "out").string();
    return run(mnist + typed + " >" + out + " & pid=$!; until grep -q '" + printed + "' " + out + "; do sleep 0.02; done; kill -" + signal +
               " $pid; wait $pid; code=$?; cat " + out + "; exit $code");
  };
  const auto first = interrupt("INT", "^epoch 2/");
  CHECK(first.status == 130);
  CHECK(first.prints(", saved in " + checkpoints + ". To go on, type:\n\n  ./weir train" + typed + "\n"));
  CHECK_FALSE(std::filesystem::exists(stopped));
  const auto second = interrupt("TERM", "^going on from");
  CHECK(second.status == 143);
  CHECK(second.prints("going on from " + checkpoints + "/step-"));
  const auto last = run(mnist + typed);
  REQUIRE_MESSAGE(last.status == 0, last.output);
  CHECK(weir::test::read_bytes(stopped) == weir::test::read_bytes(whole));
  // Typed once more it has nothing left to do, and other options are named.
  CHECK(run(mnist + typed).status == 0);
  const auto other = run(mnist + typed + " --batch 16");
  CHECK(other.status == 1);
  CHECK(other.prints(": was saved by a fit with other options: batch=32, now batch=16."));
}

TEST_CASE("mnist: a checkpoint that Ctrl-C could not save is not said to be saved") {
  const TemporaryFolder folder;
  const std::string checkpoints = (folder / "run").string(), out = (folder / "out").string();
  const auto ran = run(mnist + " --dataset digits --epochs 100000 --checkpoint " + checkpoints + " >" + out +
                       " & pid=$!; until grep -q '^epoch 1/' " + out + "; do sleep 0.02; done; until rm -r " + checkpoints +
                       " 2>/dev/null; do :; done; kill -INT $pid; wait $pid; code=$?; cat " + out + "; exit $code");
  CHECK(ran.status == 130);
  CHECK(ran.prints("; they could not be saved in " + checkpoints + ". To go on from what is there, type:\n\n  ./weir train "));
}

TEST_CASE("mnist: two options that name the same file are refused before the training") {
  const TemporaryFolder folder;
  const std::string name = (folder / "a").string();
  const auto ran = run(mnist + " --dataset digits --epochs 1 --checkpoint " + name + " --save " + name);
  CHECK(ran.status == 1);
  CHECK(ran.prints("mnist: --save and --checkpoint both name " + name + ". Name another for one of them."));
  CHECK_FALSE(std::filesystem::exists(name));
}

TEST_CASE("mnist: a run without checkpoints that is stopped saves the model as it is") {
  const TemporaryFolder folder;
  const std::string saved = (folder / "a.safetensors").string(), csv = (folder / "epochs.csv").string();
  const auto ran = run(mnist + " --dataset digits --epochs 100000 --save " + saved + " --csv " + csv + " & pid=$!; until [ -s " + csv +
                       " ]; do sleep 0.02; done; kill -INT $pid; wait $pid");
  CHECK(ran.status == 130);
  CHECK(ran.prints("; the model as it is then was saved in " + saved + "."));
  CHECK(run(mnist + " predict --model " + saved).status == 0);
}
