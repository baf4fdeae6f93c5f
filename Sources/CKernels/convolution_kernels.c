#include "convolution_kernels.h"

#include "vectors.h"

_Static_assert(PLAN_VECTOR == LANES, "a vector is a vector");

// Sums stay in registers, of which only the widest vectors have enough: one version, for processors that have them.
#if defined(__x86_64__)
#define FOR_WIDE_VECTORS __attribute__((target("arch=x86-64-v4"), min_vector_width(512)))

bool plan_has_vectors(void) { return __builtin_cpu_supports("x86-64-v4"); }
#else
#define FOR_WIDE_VECTORS

bool plan_has_vectors(void) { return false; }
#endif

#define UNROLL _Pragma("clang loop unroll(full)")

/// The last vector of a pixel, where fewer than LANES channels are left.
static void load_some(floats *value, const float *x, size_t count) {
  *value = (floats){0};
  for (size_t i = 0; i < count; i++) (*value)[i] = x[i];
}

static void store_some(const floats *value, float *x, size_t count) {
  for (size_t i = 0; i < count; i++) x[i] = (*value)[i];
}

INLINE void load(floats *value, const float *x, size_t count) {
  if (count >= LANES) {
    memcpy(value, x, sizeof *value);
  } else if (count == LANES / 2) {
    // The most frequent one.
    *value = (floats){0};
    memcpy(value, x, sizeof *value / 2);
  } else {
    load_some(value, x, count);
  }
}

INLINE void store(const floats *value, float *x, size_t count) {
  if (count >= LANES) memcpy(x, value, sizeof *value);
  else if (count == LANES / 2) memcpy(x, value, sizeof *value / 2);
  else store_some(value, x, count);
}

INLINE void hard_swish(floats *x) {
  floats gate = *x * (1.0f / 6) + 0.5f;
  limit(&gate, 0, 1);
  *x *= gate;
}

/// Replaces sums by what the layer's function makes of them. A code without a case gives NaN, which no test overlooks.
INLINE void apply(floats *x, const struct plan_finish *with) {
  switch (with->function) {
    case PLAN_LIMIT: limit(x, with->low, with->high); return;
    case PLAN_HARD_SWISH: hard_swish(x); return;
    case PLAN_SILU: silu(x, 0); return;
  }
  *x *= __builtin_nanf("");
}

/// True for functions that are so short that they are applied where the sums are, in registers. Whoever asks this tells
/// the two apart by `is_limit`; a third one needs its case there. All others go through `finish`.
INLINE int is_short(enum plan_function function) {
  return function == PLAN_LIMIT || function == PLAN_HARD_SWISH;
}

/// Stores `pixels` × `vectors` sums, of whose channels `count` are left.
static FOR_WIDE_VECTORS void finish(
    const floats *sums, float *y, size_t pixels, size_t vectors, size_t channels, size_t count,
    const struct plan_finish *with) {
  for (size_t p = 0; p < pixels; p++)
    for (size_t v = 0; v < vectors; v++) {
      float *place = y + p * channels + v * LANES;
      const size_t left = count - v * LANES;
      floats value = sums[p * vectors + v];
      if (with->adds) {
        floats before;
        load(&before, place, left);
        value += before;
      }
      apply(&value, with);
      store(&value, place, left);
    }
}

// MARK: 1×1

/// Where a tile's channels come from: those from `begin` on of the pixels from `x` on, which are
/// `stride` numbers apart; zeros where `x` is null.
struct range {
  const float *x;
  size_t begin, end, stride;
};

/// Adds the products of a range of channels to `pixels` × `vectors` sums.
INLINE void add_range(
    const struct plan_pointwise *layer, const struct range *range, const float *weights, floats sums[PLAN_PIXELS][3],
    const size_t pixels, const size_t vectors, const int is_first) {
  const size_t inputs = layer->inputs, stride = range->stride;
  const float *x = range->x;
  for (size_t i = range->begin, end = range->end; i < end; i++) {
    floats row[3];
    UNROLL for (size_t v = 0; v < vectors; v++) {
      const float *place = weights + (v * inputs + i) * LANES;
      memcpy(&row[v], place, sizeof(floats));
      // What the next channels need: the processor's own guess ends with each vector.
      if (is_first) __builtin_prefetch(place + vectors * inputs * LANES, 0, 2);
    }
    UNROLL for (size_t p = 0; p < pixels; p++) {
      const choices value = x[p * stride + i];
      UNROLL for (size_t v = 0; v < vectors; v++) sums[p][v] += (floats)value * row[v];
    }
  }
}

