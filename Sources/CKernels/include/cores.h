#ifndef CORES_H
#define CORES_H

// On which core a thread runs: Swift's Glibc has no names for it.

/// The core that the calling thread is on; negative where the system does not say.
int core_of_thread(void);

/// Moves the calling thread to another core that it may use, and leaves it free to go anywhere afterwards.
void core_leave(int core);

#endif
