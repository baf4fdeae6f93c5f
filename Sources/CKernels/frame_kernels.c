#include "frame_kernels.h"

#include "vectors.h"

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

/// Pixel by pixel, range by range.
INLINE void copy_ranges(
    const char *x, const char *first, const char *second, char *y, size_t pixels, size_t bytes, size_t first_bytes,
    size_t second_bytes) {
  const size_t moved = first_bytes + second_bytes;
  for (size_t place = 0, end = pixels * bytes; place < end; place += bytes) {
    copy_or_clear(y + place, first ? first + place : NULL, first_bytes);
    copy_or_clear(y + place + first_bytes, second ? second + place + first_bytes : NULL, second_bytes);
    copy(y + place + moved, x + place + moved, bytes - moved);
  }
}

/// The most bytes of a pixel, and the most vectors of a group of them, for which it pays to put vectors together.
#define MOST_BYTES 128
#define MOST_VECTORS 4

/// Which bytes of a group of pixels come from which frame.
struct choice {
  words first[MOST_VECTORS], second[MOST_VECTORS], rest[MOST_VECTORS];
};

/// Vector by vector, each put together from the three frames, for groups of pixels that fill `vectors` of them.
INLINE void blend(
    const char *x, const char *first, const char *second, char *y, size_t groups, const struct choice *choice,
    size_t vectors) {
  for (size_t group = 0; group < groups; group++)
    for (size_t v = 0; v < vectors; v++) {
      const size_t place = (group * vectors + v) * sizeof(words);
      words here, one, two;
      memcpy(&here, x + place, sizeof here);
      memcpy(&one, first + place, sizeof one);
      memcpy(&two, second + place, sizeof two);
      here = (here & choice->rest[v]) | (one & choice->first[v]) | (two & choice->second[v]);
      memcpy(y + place, &here, sizeof here);
    }
}

FOR_EACH_PROCESSOR
void frames_shift(
    const void *x, const void *first, const void *second, void *y, size_t pixels, size_t bytes, size_t first_bytes,
    size_t second_bytes) {
  const char *here = x, *one = first, *two = second;
  char *to = y;
  // Pixels of a group: they fill whole vectors.
  size_t group = 1;
  while (group * bytes % sizeof(words) != 0 && group * bytes <= MOST_VECTORS * sizeof(words)) group *= 2;
  const size_t vectors = group * bytes / sizeof(words), moved = first_bytes + second_bytes;
  size_t done = 0;
  if (bytes <= MOST_BYTES && group * bytes % sizeof(words) == 0 && vectors <= MOST_VECTORS && pixels >= 32 * group) {
    struct choice choice;
    memset(&choice, 0, sizeof choice);
    for (size_t place = 0; place < group * bytes; place += bytes) {
      // What comes from a frame that is not there is zero.
      if (one) memset((char *)choice.first + place, 0xFF, first_bytes);
      if (two) memset((char *)choice.second + place + first_bytes, 0xFF, second_bytes);
      memset((char *)choice.rest + place + moved, 0xFF, bytes - moved);
    }
    blend(here, one ? one : here, two ? two : here, to, pixels / group, &choice, vectors);
    done = pixels / group * group;
  }
  const size_t place = done * bytes;
  copy_ranges(
      here + place, one ? one + place : NULL, two ? two + place : NULL, to + place, pixels - done, bytes, first_bytes,
      second_bytes);
}

FOR_EACH_PROCESSOR
void frames_follow(const void *x, const void *past, void *y, size_t pixels, size_t bytes, size_t past_bytes) {
  const char *here = x, *before = past;
  char *to = y;
  for (size_t pixel = 0; pixel < pixels; pixel++) {
    copy(to + pixel * bytes, before + pixel * past_bytes, past_bytes);
    copy(to + pixel * bytes + past_bytes, here + pixel * bytes + past_bytes, bytes - past_bytes);
  }
}
