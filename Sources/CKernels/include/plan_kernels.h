#ifndef PLAN_KERNELS_H
#define PLAN_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Inner loops of plans' own kernels, compiled for several processors, of which the best is taken when the program
// starts. Maps are channels-last. A number is float32, or bfloat16 where `bf16` says so; sums are float32, of more than
// 64 pixels float64.

/// y[c] = the mean over pixels of x[p·channels + c], for `count` channels from x on.
void plan_channel_means(
    const void *x, bool x_bf16, void *y, bool y_bf16, size_t pixels, size_t channels, size_t count);

/// x[p·channels + c] *= gate[c], for `count` channels from x on.
void plan_scale_channels(
    void *x, const void *gate, bool bf16, size_t pixels, size_t channels, size_t count);

/// y[p·y_stride + c] = min(max(x[p·channels + c] · scale[c] + shift[c], low), high).
void plan_scale_shift(
    const void *x, void *y, bool bf16, const float *scale, const float *shift, float low, float high,
    size_t pixels, size_t channels, size_t y_stride);

/// x[i] /= 1 + exp(−x[i]); in float32 to 10⁻⁶.
void plan_silu(void *x, bool bf16, size_t count);

#define PLAN_MATRIX_VECTOR_ROWS 4

/// y[o] = bias[o] + Σ weights[o·inputs + i] · x[i]; bias may be null. Rows of bfloat16 weights are paired, see below.
/// Each output is summed in the same order however many are asked for, if only they begin at a multiple of
/// PLAN_MATRIX_VECTOR_ROWS.
void plan_matrix_vector(
    const void *weights, bool bf16, const float *x, const float *bias, float *y, size_t inputs,
    size_t outputs);

/// A row of weights in bfloat16, of each 32 the first 16 interleaved with the other 16: both halves of a 32-bit word
/// are then made float32 by one instruction each.
void plan_pair_halves(const float *row, uint16_t *pairs, size_t count);

/// bfloat16 to float32, and back.
void plan_widen(const uint16_t *x, float *y, size_t count);
void plan_narrow(const float *x, uint16_t *y, size_t count);

#endif
