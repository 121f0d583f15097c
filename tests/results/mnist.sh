#!/bin/sh
# Trains the MNIST example as the README says and writes what it reached to mnist.md beside this file.
# Usage: tests/results/mnist.sh [OPTIONS of the example, such as --data DIR]   (about two minutes on two cores)
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
json=$(mktemp)
trap 'rm -f "$json"' EXIT

# field NAME: a number or word at the top level of the figures.
field() { sed -n "s/^  \"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}\$/\1/p" "$json"; }

row() {
  label=$1
  shift
  "$here/../../weir" train --quiet --require-mnist --optimizer adam "$@" --json "$json"
  printf '| %s | %s | %s | %s | %s |\n' "$label" "$(field seed)" "$(field test_accuracy)" "$(field test_loss | cut -c1-6)" "$(field threads)"
}

{
  echo '# MNIST, 60,000 training and 10,000 test images, Adam at its defaults'
  echo
  echo 'Made by `tests/results/mnist.sh`. PyTorch with the same settings: 97.1 to 97.6 %, and 97.9 % for the wide network.'
  echo
  echo '| network, batch, epochs | seed | test accuracy | test loss | threads |'
  echo '| --- | --- | --- | --- | --- |'
  for seed in 1 2 3; do
    row '784-128-10, 64, 5' --epochs 5 --batch 64 --seed $seed "$@"
  done
  row '784-512-512-10, 128, 10' --hidden 512,512 --batch 128 --epochs 10 --seed 1 "$@"
} >"$json.md"
mv "$json.md" "$here/mnist.md"
cat "$here/mnist.md"
