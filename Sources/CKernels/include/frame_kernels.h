#ifndef FRAME_KERNELS_H
#define FRAME_KERNELS_H

#include <stddef.h>

/// Pixels of one frame with some channels of two other frames. A pixel has `bytes` bytes: the first `first_bytes` are
/// those of `first`, the next `second_bytes` those of `second`, and the others those of `x`. A frame that is null is all
/// zeros.
void frames_shift(
    const void *x, const void *first, const void *second, void *y, size_t pixels, size_t bytes, size_t first_bytes,
    size_t second_bytes);

/// Pixels of one frame whose first `past_bytes` come from `past`, where those of all pixels lie one after the other.
void frames_follow(const void *x, const void *past, void *y, size_t pixels, size_t bytes, size_t past_bytes);

#endif