/// `pixels` × `vectors` sums, all in registers, over all channels, which are in one to three ranges. The first tile of
/// some channels, and a smaller last one, fetch the weights of the next ones.
INLINE void tile(
    const struct plan_pointwise *layer, const struct range *ranges, const size_t count, float *y, size_t vector,
    const size_t pixels, const size_t vectors, const int is_first) {
  const size_t inputs = layer->inputs, outputs = layer->outputs;
  const float *weights = layer->weights + vector * inputs * LANES;
  floats sums[PLAN_PIXELS][3];
  UNROLL for (size_t v = 0; v < vectors; v++) {
    memcpy(&sums[0][v], layer->bias + (vector + v) * LANES, sizeof(floats));
    UNROLL for (size_t p = 1; p < pixels; p++) sums[p][v] = sums[0][v];
  }
  // One loop for all: copies of it would keep fewer of its addresses in registers.
  _Pragma("clang loop unroll(disable)")
  for (size_t r = 0; r < count; r++)
    if (count == 1 || ranges[r].x) add_range(layer, ranges + r, weights, sums, pixels, vectors, is_first);
  const size_t left = outputs - vector * LANES;
  const struct plan_finish *with = &layer->finish;
  float *place = y + vector * LANES;
  // Where sums are most of the work there is no detour through memory.
  if (pixels == PLAN_PIXELS && left >= vectors * LANES && !with->adds && is_short(with->function)) {
    const int is_limit = with->function == PLAN_LIMIT;
    UNROLL for (size_t v = 0; v < vectors; v++)
      UNROLL for (size_t p = 0; p < pixels; p++) {
        if (is_limit) limit(&sums[p][v], with->low, with->high);
        else hard_swish(&sums[p][v]);
        memcpy(place + p * outputs + v * LANES, &sums[p][v], sizeof(floats));
      }
  } else {
    floats stored[PLAN_PIXELS * 3];
    UNROLL for (size_t v = 0; v < vectors; v++)
      UNROLL for (size_t p = 0; p < pixels; p++) stored[p * vectors + v] = sums[p][v];
    finish(stored, place, pixels, vectors, outputs, left, with);
  }
}

INLINE void tiles(
    const struct plan_pointwise *layer, const float *x, float *y, size_t pixels, size_t vector,
    const size_t vectors) {
  struct range all = {x, 0, layer->inputs, layer->inputs};
  for (int is_first = 1; pixels >= PLAN_PIXELS; is_first = 0) {
    if (is_first) tile(layer, &all, 1, y, vector, PLAN_PIXELS, vectors, 1);
    else tile(layer, &all, 1, y, vector, PLAN_PIXELS, vectors, 0);
    all.x += PLAN_PIXELS * layer->inputs;
    y += PLAN_PIXELS * layer->outputs;
    pixels -= PLAN_PIXELS;
  }
#define REST(count) case count: tile(layer, &all, 1, y, vector, count, vectors, 1); break;
  switch (pixels) {
    REST(1) REST(2) REST(3) REST(4) REST(5) REST(6) REST(7) REST(8)
    default: break;
  }
#undef REST
}

/// Bytes of input that stay in the second cache, beside the weights of some vectors, while all vectors are computed.
#define BLOCK (384 << 10)

INLINE size_t block_of(const struct plan_pointwise *layer) {
  const size_t fitting = BLOCK / sizeof(float) / layer->inputs / PLAN_PIXELS * PLAN_PIXELS;
  return fitting > 0 ? fitting : PLAN_PIXELS;
}

// Four vectors are two and two: one alone would wait for its weights.
#define EACH_GROUP(v, first_vector, count, run)                          \
  for (size_t v = first_vector, end = first_vector + count; v < end;) {  \
    const size_t left = end - v;                                         \
    if (left == 3 || left > 4) {                                         \
      run(3);                                                            \
      v += 3;                                                            \
    } else if (left >= 2) {                                              \
      run(2);                                                            \
      v += 2;                                                            \
    } else {                                                             \
      run(1);                                                            \
      v += 1;                                                            \
    }                                                                    \
  }

