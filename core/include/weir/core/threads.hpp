#pragma once

namespace weir {

// How many CPU threads weir's own loops use; the default is OpenMP's (OMP_NUM_THREADS, else the processors there are), 1 in
// a build without OpenMP, which has one thread whatever is asked for.
// The numbers that come out do not depend on it. Throws ConfigError for less than 1. Safe to call from any thread; a call that
// is already running keeps its number.
void set_num_threads(int threads);
int num_threads();

}  // namespace weir
