#!/bin/sh
# weir_script_test.sh <weir>: what the script promises, over a scratch tree with stand-ins for cmake, ctest, apt-get and the example.
set -u
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failures=0

check() {  # check WHAT GOT EXPECTED
  [ "$2" = "$3" ] && return
  failures=$((failures + 1))
  printf 'FAILED: %s\n--- got\n%s\n--- expected\n%s\n' "$1" "$2" "$3"
}

tool() {  # tool NAME: a stand-in, its body from standard input
  { echo '#!/bin/sh'; cat; } >"$bin/$1"
  chmod +x "$bin/$1"
}

build_tools() {  # what apt-get would have installed; $calls records how cmake is called
  tool c++ <<'END'
exit 0
END
  tool ninja </dev/null
  tool cmake <<'END'
[ "$1" = --version ] && { echo "cmake version 3.25.1"; exit; }
echo "$1" >>"$calls"
case $1 in
  -S)
    shift; root=$1
    while [ $# -gt 0 ]; do [ "$1" = --preset ] && preset=$2; shift; done
    mkdir -p "$root/build/$preset"
    echo "CMAKE_HOME_DIRECTORY:INTERNAL=$root" >"$root/build/$preset/CMakeCache.txt"
    echo >"$root/build/$preset/build.ninja"
    if [ -n "${module:-}" ]; then
      echo "build weir_python: phony" >"$root/build/$preset/build.ninja"
      echo "Python3_EXECUTABLE:FILEPATH=$(command -v python3)" >>"$root/build/$preset/CMakeCache.txt"
    else
      echo "-- weir: without the Python module (no reason)"
    fi
    ;;
  --build)
    [ -n "${broken:-}" ] && { i=1; while [ $i -le 40 ]; do echo "line $i"; i=$((i + 1)); done; exit 3; }
    mkdir -p "$2/examples" "$2/bench" "$2/tests/fuzz"
    for program in examples/mnist bench/bench_cpu tests/fuzz/fuzz_idx; do
      printf '%s\n' '#!/bin/sh' 'echo "in $(pwd -P)"' 'for a; do echo "<$a>"; done' 'exit 7' >"$2/$program"
      chmod +x "$2/$program"
    done
    ;;
esac
END
  tool ctest <<'END'
echo "1/2 Test #1: a/b: c ....   Passed"
for wait in 1 2 3 4 5; do grep -q "Test #1" "$shown" && break; sleep 1; done
grep -q "Test #1" "$shown" || echo "nobody sees this while the next test runs"
echo "2/2 Test #2: a/b: d ....***Skipped"
echo "50% tests passed, 1 tests failed out of 2"
echo "Total Test time"
mkdir -p build/release/Testing/Temporary
echo "SKIPPED: no moon" >build/release/Testing/Temporary/LastTest.log
exit 8
END
}

fresh() {  # a tree, and a PATH that holds what every system has and nothing else
  tree="$scratch/tree of mine"
  bin=$scratch/bin
  rm -rf "$tree" "$bin"
  mkdir -p "$tree" "$bin" "$scratch/prefix/include"
  cp "$weir" "$tree/weir"
  cp "$(dirname "$weir")/CMakePresets.json" "$tree/"
  for header in Eigen/Core nlohmann/json.hpp zlib.h CLI/CLI.hpp doctest/doctest.h; do
    mkdir -p "$(dirname "$scratch/prefix/include/$header")"
    touch "$scratch/prefix/include/$header"
  done
  for name in sh cat dirname mkdir mktemp sed sleep tail head tee sort uniq grep rm cp chmod touch readlink env; do
    ln -s "$(PATH=$system command -v $name)" "$bin/$name"
  done
  tool id <<'END'
echo "$uid"
END
  calls=$scratch/calls shown=$scratch/out
  : >"$calls"
  uid=0
  broken=
  export calls shown uid broken
}

run() {  # run COMMAND...: with that PATH alone; leaves $out, $err, $code
  env -u CXX -u WEIR_NO_INSTALL PATH="$bin" CMAKE_PREFIX_PATH="$scratch/prefix" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
  code=$?
  out=$(cat "$scratch/out")
  err=$(cat "$scratch/err")
}

weir=$1
system=$PATH

fresh
run "$tree/weir"
check "weir alone exits with 0" "$code" 0
check "weir alone prints help" "$(echo "$out" | grep -c '^  ./weir \(train\|predict\|python\|test\|bench\|fuzz\|setup\) ')" 14
run "$tree/weir" fly
check "an unknown verb exits with 2" "$code" 2
check "an unknown verb is named" "$err" "weir: no such command: got fly, expected train, predict, python, test, bench, fuzz, setup or help."

