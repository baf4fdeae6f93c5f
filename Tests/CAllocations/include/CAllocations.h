#ifndef GFNET_C_ALLOCATIONS_H
#define GFNET_C_ALLOCATIONS_H

#include <stdbool.h>
#include <stdint.h>

// Counts what a thread takes from the heap: calls of malloc, calloc, realloc, posix_memalign, aligned_alloc and their
// older kin, from Swift, C and every library of the program alike.
//
// The program that links this target gets these functions from here; they hand on to those of glibc. Freeing stays
// glibc's and is not counted.

// False where the functions are not replaced: with a sanitizer, which replaces them itself, and without glibc.
bool allocations_are_counted(void);

// From now on the calling thread's allocations count, from 0.
void allocations_start(void);

// No more of them count. Returns how many there were since the start.
int64_t allocations_stop(void);

#endif
