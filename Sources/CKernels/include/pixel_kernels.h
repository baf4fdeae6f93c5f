#ifndef PIXEL_KERNELS_H
#define PIXEL_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// Inner loops that make float32 inputs of encoders from lines of 8-bit pixels.

/// y[i] = Σ weights[t] · rows[t][i] over `taps` rows.
void pixel_blend(const uint8_t *const *rows, const float *weights, size_t taps, float *y, size_t count);

/// Resamples a line of RGB pixels: y[3o + c] = scale[c] · Σ weights[o·taps + t] · x[3·inputs[o·taps + t] + c] + shift[c].
/// x has room for one number beyond its last pixel, scale and shift have four.
void pixel_resample_rgb(
    const float *x, const int32_t *inputs, const float *weights, size_t taps, const float *scale,
    const float *shift, float *y, size_t outputs);

/// The same from grey pixels, each repeated to three channels.
void pixel_resample_grey(
    const float *x, const int32_t *inputs, const float *weights, size_t taps, const float *scale,
    const float *shift, float *y, size_t outputs);

/// y[i] = x[i] · scale[i] + shift[i].
void pixel_normalize(const uint8_t *x, const float *scale, const float *shift, float *y, size_t count);

#endif
