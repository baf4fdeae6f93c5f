#include "convolution_kernels.h"

#include "vectors.h"

_Static_assert(PLAN_VECTOR == LANES, "a vector is a vector");

#if defined(__x86_64__)

#include <immintrin.h>

#define UNROLL _Pragma("clang loop unroll(full)")
#define FOR_BFLOAT16 __attribute__((target("arch=x86-64-v4,avx512bf16"), min_vector_width(512)))

bool plan_has_bfloat16_products(void) {
  return __builtin_cpu_supports("x86-64-v4") && __builtin_cpu_supports("avx512bf16");
}

/// Where a tile's channels come from, as in convolution_kernels.c.
struct range {
  const uint16_t *x;
  size_t begin, end, stride;
};

/// Adds the products of a range of pairs of channels to `pixels` × `vectors` sums.
INLINE FOR_BFLOAT16 void add_range(
    const struct plan_pointwise *layer, const struct range *range, const float *weights, __m512 sums[PLAN_PIXELS][3],
    const size_t pixels, const size_t vectors) {
  const size_t pairs = layer->inputs / 2, stride = range->stride;
  const uint16_t *x = range->x;
  for (size_t i = range->begin / 2, end = range->end / 2; i < end; i++) {
    __m512 row[3];
    UNROLL for (size_t v = 0; v < vectors; v++) row[v] = _mm512_loadu_ps(weights + (v * pairs + i) * LANES);
    UNROLL for (size_t p = 0; p < pixels; p++) {
      float pair;
      memcpy(&pair, x + p * stride + 2 * i, sizeof pair);
      const __m512 value = _mm512_set1_ps(pair);
      UNROLL for (size_t v = 0; v < vectors; v++)
        sums[p][v] = _mm512_dpbf16_ps(sums[p][v], (__m512bh)value, (__m512bh)row[v]);
    }
  }
}

/// `pixels` × `vectors` sums, all in registers.
INLINE FOR_BFLOAT16 void tile(
    const struct plan_pointwise *layer, const struct range ranges[3], uint16_t *y, size_t vector, const size_t pixels,
    const size_t vectors) {
  const size_t outputs = layer->outputs;
  const float *weights = layer->weights + vector * (layer->inputs / 2) * LANES;
  __m512 sums[PLAN_PIXELS][3];
  UNROLL for (size_t v = 0; v < vectors; v++) {
    sums[0][v] = _mm512_loadu_ps(layer->bias + (vector + v) * LANES);
    UNROLL for (size_t p = 1; p < pixels; p++) sums[p][v] = sums[0][v];
  }
  // One loop for all: copies of it would keep fewer of its addresses in registers.
  _Pragma("clang loop unroll(disable)")
  for (size_t r = 0; r < 3; r++)
    if (ranges[r].x) add_range(layer, ranges + r, weights, sums, pixels, vectors);
  const __m512 low = _mm512_set1_ps(layer->finish.low), high = _mm512_set1_ps(layer->finish.high);
  UNROLL for (size_t v = 0; v < vectors; v++)
    UNROLL for (size_t p = 0; p < pixels; p++) {
      // The second one is taken where either is NaN, which stays.
      const __m256bh half = _mm512_cvtneps_pbh(_mm512_min_ps(high, _mm512_max_ps(low, sums[p][v])));
      const size_t place = (vector + v) * LANES, left = outputs - place;
      uint16_t *to = y + p * outputs + place;
      if (left >= LANES) memcpy(to, &half, sizeof half);
      else memcpy(to, &half, left * sizeof *to);
    }
}

INLINE FOR_BFLOAT16 const uint16_t *neighbour(
    const struct plan_frames *clips, const uint16_t *x, size_t inputs, size_t frame, ptrdiff_t offset) {
  const ptrdiff_t time = (ptrdiff_t)(frame % clips->frames) + offset;
  return time < 0 || time >= (ptrdiff_t)clips->frames ? NULL : x + offset * (ptrdiff_t)(clips->pixels * inputs);
}

/// The sums of some pixels, of which no tile has those of two frames.
INLINE FOR_BFLOAT16 void tiles(
    const struct plan_pointwise *layer, const struct plan_frames *clips, const uint16_t *x, uint16_t *y, size_t first,
    size_t pixels, size_t vector, const size_t vectors) {
  const size_t inputs = layer->inputs, second = clips->first_channels, rest = second + clips->second_channels;
  const uint16_t *past = clips->past;
  for (size_t pixel = first, end = first + pixels; pixel < end;) {
    const size_t frame = pixel / clips->pixels, stop = (frame + 1) * clips->pixels;
    const size_t left = (stop < end ? stop : end) - pixel;
    const uint16_t *from = x + pixel * inputs;
    uint16_t *to = y + pixel * layer->outputs;
    const struct range ranges[3] = {
      {past ? past + pixel * second : neighbour(clips, from, inputs, frame, clips->first_offset), 0, second,
       past ? second : inputs},
      {neighbour(clips, from, inputs, frame, clips->second_offset), second, rest, inputs},
      {from, rest, inputs, inputs},
    };
    if (left >= PLAN_PIXELS) {
      tile(layer, ranges, to, vector, PLAN_PIXELS, vectors);
      pixel += PLAN_PIXELS;
      continue;
    }
#define REST(count) case count: tile(layer, ranges, to, vector, count, vectors); break;
    switch (left) {
      REST(1) REST(2) REST(3) REST(4) REST(5) REST(6) REST(7) REST(8)
      default: break;
    }
#undef REST
    pixel += left;
  }
}

/// Bytes of input that stay in the second cache, beside the weights of some vectors, while all vectors are computed.
#define BLOCK (384 << 10)

FOR_BFLOAT16
void plan_shifted_pointwise_bf16(
    const struct plan_pointwise *layer, const struct plan_frames *clips, const void *x, void *y, size_t first_pixel,
    size_t pixels, size_t first_vector, size_t vectors) {
  const size_t fitting = BLOCK / sizeof(uint16_t) / layer->inputs / PLAN_PIXELS * PLAN_PIXELS;
  const size_t block = fitting > 0 ? fitting : PLAN_PIXELS;
  for (size_t done = 0; done < pixels; done += block) {
    const size_t first = first_pixel + done, count = pixels - done < block ? pixels - done : block;
    for (size_t v = first_vector, end = first_vector + vectors; v < end;) {
      const size_t left = end - v;
      // Four are two and two: one alone would wait for its weights.
      if (left == 3 || left > 4) {
        tiles(layer, clips, x, y, first, count, v, 3);
        v += 3;
      } else if (left >= 2) {
        tiles(layer, clips, x, y, first, count, v, 2);
        v += 2;
      } else {
        tiles(layer, clips, x, y, first, count, v, 1);
        v += 1;
      }
    }
  }
}

#else

bool plan_has_bfloat16_products(void) { return false; }

void plan_shifted_pointwise_bf16(
    const struct plan_pointwise *layer, const struct plan_frames *clips, const void *x, void *y, size_t first_pixel,
    size_t pixels, size_t first_vector, size_t vectors) {}

#endif