# Nothing installed, and no leave to install.
packages="g++ cmake ninja-build"
install="apt-get update && apt-get install --yes --no-install-recommends $packages"
says() { printf 'weir: missing or too old on this machine: %s. To install, type:\n\n  %s\n' "$packages" "$1"; }
fresh
tool apt-get <<'END'
echo "apt-get $1" >>"$calls"
END
run WEIR_NO_INSTALL=1 "$tree/weir" train
check "WEIR_NO_INSTALL: exits with 1" "$code" 1
check "WEIR_NO_INSTALL: says what to type" "$err" "$(says "$install")"
check "WEIR_NO_INSTALL: installs nothing" "$(cat "$calls")" ""
uid=1000
run "$tree/weir" test
check "neither root nor sudo: says what to type" "$err" "$(says "su -c '$install'")"
tool sudo <<'END'
exit 1
END
run "$tree/weir" predict
check "sudo that asks for a password: says what to type" "$err" "$(says "sudo sh -c '$install'")"
check "without leave nothing was installed" "$(cat "$calls")" ""

rm "$bin/apt-get"
tool brew </dev/null
run "$tree/weir" train
check "brew: says what to type" "$err" "$(says "brew install gcc cmake ninja eigen nlohmann-json cli11 doctest")"
tool dnf </dev/null
run "$tree/weir" train
check "dnf: says what to type" "$err" \
  "$(says "sudo dnf install gcc-c++ cmake ninja-build eigen3-devel json-devel zlib-devel cli11-devel doctest-devel")"

# What setup says: one line for each optional thing.
things="several machines, by Open MPI|libopenmpi-dev openmpi-bin
several machines, by MPICH|libmpich-dev mpich
a browser for tests|chromium chromium-driver
the check of HTML pages|tidy
Python modules in C++|python3-dev pybind11-dev
tests of the Python module|python3-numpy python3-pytest mypy
PNG and JPEG pictures|libpng-dev libjpeg-dev"
each_thing() {  # each_thing FORMAT: of its name and packages
  # shellcheck disable=SC2059
  echo "$things" | while IFS='|' read -r name packages; do printf "weir: $1\n" "$name" "$packages"; done
}
apt_install="apt-get update && apt-get install --yes --no-install-recommends"
optional_tools="mpicxx.openmpi mpirun.openmpi mpicxx.mpich mpirun.mpich chromium chromedriver tidy python3-config python3 mypy"
optional_headers() { mkdir -p "$scratch/prefix/include/pybind11" && (cd "$scratch/prefix/include" && "$1" pybind11/pybind11.h png.h jpeglib.h); }
fresh_without_options() {  # what this machine itself has in /usr/include is not looked at
  fresh
  rm -f "$scratch/prefix/include/pybind11/pybind11.h" "$scratch/prefix/include/png.h" "$scratch/prefix/include/jpeglib.h"
  sed 's|/usr/include /usr/local/include /opt/homebrew/include ||; s|/usr/bin/python3|python3|' "$weir" >"$tree/weir"
}
fresh_without_options
run "$tree/weir" setup
check "setup without a package manager: names Debian's packages" "$code $err" \
  "0 $(each_thing "%s: not there. To install, type: (the packages of your system that hold what Debian calls) %s")"
tool brew </dev/null
run "$tree/weir" setup
check "setup with brew" "$(echo "$err" | sed -n 4p)" "weir: the check of HTML pages: not there. To install, type: brew install tidy-html5"
tool dnf </dev/null
run "$tree/weir" setup
check "setup with dnf" "$(echo "$err" | sed -n 1p)" \
  "weir: several machines, by Open MPI: not there. To install, type: sudo dnf install openmpi-devel"
apt_stand_in() {  # knows no chromium; fails to install tidy; the rest of what it installs is there afterwards
  tool apt-cache <<'END'
case "$*" in *chromium*) exit 100 ;; esac
END
  tool apt-get <<'END'
echo "$DEBIAN_FRONTEND $*" >>"$calls"
[ -z "${broken:-}" ] || exit 100
case "$*" in *tidy*) exit 100 ;; esac
END
}
apt_stand_in
run WEIR_NO_INSTALL=1 "$tree/weir" setup
check "setup with WEIR_NO_INSTALL: says what to type" "$code $err" "0 $(each_thing "%s: not there. To install, type: $apt_install %s")"
uid=1000
run "$tree/weir" setup
check "setup by a user without sudo: says what to type" "$code $err" \
  "0 $(each_thing "%s: not there. To install, type: su -c '$apt_install %s'")"
