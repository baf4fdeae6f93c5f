#include "CAllocations.h"

// Says whether the C library is glibc.
#include <errno.h>
#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define IS_SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(IS_SANITIZED) && !defined(__SANITIZE_ADDRESS__)
#define IS_COUNTED 1
#else
#define IS_COUNTED 0
#endif

// In the memory that every thread has from its start: to reach other thread-local variables, the system may allocate.
#define OF_THREAD static __thread __attribute__((tls_model("initial-exec")))

OF_THREAD bool is_counting;
OF_THREAD int64_t count;

bool allocations_are_counted(void) { return IS_COUNTED; }

void allocations_start(void) {
  count = 0;
  is_counting = true;
}

int64_t allocations_stop(void) {
  is_counting = false;
  return count;
}

#if IS_COUNTED

// glibc's own, under the names that stay when a program has others in their place.
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t members, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void *__libc_valloc(size_t size);
void *__libc_pvalloc(size_t size);

static void note(void) {
  if (is_counting) count++;
}

void *malloc(size_t size) {
  note();
  return __libc_malloc(size);
}

void *calloc(size_t members, size_t size) {
  note();
  return __libc_calloc(members, size);
}

void *realloc(void *block, size_t size) {
  note();
  return __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
  note();
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  note();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
  if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
  note();
  // The function tells of errors by what it returns alone.
  int before = errno;
  void *fresh = __libc_memalign(alignment, size);
  errno = before;
  if (fresh == NULL) return ENOMEM;
  *block = fresh;
  return 0;
}

void *valloc(size_t size) {
  note();
  return __libc_valloc(size);
}

void *pvalloc(size_t size) {
  note();
  return __libc_pvalloc(size);
}

#endif