FOR_WIDE_VECTORS
void plan_pointwise(
    const struct plan_pointwise *layer, const float *x, float *y, size_t pixels, size_t first_vector,
    size_t vectors) {
  const size_t block = block_of(layer);
  for (size_t first = 0; first < pixels; first += block) {
    const size_t count = pixels - first < block ? pixels - first : block;
    const float *from = x + first * layer->inputs;
    float *to = y + first * layer->outputs;
#define RUN(group) tiles(layer, from, to, count, v, group)
    EACH_GROUP(v, first_vector, vectors, RUN)
#undef RUN
  }
}

/// The frame `offset` further on, as the place of the same pixel; null beyond the ends of the clip.
INLINE const float *neighbour(
    const struct plan_frames *clips, const float *x, size_t inputs, size_t frame, ptrdiff_t offset) {
  const ptrdiff_t time = (ptrdiff_t)(frame % clips->frames) + offset;
  return time < 0 || time >= (ptrdiff_t)clips->frames ? NULL : x + offset * (ptrdiff_t)(clips->pixels * inputs);
}

/// As `tiles`, of pixels whose channels come from three frames; no tile has pixels of two.
INLINE void shifted_tiles(
    const struct plan_pointwise *layer, const struct plan_frames *clips, const float *x, float *y, size_t first,
    size_t pixels, size_t vector, const size_t vectors) {
  const size_t inputs = layer->inputs, second = clips->first_channels, rest = second + clips->second_channels;
  const float *past = clips->past;
  for (size_t pixel = first, end = first + pixels; pixel < end;) {
    const size_t frame = pixel / clips->pixels, stop = (frame + 1) * clips->pixels;
    const size_t left = (stop < end ? stop : end) - pixel;
    const float *from = x + pixel * inputs;
    float *to = y + pixel * layer->outputs;
    const struct range ranges[3] = {
      {past ? past + pixel * second : neighbour(clips, from, inputs, frame, clips->first_offset), 0, second,
       past ? second : inputs},
      {neighbour(clips, from, inputs, frame, clips->second_offset), second, rest, inputs},
      {from, rest, inputs, inputs},
    };
    if (left >= PLAN_PIXELS) {
      if (pixel == first) tile(layer, ranges, 3, to, vector, PLAN_PIXELS, vectors, 1);
      else tile(layer, ranges, 3, to, vector, PLAN_PIXELS, vectors, 0);
      pixel += PLAN_PIXELS;
      continue;
    }
#define REST(count) case count: tile(layer, ranges, 3, to, vector, count, vectors, 0); break;
    switch (left) {
      REST(1) REST(2) REST(3) REST(4) REST(5) REST(6) REST(7) REST(8)
      default: break;
    }
#undef REST
    pixel += left;
  }
}

FOR_WIDE_VECTORS
void plan_shifted_pointwise(
    const struct plan_pointwise *layer, const struct plan_frames *clips, const float *x, float *y, size_t first_pixel,
    size_t pixels, size_t first_vector, size_t vectors) {
  const size_t block = block_of(layer);
  for (size_t done = 0; done < pixels; done += block) {
    const size_t first = first_pixel + done, count = pixels - done < block ? pixels - done : block;
#define RUN(group) shifted_tiles(layer, clips, x, y, first, count, v, group)
    EACH_GROUP(v, first_vector, vectors, RUN)
#undef RUN
  }
}

// MARK: depthwise

/// Vectors of input that are copied at once: what the first cache holds.
#define CAPACITY 448
#define OUTPUTS 6

/// `outputs` sums of one vector, side by side, over the rows of the kernel from `from` to before `to`; `x` is a copy of
/// the input with zeros at its sides.
INLINE void sums_of_row(
    const struct plan_depthwise *layer, const floats *x, size_t width, size_t from, size_t to, const float *weights,
    const floats *bias, float *y, size_t count, const size_t outputs, const size_t kernel, const size_t stride) {
  floats sums[OUTPUTS];
  UNROLL for (size_t o = 0; o < outputs; o++) sums[o] = *bias;
  _Pragma("clang loop unroll(disable)")
  for (size_t i = from; i < to; i++) {
    floats taps[5];
    UNROLL for (size_t j = 0; j < kernel; j++) memcpy(&taps[j], weights + (i * kernel + j) * LANES, sizeof(floats));
    UNROLL for (size_t place = 0; place < (outputs - 1) * stride + kernel; place++) {
      const floats value = x[i * width + place];
      UNROLL for (size_t o = 0; o < outputs; o++)
        if (place >= o * stride && place < o * stride + kernel) sums[o] += value * taps[place - o * stride];
    }
  }
  const struct plan_finish *with = &layer->finish;
  if (count >= LANES && is_short(with->function)) {
    const int is_limit = with->function == PLAN_LIMIT;
    UNROLL for (size_t o = 0; o < outputs; o++) {
      if (is_limit) limit(&sums[o], with->low, with->high);
      else hard_swish(&sums[o]);
      memcpy(y + o * layer->channels, &sums[o], sizeof(floats));
    }
  } else {
    floats stored[OUTPUTS];
    UNROLL for (size_t o = 0; o < outputs; o++) stored[o] = sums[o];
    finish(stored, y, outputs, 1, layer->channels, count, with);
  }
}

