#include "pixel_kernels.h"

#include "vectors.h"

typedef uint8_t bytes __attribute__((vector_size(16)));
typedef int32_t integers __attribute__((vector_size(64)));
/// A pixel: three channels, and a number that does not count.
typedef float pixel __attribute__((vector_size(16)));

INLINE void load_bytes(floats *values, const uint8_t *x) {
  bytes narrow;
  memcpy(&narrow, x, sizeof narrow);
  *values = __builtin_convertvector(__builtin_convertvector(narrow, integers), floats);
}

INLINE void blend(const uint8_t *const *rows, const float *weights, size_t taps, float *y, size_t count) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    floats sum = {0};
    for (size_t t = 0; t < taps; t++) {
      floats values;
      load_bytes(&values, rows[t] + i);
      sum += values * weights[t];
    }
    memcpy(y + i, &sum, sizeof sum);
  }
  for (; i < count; i++) {
    float sum = 0;
    for (size_t t = 0; t < taps; t++) sum += (float)rows[t][i] * weights[t];
    y[i] = sum;
  }
}

FOR_EACH_PROCESSOR
void pixel_blend(const uint8_t *const *rows, const float *weights, size_t taps, float *y, size_t count) {
  // A number that is known lets the compiler keep weights and addresses in registers.
  if (taps == 4) blend(rows, weights, 4, y, count);
  else if (taps == 2) blend(rows, weights, 2, y, count);
  else blend(rows, weights, taps, y, count);
}

INLINE void resample_rgb(
    const float *x, const int32_t *inputs, const float *weights, size_t taps, const float *scale,
    const float *shift, float *y, size_t outputs) {
  pixel factor, offset;
  memcpy(&factor, scale, sizeof factor);
  memcpy(&offset, shift, sizeof offset);
  for (size_t o = 0; o < outputs; o++) {
    pixel sum = {0};
    for (size_t t = o * taps; t < (o + 1) * taps; t++) {
      pixel value;
      memcpy(&value, x + 3 * inputs[t], sizeof value);
      sum += value * weights[t];
    }
    sum = sum * factor + offset;
    // The fourth number is where the next pixel begins, which comes later; after the last there is nothing.
    if (o + 1 < outputs) memcpy(y + 3 * o, &sum, sizeof sum);
    else memcpy(y + 3 * o, &sum, 3 * sizeof(float));
  }
}

FOR_EACH_PROCESSOR
void pixel_resample_rgb(
    const float *x, const int32_t *inputs, const float *weights, size_t taps, const float *scale,
    const float *shift, float *y, size_t outputs) {
  if (taps == 4) resample_rgb(x, inputs, weights, 4, scale, shift, y, outputs);
  else if (taps == 2) resample_rgb(x, inputs, weights, 2, scale, shift, y, outputs);
  else resample_rgb(x, inputs, weights, taps, scale, shift, y, outputs);
}

FOR_EACH_PROCESSOR
void pixel_resample_grey(
    const float *x, const int32_t *inputs, const float *weights, size_t taps, const float *scale,
    const float *shift, float *y, size_t outputs) {
  for (size_t o = 0; o < outputs; o++) {
    float sum = 0;
    for (size_t t = o * taps; t < (o + 1) * taps; t++) sum += x[inputs[t]] * weights[t];
    for (size_t c = 0; c < 3; c++) y[3 * o + c] = sum * scale[c] + shift[c];
  }
}

FOR_EACH_PROCESSOR
void pixel_normalize(const uint8_t *x, const float *scale, const float *shift, float *y, size_t count) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    floats values, factors, terms;
    load_bytes(&values, x + i);
    memcpy(&factors, scale + i, sizeof factors);
    memcpy(&terms, shift + i, sizeof terms);
    values = values * factors + terms;
    memcpy(y + i, &values, sizeof values);
  }
  for (; i < count; i++) y[i] = (float)x[i] * scale[i] + shift[i];
}
