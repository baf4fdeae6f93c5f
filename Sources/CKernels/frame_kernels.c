#include "frame_kernels.h"

#include <string.h>

#include "processors.h"

/// Copies `count` bytes, mostly few: a call of the library takes longer than to move a dozen channels. Two pieces of
/// one size that overlap stand for any number of bytes between that size and twice as many.
INLINE void copy(char *to, const char *from, size_t count) {
#define PIECES(size)                                                   \
  if (count >= size) {                                                 \
    char head[size], tail[size];                                       \
    memcpy(tail, from + count - size, size);                           \
    for (size_t done = 0; done + size < count; done += size) {         \
      memcpy(head, from + done, size);                                 \
      memcpy(to + done, head, size);                                   \
    }                                                                  \
    memcpy(to + count - size, tail, size);                             \
    return;                                                            \
  }
  PIECES(64)
  PIECES(32)
  PIECES(16)
  PIECES(8)
  PIECES(4)
  PIECES(2)
  PIECES(1)
#undef PIECES
}

INLINE void copy_or_clear(char *to, const char *from, size_t count) {
  if (from) copy(to, from, count);
  else memset(to, 0, count);
}

FOR_EACH_PROCESSOR
void frames_shift(
    const void *x, const void *first, const void *second, void *y, size_t pixels, size_t bytes, size_t first_bytes,
    size_t second_bytes) {
  const char *here = x, *one = first, *two = second;
  char *to = y;
  const size_t moved = first_bytes + second_bytes;
  for (size_t place = 0, end = pixels * bytes; place < end; place += bytes) {
    copy_or_clear(to + place, one ? one + place : NULL, first_bytes);
    copy_or_clear(to + place + first_bytes, two ? two + place + first_bytes : NULL, second_bytes);
    copy(to + place + moved, here + place + moved, bytes - moved);
  }
}