INLINE size_t copied_width(const struct plan_depthwise *layer) {
  return (layer->out_width - 1) * layer->stride + layer->kernel;
}

/// One vector of channels, which are the first ones of `x` and `y`.
INLINE void plane(
    const struct plan_depthwise *layer, floats *copy, const float *x, const float *weights, const floats *bias,
    float *y, size_t count, size_t first_row, size_t rows, const size_t kernel, const size_t stride) {
  const size_t channels = layer->channels, left = layer->left, above = layer->above;
  const size_t width = copied_width(layer), out_width = layer->out_width;
  const size_t filled = layer->width + left < width ? layer->width : width - left;
  const size_t strip = (CAPACITY / width - kernel) / stride + 1;
  for (size_t top = first_row, end = first_row + rows; top < end; top += strip) {
    const size_t bottom = top + strip < end ? top + strip : end;
    for (size_t r = 0; r < (bottom - top - 1) * stride + kernel; r++) {
      const size_t place = top * stride + r;
      // Rows beyond the map are left out of the sums.
      if (place < above || place - above >= layer->height) continue;
      const float *from = x + (place - above) * layer->width * channels;
      for (size_t i = 0; i < filled; i++) load(copy + r * width + left + i, from + i * channels, count);
    }
    for (size_t r = top; r < bottom; r++) {
      const size_t first = r * stride < above ? above - r * stride : 0;
      const size_t rest = layer->height + above > r * stride ? layer->height + above - r * stride : 0;
      const size_t stop = rest < kernel ? rest : kernel;
      const floats *from = copy + (r - top) * stride * width;
      float *to = y + r * out_width * channels;
      size_t o = 0;
#define SOME(count_of) \
  sums_of_row( \
      layer, from + o * stride, width, first, stop, weights, bias, to + o * channels, count, count_of, kernel, stride)
      for (; o + OUTPUTS <= out_width; o += OUTPUTS) SOME(OUTPUTS);
      switch (out_width - o) {
        case 1: SOME(1); break;
        case 2: SOME(2); break;
        case 3: SOME(3); break;
        case 4: SOME(4); break;
        case 5: SOME(5); break;
        default: break;
      }
#undef SOME
    }
  }
}

bool plan_depthwise_fits(size_t out_width, size_t kernel, size_t stride) {
  return ((out_width - 1) * stride + kernel) * kernel <= CAPACITY;
}

FOR_WIDE_VECTORS
void plan_depthwise(
    const struct plan_depthwise *layer, const float *x, float *y, size_t first_vector, size_t vectors,
    size_t first_row, size_t rows) {
  if (rows == 0) return;
  floats copy[CAPACITY];
  const size_t width = copied_width(layer), kernel = layer->kernel;
  const size_t needed = ((rows - 1) * layer->stride + kernel) * width, most = CAPACITY / width * width;
  memset(copy, 0, (needed < most ? needed : most) * sizeof(floats));
  for (size_t v = first_vector; v < first_vector + vectors; v++) {
    floats bias;
    memcpy(&bias, layer->bias + v * LANES, sizeof bias);
    const float *weights = layer->weights + v * kernel * kernel * LANES, *from = x + v * LANES;
    float *to = y + v * LANES;
    const size_t count = layer->channels - v * LANES;
    if (kernel == 3 && layer->stride == 1)
      plane(layer, copy, from, weights, &bias, to, count, first_row, rows, 3, 1);
    else if (kernel == 3)
      plane(layer, copy, from, weights, &bias, to, count, first_row, rows, 3, 2);
    else if (layer->stride == 1)
      plane(layer, copy, from, weights, &bias, to, count, first_row, rows, 5, 1);
    else
      plane(layer, copy, from, weights, &bias, to, count, first_row, rows, 5, 2);
  }
}
