#pragma once

#include <atomic>

// From now on Ctrl-C and SIGTERM set the flag that is returned, so that the program can end in order; a second one ends it at once. So does
// SIGUSR1, which mpirun passes on to its ranks.
const std::atomic<bool>& stop_on_signals();

// The exit code of a program that was ended by the signal (130, 143); 0 when none came.
int interrupted();