check "without leave setup installs nothing" "$(cat "$calls")" ""
uid=0
run "$tree/weir" setup
check "setup by root: one that fails leaves the others" "$code
$(echo "$err" | grep -v 'these were the last lines')" "1
$(each_thing "%s: installed %s" | sed \
  -e "s|\(browser for tests\): .*|\1: not there; this system's package lists lack one of chromium chromium-driver|" \
  -e "s|\(HTML pages\): .*|\1: could not be installed. To install, type: $(echo "$apt_install" | sed 's/&/\\&/g') tidy|")"
check "setup updates the lists once and asks nothing" "$(sed -n '1p;2p;$p' "$calls")" "noninteractive -o DPkg::Lock::Timeout=120 update
noninteractive -o DPkg::Lock::Timeout=120 install --yes --no-install-recommends libopenmpi-dev openmpi-bin
noninteractive -o DPkg::Lock::Timeout=120 install --yes --no-install-recommends libpng-dev libjpeg-dev"
broken=1
: >"$calls"
run "$tree/weir" setup
check "setup offline: asks once, and says what to type" "$code $(grep -c . "$calls")
$(echo "$err" | grep -v 'these were the last lines')" "1 1
$(each_thing "%s: could not be installed: apt-get update failed. To install, type: $apt_install %s")"
for name in $optional_tools; do tool "$name" </dev/null; done
optional_headers touch
: >"$calls"
run "$tree/weir" setup
check "setup where all is there: installs nothing" "$code$(cat "$calls") $err" "0 $(each_thing "%s: there%.0s")"
optional_headers rm

# The Python module: what is missing is named or installed, a file runs with it.
python_stand_in() {  # has what $has names, says what it was called with
  tool python3 <<'END'
case "$*" in
  *"import numpy") case $has in *numpy*) exit 0 ;; *) exit 1 ;; esac ;;
  *sysconfig*) case $has in *headers*) exit 0 ;; *) exit 1 ;; esac ;;
esac
echo "PYTHONPATH=$PYTHONPATH"
for a; do echo "<$a>"; done
exit 7
END
}
fresh_without_options
build_tools
tool apt-get </dev/null
run WEIR_NO_INSTALL=1 "$tree/weir" python
check "python: all is missing" "$code $err" "1 weir: missing or too old on this machine: python3-numpy python3-dev pybind11-dev. To install, type:

  $apt_install python3-numpy python3-dev pybind11-dev"
has=numpy
export has
python_stand_in
run WEIR_NO_INSTALL=1 "$tree/weir" python
check "python: without headers" "$(echo "$err" | sed -n 1p)" \
  "weir: missing or too old on this machine: python3-dev pybind11-dev. To install, type:"
rm "$bin/apt-get"
tool dnf </dev/null
run "$tree/weir" python
check "python: dnf" "$(echo "$err" | tail -n 1)" "  sudo dnf install gcc-c++ cmake ninja-build eigen3-devel json-devel zlib-devel \
cli11-devel doctest-devel python3-devel python3-numpy pybind11-devel"
rm "$bin/dnf"
tool brew </dev/null
run "$tree/weir" python
check "python: brew" "$(echo "$err" | tail -n 1)" \
  "  brew install gcc cmake ninja eigen nlohmann-json cli11 doctest python numpy pybind11"
check "python: nothing is built without" "$(cat "$calls")" ""
has="numpy headers"
optional_headers touch
run "$tree/weir" python
check "python: CMake finds no module: says why" "$code $err" "1 weir: without the Python module (no reason)"
module=1
export module
: >"$calls"
run "$tree/weir" python "a file.py" --epochs 3
top=$(cd "$tree" && pwd -P)
check "python: the file, its arguments and exit code" "$code $out" "7 PYTHONPATH=$top/build/release/python
<a file.py>
<--epochs>
<3>"
check "python: configured again when the headers are there" "$(cat "$calls")" "-S
--build"
: >"$calls"
run PYTHONPATH=/mine "$tree/weir" python
check "python: without a file the quick start" "$out" "PYTHONPATH=$top/build/release/python:/mine
<$top/examples/python/quickstart.py>"
check "python: a second run only builds" "$(cat "$calls")" "--build"
optional_headers rm
has='' module=

# A package manager that fails.
fresh
tool apt-get <<'END'
echo "no network"
exit 100
END
run "$tree/weir" train
check "a failed installation: exits with 1" "$code" 1
check "a failed installation: shows the log" "$(echo "$err" | sed -n 2p)" "no network"

