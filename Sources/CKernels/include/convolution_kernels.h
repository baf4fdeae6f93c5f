#ifndef CONVOLUTION_KERNELS_H
#define CONVOLUTION_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

// Convolutions of a few pixels in float32, a part of whose result can be asked for. Maps are channels-last; channels are
// taken in vectors of PLAN_VECTOR, of which the last one may be partly filled. Each number is summed in the same order
// whatever part it is asked for in.

#define PLAN_VECTOR 16

/// True where the processor has vectors of PLAN_VECTOR numbers. Without them neither convolution may be called.
bool plan_has_vectors(void);

/// A plan knows which of its functions these are by SmallConvolution.swift. A new one has its case in `apply` of
/// convolution_kernels.c, without which its results are NaN.
enum plan_function {
  /// min(max(x, low), high).
  PLAN_LIMIT,
  PLAN_HARD_SWISH,
  PLAN_SILU,
};

/// What becomes of a sum before it is stored.
struct plan_finish {
  /// Adds what the result's place held before.
  bool adds;
  enum plan_function function;
  float low, high;
};

/// Pixels that one pass over the weights is best for.
#define PLAN_PIXELS 9

struct plan_pointwise {
  size_t inputs, outputs;
  /// Of each vector of outputs, for each input its PLAN_VECTOR weights; zeros where there is no output.
  const float *weights;
  /// Whole vectors.
  const float *bias;
  struct plan_finish finish;
};

/// A 1×1 convolution: y[p·outputs + o] = bias[o] + Σ weights[o][i] · x[p·inputs + i], for the outputs of some vectors.
void plan_pointwise(
    const struct plan_pointwise *layer, const float *x, float *y, size_t pixels, size_t first_vector,
    size_t vectors);

/// Which channels of a pixel come from the same pixel of other frames: the first ones from the frame `first_offset`
/// further on, those after them from the frame `second_offset` further on, and zeros from beyond the ends of a clip.
struct plan_frames {
  /// Frames of a clip, and pixels of each.
  size_t frames, pixels;
  size_t first_channels, second_channels;
  ptrdiff_t first_offset, second_offset;
  /// The first channels of all frames, where they come from here instead: those alone, pixel by pixel. Null for none.
  const void *past;
};

/// The same of channels that come from three frames, for the pixels from `first_pixel` on of all frames, of which `x` and
/// `y` are the first.
void plan_shifted_pointwise(
    const struct plan_pointwise *layer, const struct plan_frames *clips, const float *x, float *y, size_t first_pixel,
    size_t pixels, size_t first_vector, size_t vectors);

/// True where the processor multiplies pairs of bfloat16 numbers in vectors. Without it the next one may not be called.
bool plan_has_bfloat16_products(void);

/// The same in bfloat16 with float32 sums. Channels are taken in pairs, so that every number of them is even; of each
/// vector of outputs, `layer` has for each pair of inputs PLAN_VECTOR pairs of weights. The only function is PLAN_LIMIT,
/// and nothing is added.
void plan_shifted_pointwise_bf16(
    const struct plan_pointwise *layer, const struct plan_frames *clips, const void *x, void *y, size_t first_pixel,
    size_t pixels, size_t first_vector, size_t vectors);

struct plan_depthwise {
  size_t channels, height, width, out_width;
  /// Both sides of the kernel: 3 or 5. The stride is 1 or 2. Zeros above and left of the map; below and right as many
  /// as the size of the result asks for.
  size_t kernel, stride, above, left;
  /// Of each vector of channels, for each place of the kernel PLAN_VECTOR weights.
  const float *weights;
  /// Whole vectors.
  const float *bias;
  struct plan_finish finish;
};

/// A convolution of each channel with its own kernel, for some vectors of channels and some rows of the result.
/// `finish.adds` is not for it.
void plan_depthwise(
    const struct plan_depthwise *layer, const float *x, float *y, size_t first_vector, size_t vectors,
    size_t first_row, size_t rows);

/// False where a row of the result is too wide for plan_depthwise.
bool plan_depthwise_fits(size_t out_width, size_t kernel, size_t stride);

#endif
