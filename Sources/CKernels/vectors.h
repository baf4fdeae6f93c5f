#ifndef VECTORS_H
#define VECTORS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "processors.h"

#define LANES 16
typedef float floats __attribute__((vector_size(64)));
/// Half of them, and these in float64.
typedef float halved __attribute__((vector_size(32)));
typedef double doubles __attribute__((vector_size(64)));
typedef uint32_t words __attribute__((vector_size(64)));
typedef uint16_t halves __attribute__((vector_size(32)));
/// The same numbers where C lets `?:` choose among them, which becomes one instruction.
typedef float choices __attribute__((ext_vector_type(LANES)));

/// min(max(x, low), high); NaN stays NaN.
INLINE void limit(floats *x, float low, float high) {
  const choices least = low, most = high;
  choices value = (choices)*x;
  value = value < least ? least : value;
  value = value > most ? most : value;
  *x = (floats)value;
}

/// 2^x for the fraction of x around 0 by a polynomial, whose exponent then grows by the whole part. For bfloat16 four
/// terms are enough.
INLINE void silu(floats *x, int bf16) {
  floats power = *x * -1.44269504f;
  limit(&power, -126, 126);
  // Adding 1.5 · 2^23 rounds to whole numbers, which are then the lowest bits.
  const floats whole = power + 12582912.0f;
  const floats f = power - (whole - 12582912.0f);
  floats p;
  if (bf16) p = ((0.05550327f * f + 0.2402265f) * f + 0.6931472f) * f + 1.0f;
  else p = ((((0.00133336f * f + 0.00961813f) * f + 0.05550411f) * f + 0.24022651f) * f + 0.69314718f) * f + 1.0f;
  const floats e = (floats)((words)p + ((words)whole << 23));
  *x = *x / (e + 1.0f);
}

#endif