# Root: installs, builds, trains; from another folder, through two links, with the arguments and the exit code untouched.
fresh
build_tools
mkdir "$scratch/later"
mv "$bin/cmake" "$bin/c++" "$bin/ninja" "$scratch/later"
tool apt-get <<END
echo "apt-get \$3" >>"\$calls"
if [ "\$3" = install ]; then cp "$scratch"/later/* "$bin"; fi
END
mkdir -p "$scratch/else where"
ln -sf "tree of mine/weir" "$scratch/link"
ln -sf ../link "$scratch/else where/weir"
cd "$scratch/else where" || exit 1
run ./weir train --data "my data" ''
check "train: the example's exit code" "$code" 7
check "train: the example's folder and arguments" "$out" "in $(pwd -P)
<--data>
<my data>
<>"
check "train: installs, configures, builds" "$(cat "$calls")" "apt-get update
apt-get install
-S
--build"

: >"$calls"
run ./weir predict --index 3
check "predict: the example's arguments" "$(echo "$out" | tail -n +2)" "<predict>
<--index>
<3>"
run ./weir bench cpu --filter "W1|b1"
check "bench cpu: the benchmark's exit code" "$code" 7
check "bench cpu: the benchmark's arguments" "$(echo "$out" | tail -n +2)" "<--filter>
<W1|b1>"
tool python3 <<'END'
for a; do echo "<$a>"; done
END
run ./weir bench compare --rounds 1
top=$(cd "$tree" && pwd -P)
check "bench compare: starts the comparison on what was built" "$out" "<$top/bench/compare/compare.py>
<--bench-cpu>
<$top/build/release/bench/bench_cpu>
<--build>
<$top/build/bench-peers>
<--rounds>
<1>"
run ./weir bench
check "bench of nothing exits with 2" "$code" 2
check "bench of nothing says what there is" "$err" "weir: no such benchmark: got none, expected checkpoint, compare, contention, cpu, scale or startup."
tool clang++ </dev/null
run ./weir fuzz idx 5
check "fuzz: the program's exit code" "$code" 7
check "fuzz: what it was given" "$(echo "$out" | sed -n '2p;8,9p')" "<-max_total_time=5>
<$top/build/fuzz/found/idx>
<$top/tests/fuzz/corpus/idx>"
check "fuzz: says where a finding goes" "$(echo "$err" | tail -n 1)" \
  "weir: idx: a finding. Mend it, and put the file that is named above into tests/fuzz/corpus/idx."
run ./weir fuzz png
check "fuzz of nothing says what there is" "$code $err" "2 weir: no such target: got png, expected all, checkpoint, idx or model_file."
run ./weir fuzz idx soon
check "fuzz for no time" "$code $err" "2 weir: the seconds are soon, expected a whole number."
: >"$calls"
run ./weir predict --index 3
check "a second run only builds" "$(cat "$calls")" "--build"
check "a second run says nothing" "$err" ""
: >"$calls"
echo >>"$tree/CMakePresets.json"
run ./weir train
check "changed presets are configured again" "$(cat "$calls")" "-S
--build"

# A build that fails.
broken=1
run ./weir train
check "a failed build: its exit code" "$code" 3
check "a failed build: the last 30 lines of the log" "$(echo "$err" | grep -c '^line ') $(echo "$err" | sed -n 1p)" "30 line 11"
check "a failed build: names the log" "$(echo "$err" | tail -n 1)" \
  "weir: exit code 3; these were the last lines of $(cd "$tree" && pwd -P)/build/logs/release-build.log"
broken=

# A build that takes long: whoever reads along is told every 30 s how far it is. 25 of 100 in the first 30 s leave 90 s.
rm "$bin/sleep"
PATH=$system real_sleep=$(PATH=$system command -v sleep)
tool sleep <<END
echo turn >>"\$turns"
exec "$real_sleep" 0.01
END
turns=$scratch/turns
export turns
: >"$turns"
cp "$bin/cmake" "$scratch/cmake"
tool cmake <<'END'
[ "$1" = --version ] && { echo "cmake version 3.25.1"; exit; }
[ "$1" = --build ] || exit 0
echo "[25/100] Building CXX object a.cpp.o"
while [ "$(grep -c turn "$turns")" -lt 40 ]; do :; done
END
run ./weir train
check "a long build: says how far it is" "$err" "weir: building: [25/100] 25 %, 90 s left"
mv "$scratch/cmake" "$bin/cmake"
rm "$bin/sleep"
ln -s "$real_sleep" "$bin/sleep"

# Tests: each line is there when ctest has written it.
run ./weir test
check "test: ctest's exit code" "$code" 8
check "test: skips are counted before ctest's closing line" "$out" "1/2 Test #1: a/b: c ....   Passed
2/2 Test #2: a/b: d ....***Skipped
Total Test time

      1 SKIPPED: no moon
skipped tests: 1
50% tests passed, 1 tests failed out of 2"

[ $failures -eq 0 ] && echo "the script keeps its word"
[ $failures -eq 0 ]
