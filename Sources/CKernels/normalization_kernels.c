#include "normalization_kernels.h"

#include <string.h>

#include "processors.h"

#define LANES 8
typedef float floats __attribute__((vector_size(32)));
typedef int words __attribute__((vector_size(32)));
typedef double doubles __attribute__((vector_size(64)));

#define WIDE 64

/// What the loops read for each channel.
typedef struct {
  size_t channels;
  const float *mean, *factor, *shift, *offset, *slope;
} arrays;

/// Narrow pixels are taken several at a time, as one pixel of many channels.
typedef struct {
  float values[5][WIDE];
} copies;

/// How many pixels go into one.
static size_t widen(arrays *given, copies *space) {
  if (given->channels == 0 || given->channels > WIDE / 2) return 1;
  const size_t group = WIDE / given->channels;
  const float **lists[5] = {&given->mean, &given->factor, &given->shift, &given->offset, &given->slope};
  for (size_t k = 0; k < 5; k++) {
    if (!*lists[k]) continue;
    for (size_t i = 0; i < group * given->channels; i++) space->values[k][i] = (*lists[k])[i % given->channels];
    *lists[k] = space->values[k];
  }
  given->channels *= group;
  return group;
}

/// The result before any ReLU: the same expression wherever it is asked for.
INLINE float output(float x, const arrays *a, size_t c) { return (x - a->mean[c]) * a->factor[c] + a->shift[c]; }

// MARK: results

INLINE void results(const arrays *a, bool relu, const float *x, float *y, size_t pixels) {
  for (size_t p = 0; p < pixels; p++, x += a->channels, y += a->channels)
    for (size_t c = 0; c < a->channels; c++) {
      const float value = output(x[c], a, c);
      y[c] = relu && value < 0 ? 0 : value;
    }
}

FOR_EACH_PROCESSOR
void normalize(normalization form, const float *x, float *y, size_t pixels) {
  const arrays narrow = {form.channels, form.mean, form.factor, form.shift, NULL, NULL};
  arrays wide = narrow;
  copies space;
  const size_t group = widen(&wide, &space), whole = pixels / group, done = whole * group * form.channels;
  if (form.relu) {
    results(&wide, true, x, y, whole);
    results(&narrow, true, x + done, y + done, pixels % group);
  } else {
    results(&wide, false, x, y, whole);
    results(&narrow, false, x + done, y + done, pixels % group);
  }
}

// MARK: sums of gradients

INLINE void load(floats *result, const float *x) { memcpy(result, x, sizeof *result); }

/// Of `together` pixels.
INLINE void add_pixels(
    const arrays *a, bool relu, const float *x, const float *gradient, double *sums, double *products,
    size_t together) {
  const floats zero = {0};
  size_t c = 0;
  for (; c + LANES <= a->channels; c += LANES) {
    floats mean, factor, shift;
    load(&mean, a->mean + c);
    load(&factor, a->factor + c);
    load(&shift, a->shift + c);
    doubles sum, product;
    memcpy(&sum, sums + c, sizeof sum);
    memcpy(&product, products + c, sizeof product);
    for (size_t k = 0; k < together; k++) {
      floats value, g;
      load(&value, x + k * a->channels + c);
      load(&g, gradient + k * a->channels + c);
      value -= mean;
      if (relu) g = (floats)((words)g & (words)(value * factor + shift > zero));
      const doubles wide = __builtin_convertvector(g, doubles);
      sum += wide;
      product += wide * __builtin_convertvector(value, doubles);
    }
    memcpy(sums + c, &sum, sizeof sum);
    memcpy(products + c, &product, sizeof product);
  }
  for (; c < a->channels; c++)
    for (size_t k = 0; k < together; k++) {
      const float value = x[k * a->channels + c];
      const double g = relu && !(output(value, a, c) > 0) ? 0 : gradient[k * a->channels + c];
      sums[c] += g;
      products[c] += g * (double)(value - a->mean[c]);
    }
}

/// Four pixels at a time: the sums go through the cache a quarter as often.
INLINE void add(
    const arrays *a, bool relu, const float *x, const float *gradient, double *sums, double *products,
    size_t pixels) {
  size_t p = 0;
  for (; p + 4 <= pixels; p += 4)
    add_pixels(a, relu, x + p * a->channels, gradient + p * a->channels, sums, products, 4);
  for (; p < pixels; p++)
    add_pixels(a, relu, x + p * a->channels, gradient + p * a->channels, sums, products, 1);
}

FOR_EACH_PROCESSOR
void normalization_sums(
    normalization form, const float *x, const float *gradient, double *sums, size_t pixels) {
  const arrays narrow = {form.channels, form.mean, form.factor, form.shift, NULL, NULL};
  arrays wide = narrow;
  copies space;
  const size_t group = widen(&wide, &space), whole = pixels / group, done = whole * group * form.channels;
  double *products = sums + form.channels;
  if (group > 1) {
    double partial[2][WIDE] = {{0}};
    if (form.relu) add(&wide, true, x, gradient, partial[0], partial[1], whole);
    else add(&wide, false, x, gradient, partial[0], partial[1], whole);
    for (size_t i = 0; i < wide.channels; i++) {
      sums[i % form.channels] += partial[0][i];
      products[i % form.channels] += partial[1][i];
    }
  }
  const size_t from = group > 1 ? done : 0, rest = group > 1 ? pixels % group : pixels;
  if (form.relu) add(&narrow, true, x + from, gradient + from, sums, products, rest);
  else add(&narrow, false, x + from, gradient + from, sums, products, rest);
}

// MARK: gradients

INLINE void gradients(const arrays *a, bool relu, const float *x, const float *gradient, float *result, size_t pixels) {
  for (size_t p = 0; p < pixels; p++, x += a->channels, gradient += a->channels, result += a->channels)
    for (size_t c = 0; c < a->channels; c++) {
      const float g = !relu || output(x[c], a, c) > 0 ? gradient[c] : 0;
      result[c] = a->factor[c] * (g - a->offset[c] - (x[c] - a->mean[c]) * a->slope[c]);
    }
}

FOR_EACH_PROCESSOR
void normalization_gradient(
    normalization form, const float *x, const float *gradient, const float *offset, const float *slope,
    float *result, size_t pixels) {
  const arrays narrow = {form.channels, form.mean, form.factor, form.shift, offset, slope};
  arrays wide = narrow;
  copies space;
  const size_t group = widen(&wide, &space), whole = pixels / group, done = whole * group * form.channels;
  if (form.relu) {
    gradients(&wide, true, x, gradient, result, whole);
    gradients(&narrow, true, x + done, gradient + done, result + done, pixels % group);
  } else {
    gradients(&wide, false, x, gradient, result, whole);
    gradients(&narrow, false, x + done, gradient + done, result + done, pixels % group);
  }
}
