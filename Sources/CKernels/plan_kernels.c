#include "plan_kernels.h"

#include "vectors.h"

INLINE float widened(uint16_t half) {
  uint32_t bits = (uint32_t)half << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/// To the nearest bfloat16, ties to even; NaN stays NaN.
INLINE uint16_t rounded(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  if (value != value) return (uint16_t)(bits >> 16 | 0x40);
  return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

INLINE float load(const void *array, bool bf16, size_t i) {
  return bf16 ? widened(((const uint16_t *)array)[i]) : ((const float *)array)[i];
}

INLINE void store(float value, void *array, bool bf16, size_t i) {
  if (bf16) ((uint16_t *)array)[i] = rounded(value);
  else ((float *)array)[i] = value;
}

INLINE void load_vector(floats *value, const void *array, bool bf16, size_t i) {
  if (bf16) {
    halves half;
    memcpy(&half, (const uint16_t *)array + i, sizeof half);
    words bits = __builtin_convertvector(half, words) << 16;
    memcpy(value, &bits, sizeof bits);
  } else {
    memcpy(value, (const float *)array + i, sizeof *value);
  }
}

INLINE void store_vector(const floats *value, void *array, bool bf16, size_t i) {
  if (bf16) {
    words bits;
    memcpy(&bits, value, sizeof bits);
    // NaN stays NaN: only one with all lower bits set would not, and arithmetic makes none.
    bits = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
    halves half = __builtin_convertvector(bits, halves);
    memcpy((uint16_t *)array + i, &half, sizeof half);
  } else {
    memcpy((float *)array + i, value, sizeof *value);
  }
}

// MARK: means

INLINE const void *at(const void *array, bool bf16, size_t i) {
  return (const char *)array + i * (bf16 ? sizeof(uint16_t) : sizeof(float));
}

#define UPPER 0xFFFF0000

/// Two vectors from `array` on. Of bfloat16 the first gets the even numbers, the second the odd ones: one instruction
/// each, where in their order it were two.
INLINE void load_two(floats values[2], const void *array, bool bf16, size_t i) {
  if (bf16) {
    words pairs;
    memcpy(&pairs, at(array, true, i), sizeof pairs);
    values[0] = (floats)(pairs << 16);
    values[1] = (floats)(pairs & UPPER);
  } else {
    memcpy(values, at(array, false, i), 2 * sizeof values[0]);
  }
}

/// The reverse.
INLINE void store_two(const floats values[2], void *array, bool bf16, size_t i) {
  void *place = (void *)at(array, bf16, i);
  if (bf16) {
    words even = (words)values[0], odd = (words)values[1];
    even = (even + 0x7FFF + (even >> 16 & 1)) >> 16;
    odd = (odd + 0x7FFF + (odd >> 16 & 1)) & UPPER;
    even |= odd;
    memcpy(place, &even, sizeof even);
  } else {
    memcpy(place, values, 2 * sizeof values[0]);
  }
}

/// Pixels whose sum is made in float32; sums of such sums are float64, so that large maps cost no accuracy.
#define MEAN_PIXELS 64

INLINE void add_wide(doubles wide[2], const floats *sum) {
  wide[0] += __builtin_convertvector(__builtin_shufflevector(*sum, *sum, 0, 1, 2, 3, 4, 5, 6, 7), doubles);
  wide[1] += __builtin_convertvector(__builtin_shufflevector(*sum, *sum, 8, 9, 10, 11, 12, 13, 14, 15), doubles);
}

INLINE void narrow_mean(floats *mean, const doubles wide[2], size_t pixels) {
  const halved low = __builtin_convertvector(wide[0] / (double)pixels, halved);
  const halved high = __builtin_convertvector(wide[1] / (double)pixels, halved);
  *mean = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

/// Adds up to MEAN_PIXELS pixels of up to 32 pairs of vectors of channels: pixels are read from end to end, while the sums
/// stay in the first cache.
INLINE void add_pixels(
    const void *x, bool x_bf16, floats sums[32][2], size_t from, size_t to, size_t channels, size_t pairs) {
  size_t p = from;
  for (; p + 2 <= to; p += 2)
    for (size_t v = 0; v < pairs; v++) {
      floats first[2], second[2];
      load_two(first, x, x_bf16, p * channels + v * 2 * LANES);
      load_two(second, x, x_bf16, (p + 1) * channels + v * 2 * LANES);
      for (size_t k = 0; k < 2; k++) sums[v][k] += first[k] + second[k];
    }
  for (size_t v = 0; p < to && v < pairs; v++) {
    floats last[2];
    load_two(last, x, x_bf16, p * channels + v * 2 * LANES);
    for (size_t k = 0; k < 2; k++) sums[v][k] += last[k];
  }
}

INLINE void vector_means(
    const void *x, bool x_bf16, void *y, bool y_bf16, size_t pixels, size_t channels, size_t pairs) {
  const float factor = 1 / (float)pixels;
  const bool is_large = pixels > MEAN_PIXELS;
  floats sums[32][2] = {{{0}}};
  doubles wide[32][2][2];
  if (is_large) memset(wide, 0, pairs * sizeof wide[0]);
  for (size_t p = 0; p < pixels; p += MEAN_PIXELS) {
    add_pixels(x, x_bf16, sums, p, pixels - p < MEAN_PIXELS ? pixels : p + MEAN_PIXELS, channels, pairs);
    for (size_t v = 0; is_large && v < pairs; v++)
      for (size_t k = 0; k < 2; k++) {
        add_wide(wide[v][k], &sums[v][k]);
        sums[v][k] = (floats){0};
      }
  }
  for (size_t v = 0; v < pairs; v++) {
    floats means[2];
    for (size_t k = 0; k < 2; k++)
      if (is_large) narrow_mean(&means[k], wide[v][k], pixels);
      else means[k] = sums[v][k] * factor;
    if (x_bf16) {
      const floats even = means[0], odd = means[1];
      means[0] = __builtin_shufflevector(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      means[1] = __builtin_shufflevector(even, odd, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    store_vector(&means[0], y, y_bf16, v * 2 * LANES);
    store_vector(&means[1], y, y_bf16, (v * 2 + 1) * LANES);
  }
}

/// Of one vector of channels. Two pixels at a time, as above: a channel's sum is the same wherever its vector is.
INLINE void vector_mean(
    const void *x, bool x_bf16, void *y, bool y_bf16, size_t pixels, size_t channels, size_t c) {
  const bool is_large = pixels > MEAN_PIXELS;
  floats sum = {0}, first, second;
  doubles wide[2] = {{0}};
  for (size_t from = 0; from < pixels; from += MEAN_PIXELS) {
    const size_t to = pixels - from < MEAN_PIXELS ? pixels : from + MEAN_PIXELS;
    size_t p = from;
    for (; p + 2 <= to; p += 2) {
      load_vector(&first, x, x_bf16, p * channels + c);
      load_vector(&second, x, x_bf16, (p + 1) * channels + c);
      sum += first + second;
    }
    if (p < to) {
      load_vector(&first, x, x_bf16, p * channels + c);
      sum += first;
    }
    if (is_large) {
      add_wide(wide, &sum);
      sum = (floats){0};
    }
  }
  if (is_large) narrow_mean(&sum, wide, pixels);
  else sum *= 1 / (float)pixels;
  store_vector(&sum, y, y_bf16, c);
}

INLINE void means(
    const void *x, bool x_bf16, void *y, bool y_bf16, size_t pixels, size_t channels, size_t count) {
  const size_t block = 64 * LANES, whole = count / (2 * LANES) * (2 * LANES);
  for (size_t c = 0; c < whole; c += block) {
    const size_t pairs = (whole - c < block ? whole - c : block) / (2 * LANES);
    vector_means(at(x, x_bf16, c), x_bf16, (void *)at(y, y_bf16, c), y_bf16, pixels, channels, pairs);
  }
  size_t c = whole;
  for (; c + LANES <= count; c += LANES) vector_mean(x, x_bf16, y, y_bf16, pixels, channels, c);
  for (; c < count; c++) {
    double sum = 0;
    for (size_t p = 0; p < pixels; p++) sum += load(x, x_bf16, p * channels + c);
    store((float)(sum / (double)pixels), y, y_bf16, c);
  }
}

FOR_EACH_PROCESSOR
void plan_channel_means(
    const void *x, bool x_bf16, void *y, bool y_bf16, size_t pixels, size_t channels, size_t count) {
  if (x_bf16 && y_bf16) means(x, true, y, true, pixels, channels, count);
  else if (x_bf16) means(x, true, y, false, pixels, channels, count);
  else if (y_bf16) means(x, false, y, true, pixels, channels, count);
  else means(x, false, y, false, pixels, channels, count);
}

// MARK: products with one number per channel

INLINE void scaled(void *x, const void *gate, bool bf16, size_t pixels, size_t channels, size_t count) {
  for (size_t p = 0; p < pixels; p++) {
    size_t c = 0;
    const size_t row = p * channels;
    for (; c + 2 * LANES <= count; c += 2 * LANES) {
      floats values[2], factors[2];
      load_two(values, x, bf16, row + c);
      load_two(factors, gate, bf16, c);
      for (size_t k = 0; k < 2; k++) values[k] *= factors[k];
      store_two(values, x, bf16, row + c);
    }
    for (; c + LANES <= count; c += LANES) {
      floats value, factor;
      load_vector(&value, x, bf16, row + c);
      load_vector(&factor, gate, bf16, c);
      value *= factor;
      store_vector(&value, x, bf16, row + c);
    }
    for (; c < count; c++) store(load(x, bf16, row + c) * load(gate, bf16, c), x, bf16, row + c);
  }
}

FOR_EACH_PROCESSOR
void plan_scale_channels(
    void *x, const void *gate, bool bf16, size_t pixels, size_t channels, size_t count) {
  if (bf16) scaled(x, gate, true, pixels, channels, count);
  else scaled(x, gate, false, pixels, channels, count);
}

INLINE void scaled_shifted(
    const void *x, void *y, bool bf16, const float *scale, const float *shift, float low, float high,
    size_t pixels, size_t channels, size_t y_stride) {
  for (size_t p = 0; p < pixels; p++) {
    const size_t from = p * channels, to = p * y_stride;
    size_t c = 0;
    for (; c + LANES <= channels; c += LANES) {
      floats value, factor, term;
      load_vector(&value, x, bf16, from + c);
      load_vector(&factor, scale, false, c);
      load_vector(&term, shift, false, c);
      value = value * factor + term;
      limit(&value, low, high);
      store_vector(&value, y, bf16, to + c);
    }
    for (; c < channels; c++) {
      const float value = load(x, bf16, from + c) * scale[c] + shift[c];
      store(value < low ? low : value > high ? high : value, y, bf16, to + c);
    }
  }
}

FOR_EACH_PROCESSOR
void plan_scale_shift(
    const void *x, void *y, bool bf16, const float *scale, const float *shift, float low, float high,
    size_t pixels, size_t channels, size_t y_stride) {
  if (bf16) scaled_shifted(x, y, true, scale, shift, low, high, pixels, channels, y_stride);
  else scaled_shifted(x, y, false, scale, shift, low, high, pixels, channels, y_stride);
}

// MARK: SiLU

INLINE void silus(void *x, bool bf16, size_t count) {
  size_t i = 0;
  for (; i + 2 * LANES <= count; i += 2 * LANES) {
    floats values[2];
    load_two(values, x, bf16, i);
    silu(&values[0], bf16);
    silu(&values[1], bf16);
    store_two(values, x, bf16, i);
  }
  for (; i < count; i++) {
    floats value = {load(x, bf16, i)};
    silu(&value, bf16);
    store(value[0], x, bf16, i);
  }
}

FOR_EACH_PROCESSOR
void plan_silu(void *x, bool bf16, size_t count) {
  if (bf16) silus(x, true, count);
  else silus(x, false, count);
}

// MARK: matrix times vector

INLINE float total(const floats *sum) {
  const floats value = *sum;
  typedef float half __attribute__((vector_size(32)));
  typedef float quarter __attribute__((vector_size(16)));
  const half eight = __builtin_shufflevector(value, value, 0, 1, 2, 3, 4, 5, 6, 7)
      + __builtin_shufflevector(value, value, 8, 9, 10, 11, 12, 13, 14, 15);
  const quarter four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3)
      + __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
  return (four[0] + four[2]) + (four[1] + four[3]);
}

/// Adds 2·LANES products to two sums.
INLINE void add_products(floats sums[2], const void *weights, bool bf16, size_t at, const floats x[2]) {
  if (bf16) {
    words pairs;
    memcpy(&pairs, (const uint16_t *)weights + at, sizeof pairs);
    sums[0] += (floats)(pairs << 16) * x[0];
    sums[1] += (floats)(pairs & UPPER) * x[1];
  } else {
    floats weight[2];
    memcpy(weight, (const float *)weights + at, sizeof weight);
    sums[0] += weight[0] * x[0];
    sums[1] += weight[1] * x[1];
  }
}

/// One output; four sums hide the latency of additions.
INLINE float product(const void *row, bool bf16, const float *x, size_t inputs) {
  floats sums[4] = {{0}}, values[2];
  size_t i = 0;
  for (; i + 4 * LANES <= inputs; i += 4 * LANES) {
    memcpy(values, x + i, sizeof values);
    add_products(sums, row, bf16, i, values);
    memcpy(values, x + i + 2 * LANES, sizeof values);
    add_products(sums + 2, row, bf16, i + 2 * LANES, values);
  }
  if (i + 2 * LANES <= inputs) {
    memcpy(values, x + i, sizeof values);
    add_products(sums, row, bf16, i, values);
    i += 2 * LANES;
  }
  if (i + LANES <= inputs) {
    load_vector(&values[0], row, bf16, i);
    load_vector(&values[1], x, false, i);
    sums[3] += values[0] * values[1];
    i += LANES;
  }
  sums[0] = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  float sum = total(sums);
  for (; i < inputs; i++) sum += load(row, bf16, i) * x[i];
  return sum;
}

#define ROWS PLAN_MATRIX_VECTOR_ROWS

/// Several outputs, so that an x that is longer than the first cache is read once for all of them.
INLINE void products(const void *weights, bool bf16, const float *x, float y[ROWS], size_t inputs) {
  floats sums[ROWS][2] = {{{0}}}, values[2];
  size_t i = 0;
  for (; i + 2 * LANES <= inputs; i += 2 * LANES) {
    memcpy(values, x + i, sizeof values);
    for (size_t r = 0; r < ROWS; r++) add_products(sums[r], weights, bf16, r * inputs + i, values);
  }
  for (size_t r = 0; r < ROWS; r++) {
    sums[r][0] += sums[r][1];
    y[r] = total(sums[r]);
    for (size_t k = i; k < inputs; k++) y[r] += load(weights, bf16, r * inputs + k) * x[k];
  }
}

INLINE void matrix_vector(
    const void *weights, bool bf16, const float *x, const float *bias, float *y, size_t inputs,
    size_t outputs) {
  const size_t row = inputs * (bf16 ? sizeof(uint16_t) : sizeof(float));
  // Otherwise one row after the other, so that the weights come from main memory as one stream.
  const bool is_long = inputs > 4096;
  size_t o = 0;
  for (; is_long && o + ROWS <= outputs; o += ROWS)
    products((const char *)weights + o * row, bf16, x, y + o, inputs);
  for (; o < outputs; o++) y[o] = product((const char *)weights + o * row, bf16, x, inputs);
  for (o = 0; bias && o < outputs; o++) y[o] += bias[o];
}

FOR_EACH_PROCESSOR
void plan_matrix_vector(
    const void *weights, bool bf16, const float *x, const float *bias, float *y, size_t inputs,
    size_t outputs) {
  if (bf16) matrix_vector(weights, true, x, bias, y, inputs, outputs);
  else matrix_vector(weights, false, x, bias, y, inputs, outputs);
}

void plan_pair_halves(const float *row, uint16_t *pairs, size_t count) {
  size_t i = 0;
  for (; i + 2 * LANES <= count; i += 2 * LANES)
    for (size_t k = 0; k < LANES; k++) {
      pairs[i + 2 * k] = rounded(row[i + k]);
      pairs[i + 2 * k + 1] = rounded(row[i + LANES + k]);
    }
  for (; i < count; i++) pairs[i] = rounded(row[i]);
}

FOR_EACH_PROCESSOR
void plan_widen(const uint16_t *x, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = widened(x[i]);
}

FOR_EACH_PROCESSOR
void plan_narrow(const float *x, uint16_t *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = rounded(x[i]);
}
