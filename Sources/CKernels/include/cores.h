#ifndef CORES_H
#define CORES_H

// What Swift's Glibc has no names for: on which core a thread runs, and the C library's heap.

/// The core that the calling thread is on; negative where the system does not say.
int core_of_thread(void);

/// Moves the calling thread to another core that it may use, and leaves it free to go anywhere afterwards.
void core_leave(int core);

/// Returns freed blocks that the C library keeps to the system.
void heap_trim(void);

#endif
