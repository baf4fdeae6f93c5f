#define _GNU_SOURCE
#include "cores.h"

#include <sched.h>

#if defined(__linux__)

#include <malloc.h>

void heap_trim(void) { malloc_trim(0); }

int core_of_thread(void) { return sched_getcpu(); }

void core_leave(int core) {
  cpu_set_t allowed;
  if (core < 0 || core >= CPU_SETSIZE || sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  cpu_set_t others = allowed;
  CPU_CLR(core, &others);
  if (CPU_COUNT(&others) == 0) return;
  // The first call moves it, the second frees it again.
  if (sched_setaffinity(0, sizeof others, &others) == 0) sched_setaffinity(0, sizeof allowed, &allowed);
}

#else

void heap_trim(void) {}
int core_of_thread(void) { return -1; }
void core_leave(int core) { (void)core; }

#endif
