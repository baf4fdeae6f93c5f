#define _GNU_SOURCE
#include "CMappedFiles.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

// The handler runs wherever a page is missing, so it uses nothing but these and system calls.
enum { MOST = 4096 };
static struct {
  _Atomic(uintptr_t) start;
  _Atomic(size_t) length;
} ranges[MOST];
// Of the thread that met them: others read other files.
static _Thread_local volatile unsigned long losses;
static struct sigaction before;
static uintptr_t page_size;

static void on_bus_error(int number, siginfo_t *info, void *context) {
  (void)number;
  (void)context;
  int saved = errno;
  uintptr_t address = (uintptr_t)info->si_addr;
  for (int i = 0; i < MOST; i++) {
    uintptr_t start = atomic_load(&ranges[i].start);
    size_t length = atomic_load(&ranges[i].length);
    if (start == 0 || address < start || address - start >= length) continue;
    uintptr_t page = address & ~(page_size - 1);
    // What follows a page that is gone is gone as well.
    size_t rest = start + length - page;
    if (mmap((void *)page, rest, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) break;
    losses++;
    errno = saved;
    return;
  }
  // No file of ours: the fault comes again, and ends the program as it would have.
  sigaction(SIGBUS, &before, NULL);
  errno = saved;
}

static void install(void) {
  page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
  struct sigaction action = {0};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, &before);
}

bool gf_mapped_add(const void *start, size_t length) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, install);
  for (int i = 0; i < MOST; i++) {
    uintptr_t empty = 0;
    if (!atomic_compare_exchange_strong(&ranges[i].start, &empty, (uintptr_t)start)) continue;
    atomic_store(&ranges[i].length, length);
    return true;
  }
  return false;
}

void gf_mapped_remove(const void *start) {
  for (int i = 0; i < MOST; i++) {
    if (atomic_load(&ranges[i].start) != (uintptr_t)start) continue;
    atomic_store(&ranges[i].length, 0);
    atomic_store(&ranges[i].start, 0);
    return;
  }
}

unsigned long gf_mapped_losses(void) { return losses; }
